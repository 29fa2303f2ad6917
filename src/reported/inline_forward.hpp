// Mails that somebody forwarded as text: what mail programs put above a quotation tells who wrote it.
#pragma once

#include <vector>

#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

/// What counts as a forward.
enum class ForwardSigns : std::uint8_t {
    any_quotation,  ///< any quotation with a sender or a subject: for a report, which is about something
    marked_only,    ///< only below the line of a program that forwards, or with a subject that says so
};

struct InlineForward {
    ReportedMail about;
    std::string
        message;  ///< the quotation as a message of its own: fields as quoted, its text, the links behind the text
};

struct TextOfReport {
    std::string comment;                  ///< what stands above the first quotation
    std::vector<InlineForward> forwards;  ///< the first is the outermost; each is quoted in the one before
    bool cut = false;                     ///< text, links or quotations were left out
};

/// Reads the text that most mail programs show of the message, unless it is a page beyond limits::report_page_bytes. At most
/// limits::inline_forwards.
[[nodiscard]] TextOfReport read_inline(const mail::MimeTree& tree, ForwardSigns signs,
                                       mail::MailTools& tools);

}  // namespace tocsin::reported
