// What one message says as a report for programs, before its attachments are looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mime.hpp"
#include "reported/feedback.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

struct Level {
    /// What every mail of this report has in common; shape and facts. nullopt: no report for programs.
    std::optional<ReportedMail> feedback;
    const mail::Entity* part = nullptr;  ///< the part that was read for it
    std::vector<XarfEvidence> evidence;
    std::string reporter;     ///< who reports, where the report for programs says so
    bool unreadable = false;  ///< there is an X-ARF that cannot be read
};

/// ARF (RFC 5965 section 2): the message/feedback-report of the message itself. X-ARF: the fields or the JSON of a message whose
/// header says X-ARF or X-XARF, or of a file with "xarf" in its name. `reporter`: address of who sent the report.
[[nodiscard]] Level read_level(const mail::MimeTree& tree, std::string_view reporter);

/// Behind the "@", lower case; empty where there is none.
[[nodiscard]] std::string domain_of(std::string_view address);
/// "1|", "2|", "3|" at the beginning of a subject (Microsoft's format for reports of other programs).
[[nodiscard]] Claim claim_of(std::string_view subject);
/// What a person wrote, line by line without control characters; at most limits::report_comment_bytes.
[[nodiscard]] std::string comment_text(std::string_view text);

}  // namespace tocsin::reported
