// One whole line of an IMAP server, with its literals, into what it says (RFC 9051 section 7). Included by imap_*.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::proto {

/// Which answers the command under way may bring; whatever else comes is passed over.
enum class ImapExpected : std::uint8_t {
    nothing,
    folders,
    name_space,
    selected,
    uids,
    messages,
    copied,
    rights
};

/// A status answer: `OK`, `NO`, `BAD`, `BYE`, `PREAUTH`.
enum class ImapCondition : std::uint8_t { ok, no, bad, bye, preauth };
[[nodiscard]] std::optional<ImapCondition> condition_at(std::string_view line);

/// What a command's answers are gathered into.
struct ImapGathered {
    ImapExpected expected = ImapExpected::nothing;
    /// What FETCH and COPY may speak of. A server that brings the content of another message is lying.
    std::set<std::uint32_t> asked_uids;
    std::uint64_t content_bytes_max = 0;             ///< of the section that was asked for; 0: none was
    std::optional<std::uint32_t> open_uid_validity;  ///< of the folder that is open
    ImapAnswer answer;
};

/// The code in brackets and the words behind OK, NO, BAD, BYE. `text` is the rest of the line.
[[nodiscard]] Result<void> read_condition_text(std::string_view text, ImapGathered& into,
                                               ImapCapabilities& capabilities);
/// An untagged answer, without `* ` and the line end. Errors: corrupt, limit; conflict (UIDVALIDITY changed, content of a
/// message that was not asked for).
[[nodiscard]] Result<void> read_untagged(std::string_view line, ImapGathered& into,
                                         ImapCapabilities& capabilities);

}  // namespace tocsin::proto
