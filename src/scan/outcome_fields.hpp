// The small pieces of bounces and complaints: addresses, status codes, what stands in the header of the message that they return.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/addresses.hpp"
#include "mail/mime.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

using Fields = std::vector<mail::HeaderField>;

/// The next group of fields of a report for programs (RFC 3464 section 2.1), which `text` then moves behind. Empty at the
/// end. Views point into the text.
[[nodiscard]] Fields next_group(std::string_view& text);
/// The first field of that name, unfolded and trimmed; empty where there is none.
[[nodiscard]] std::string value_of(const Fields& fields, std::string_view name);
/// Only the header of a message: RFC 6522 section 4 and RFC 6533 section 5; some programs write "message/rfc822-headers".
[[nodiscard]] bool is_headers_part(const mail::Entity& entity);
/// The field by which Microsoft's Junk Mail Reporting Program names who complains.
inline constexpr std::string_view attached_complaint_field = "X-HmXmrOriginalRecipient";

/// A value as it may stand in a report, white space collapsed, at most limits::outcome_detail_bytes.
[[nodiscard]] std::string outcome_detail(std::string_view text);
/// A value that is of use only whole: empty where it is longer than `size_max` or has a character that nobody could see.
[[nodiscard]] std::string whole_value(std::string_view text, std::size_t size_max);

/// An address without the xtext in which SMTP carries it (RFC 3461 section 4): "a+2Bb@example" is "a+b@example". Only the two
/// characters of an address that xtext has to encode, "+" and "=": anything else would damage the many addresses that have a
/// plus themselves ("anna+20@example") in reports of programs that decoded them, as RFC 3461 section 6.3 wants it.
[[nodiscard]] std::string decode_xtext(std::string_view text);

/// The enhanced status code at the beginning of a Status field (RFC 3464 section 2.3.4): "5.1.1" of "5.1.1 (no such user)".
/// Empty where none is.
[[nodiscard]] std::string_view enhanced_status(std::string_view text);

/// What a server's answer inside a sentence says of a failure.
struct AnswerCodes {
    std::string status;    ///< enhanced, empty where the answer has none
    char reply_class = 0;  ///< first digit of the code: '4', '5'; 0 where there is none
};
/// Looks for "550 5.1.1", "#5.1.1" and, if there is none of these, for a reply code at the beginning of a line or behind a
/// colon or semicolon: "said: 550 unknown". The first counts.
[[nodiscard]] AnswerCodes answer_codes(std::string_view text);

/// Reads addresses. What has not the shape of one, or says that it was redacted (RFC 6590), is none: empty.
class OutcomeAddresses {
public:
    /// The first address of a field's value, in whatever way it is written.
    [[nodiscard]] std::string first(std::string_view raw_value);
    /// The only address of a field's value; empty where there are several.
    [[nodiscard]] std::string only(std::string_view raw_value);
    /// All of them, at most `count_max`.
    [[nodiscard]] std::vector<std::string> all(std::string_view raw_value, std::size_t count_max);
    /// Of a value "rfc822; user@example.org" (RFC 3464 section 2.1.2). Other types than mail's (RFC 6533: utf-8) are none; a
    /// value without a type is taken as it stands.
    [[nodiscard]] std::string typed(std::string_view raw_value);

private:
    mail::CharsetConverters converters_;
    mail::DomainNames domain_names_;
};

/// Fills in what the header of the returned message says: its identifiers and senders. What is known already stays.
void note_original(const Fields& fields, OutcomeAddresses& addresses, ReportedOutcome& about);

}  // namespace tocsin::scan
