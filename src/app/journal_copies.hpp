// Records of the journal that are one mailing, and who of the house got them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/effect.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// Values of one of an effect's parameters, a line each.
[[nodiscard]] std::vector<std::string> lines_of(const respond::Effect& effect, const std::string& name);

/// What the gate saw of one copy, before it put a banner into it.
struct SeenCopy {
    std::string sender;      ///< of From, lower case
    std::uint64_t text = 0;  ///< fingerprint
};

/// What one person got.
struct GotCopies {
    std::map<std::string, SeenCopy> by_message_id;
    bool without_id = false;  ///< one of them has no Message-ID that could be asked for
};

/// The same file, the same text, or the same sender with a link to the same host. A host alone would find everybody who links
/// there. It finds rather too much: who is told may be told in vain, but nothing is taken from anybody for this alone.
class JournalCopies {
public:
    JournalCopies(store::JournalStore& journal, TimePoint since) : journal_(journal), since_(since) {}

    /// Blocks. Errors: unavailable, io.
    [[nodiscard]] Result<void> look_for(const respond::Effect& effect);

    [[nodiscard]] std::size_t records() const { return seen_.size(); }
    [[nodiscard]] std::size_t stopped() const { return stopped_; }
    [[nodiscard]] std::size_t left() const { return left_; }  ///< for strangers
    /// By address in lower case.
    [[nodiscard]] const std::map<std::string, GotCopies>& recipients() const { return recipients_; }
    [[nodiscard]] bool cut() const { return cut_; }  ///< there are more than limits::respond_copies
    /// In words, for people.
    [[nodiscard]] std::string summary() const;

private:
    Result<void> take(store::RecordFilter filter);
    void note(const store::Record& record);

    store::JournalStore& journal_;
    TimePoint since_;
    std::set<std::string> seen_;
    std::map<std::string, GotCopies> recipients_;
    std::size_t stopped_ = 0, left_ = 0;
    bool cut_ = false;
};

}  // namespace tocsin::app
