// Reports for programs: the fields of ARF (RFC 5965, with the types of RFC 6430 and 6591) and X-ARF (0.2 as fields, 3 and 4
// as JSON).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

/// Reads a message/feedback-report into `about`: feedback type, user agent, sources, recipients, addresses of pages, incidents.
/// Of what may stand there once only, the first counts.
void note_feedback(ByteView report, ReportedMail& about);

/// Evidence inside an X-ARF report.
struct XarfEvidence {
    bool is_mail = false;  ///< its type says so
    std::string bytes;
};

/// What an X-ARF report says; evidence that is attached beside it is not in here.
struct Xarf {
    ReportedMail about;
    std::string reporter;  ///< address of who reports; empty where it is not told
    std::vector<XarfEvidence> evidence;
};

/// X-ARF 0.2: "Name: value" lines in YAML's simplest form. nullopt: no Category or Source in it.
[[nodiscard]] std::optional<Xarf> read_xarf_fields(std::string_view text);
/// X-ARF 3 ("Report" with "Samples") and 4 ("xarf_version"), up to limits::xarf_json_bytes, xarf_json_values, xarf_json_depth.
/// nullopt: no JSON of either form, or beyond a limit.
[[nodiscard]] std::optional<Xarf> read_xarf_json(std::string_view text);

}  // namespace tocsin::reported
