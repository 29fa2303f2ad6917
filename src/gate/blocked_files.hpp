// Who had a message with a file in it held back lately. Pure: time is an input. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/limits/detours.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

/// A message with a file that nobody got.
struct BlockedFile {
    std::string record_id;
    TimePoint time;
};

/// Filled from records as they are written, and from the journal at the start, so that a restart forgets nothing. A sender is the
/// address in From, in either direction for itself: who forges one forges both messages.
class BlockedFiles {
public:
    explicit BlockedFiles(std::size_t senders_max = limits::blocked_senders) : senders_max_(senders_max) {}

    /// A message was recorded: remembered if it was refused or kept and a file is in it, unless it was kept because an earlier
    /// one was (link_reason.hpp): else a picture in a signature would make it go on for ever. Looks at id, time, direction,
    /// header_from, recipients, disposition, reasons and attachment_sha256.
    void note(const store::Record& record);
    /// A person let it go: there is nothing to go round.
    void note_release(const store::Record& record);
    /// The latest since `since` whose recipients have a domain in common with `recipients`.
    [[nodiscard]] std::optional<BlockedFile> latest(std::string_view direction, std::string_view header_from,
                                                    std::span<const std::string> recipients,
                                                    TimePoint since) const;
    [[nodiscard]] std::size_t senders() const { return senders_.size(); }

private:
    struct Blocked {
        BlockedFile file;
        std::vector<std::string> domains;  ///< of recipients; empty: of any
    };
    void forget_one();

    std::size_t senders_max_;
    std::unordered_map<std::string, std::vector<Blocked>> senders_;  ///< the latest last
};

}  // namespace tocsin::gate
