// Bounces that are written for people only, by programs whose words are fixed: qmail's and old Exim's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::scan {

/// One recipient of such a bounce, and what is said about it.
struct FailedRecipient {
    std::string address;      ///< as written, unchecked
    std::string_view reason;  ///< its lines, without those around them
};

/// True for a text in qmail-send's bounce message format (QSBMF, "The qmail-send Bounce Message Format", D. J. Bernstein): it
/// begins with "Hi. This is the".
[[nodiscard]] bool is_qsbmf(std::string_view text);
/// The recipients of such a text, in order, at most `count_max`.
[[nodiscard]] std::vector<FailedRecipient> qsbmf_recipients(std::string_view text, std::size_t count_max);

/// The lines below the one that consists of the address, as far as they are indented more than it: how Exim's text speaks of a
/// recipient. Empty where there are none.
[[nodiscard]] std::string_view lines_about(std::string_view text, std::string_view address);

/// Whether the reason is that the server stopped trying, in the words of Exim or qmail: the address may be good.
[[nodiscard]] bool says_gave_up(std::string_view reason);

/// The returned message behind a line of hyphens ("--- Below this line is a copy of the message."), from its header on; empty
/// where none is. QSBMF calls that line the break paragraph, and Exim has one like it.
[[nodiscard]] std::string_view returned_message(std::string_view text);
/// What stands before that line; the whole text where there is none.
[[nodiscard]] std::string_view before_returned_message(std::string_view text);

}  // namespace tocsin::scan
