// Mail that went through is kept for a while, so that rules of tomorrow can be asked about it. Beside the mail: nobody waits for
// it, and what cannot be kept is counted.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "scan/report.hpp"
#include "store/detail/recent_table.hpp"
#include "store/journal_store.hpp"
#include "store/kept_mail_store.hpp"

namespace tocsin::gate {

/// Since the daemon began.
struct KeepingCounts {
    std::uint64_t kept = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(store::NotKeptWhy::count_)> not_kept{};
};

/// A message whose record is on disk.
struct MailToKeep {
    const store::Record& record;
    const scan::ScanReport& report;
    std::uint64_t passed_to = 0;  ///< recipients who get it
    ByteView content;
};

/// What copies of one mailing have in common and another mail has not, beside a similar text: direction, customer, From, verdict
/// and disposition, what was found, all hosts that links lead to, all attachments. Personalised words and paths of links are not
/// in it. nullopt: it stands for itself (too little text, no verdict, more links than a record names).
[[nodiscard]] std::optional<std::string> campaign_key(const MailToKeep& mail);

class MailKeeper {
public:
    /// `message_bytes`: the largest that is kept.
    MailKeeper(store::KeptMailStore& store, net::BlockingPool& blocking, const Clock& clock, Log& log,
               std::size_t message_bytes)
        : store_(store), blocking_(blocking), clock_(clock), log_(log), message_bytes_(message_bytes) {}

    /// Takes a copy and returns at once. The first message of a campaign is kept as long as its file is there, then the next one.
    void offer(const MailToKeep& mail);
    /// Writes what was offered, until the fiber is asked to stop; then what is left. One call of the pool at a time.
    void write_for_ever(net::Fiber& fiber);
    [[nodiscard]] const KeepingCounts& counts() const { return counts_; }

private:
    struct Waiting {
        store::KeptFacts facts;
        Bytes content;
        std::string campaign;  ///< empty: it stands for itself
    };
    /// The text of a message that is kept, and when the file began that it is in (KeptMailStore::oldest).
    struct KeptText {
        std::uint64_t fingerprint = 0;
        TimePoint file;
    };
    struct Written;

    [[nodiscard]] bool is_copy(const std::string& campaign, std::uint64_t fingerprint) const;
    void set_file(const std::string& campaign, std::uint64_t fingerprint, TimePoint file);
    void count_not_kept(store::NotKeptWhy why, const std::string& direction, std::uint64_t messages);
    void note_trouble(const std::string& what, std::uint64_t messages);
    void write_batch(net::Fiber& fiber);
    void take_result(const std::vector<Waiting>& batch, const Written& written);
    void write_tallies(net::Fiber& fiber);

    store::KeptMailStore& store_;
    net::BlockingPool& blocking_;
    const Clock& clock_;
    Log& log_;
    std::size_t message_bytes_;
    std::deque<Waiting> queue_;
    std::size_t queue_bytes_ = 0;
    net::FiberEvent offered_;
    /// By campaign_key(); few texts have all else in common.
    store::RecentTable<std::vector<KeptText>> campaigns_{limits::kept_campaigns};
    std::map<std::string, store::NotKept> tallies_;  ///< by direction, since they were last written down
    KeepingCounts counts_;
    std::uint64_t lost_ = 0;  ///< since it was said that mail is not kept; 0: all is well
};

}  // namespace tocsin::gate
