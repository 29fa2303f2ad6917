// One IMAP command as it goes out (RFC 9051 section 6): texts quoted or as literals, in pieces where the server must say "go on".
// Included by imap_*.cpp only.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::proto {

/// Collects a command. What cannot be sent makes it fail at finish(), so that a caller checks once.
class ImapCommand {
public:
    ImapCommand(std::string_view words, const ImapCapabilities& capabilities)
        : capabilities_(capabilities), pieces_{std::string(words)} {}
    ImapCommand& add(std::string_view words);
    /// A blank and a text from outside, quoted or as a literal. Not with NUL, nor longer than limits::imap_string_bytes.
    ImapCommand& add_string(std::string_view text);
    /// From here on the server's go-ahead is awaited: for AUTHENTICATE.
    ImapCommand& add_after_go_ahead(std::string_view words);
    /// The pieces; the last ends the line. Errors: invalid_input, limit.
    [[nodiscard]] Result<std::deque<std::string>> finish();

private:
    void refuse(ErrorCode code, std::string why);
    const ImapCapabilities& capabilities_;
    std::deque<std::string> pieces_;
    std::size_t literal_bytes_ = 0;
    Result<void> refused_;
};

/// `UID SEARCH …` for these conditions, without the tag. At least one must be given.
[[nodiscard]] ImapCommand search_command(const ImapSearch& search, const ImapCapabilities& capabilities);

}  // namespace tocsin::proto
