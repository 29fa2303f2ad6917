// What somebody filled in on the form for reports, checked.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/respond_requests.hpp"
#include "base/result.hpp"
#include "proto/form.hpp"

namespace tocsin::api {

/// The fields of the form as they were filled in; shown again when something is wrong.
struct ReportFields {
    std::string address;    ///< of who reports; may be empty
    std::string words;      ///< what seems odd
    std::string source;     ///< of the mail, pasted
    std::string token;      ///< of his own, if he has one
    std::string file_name;  ///< a name of the sender's choice
    std::string_view file;  ///< into the request's body
    respond::Deed deed = respond::Deed::none;
};

/// Errors: invalid_input, in words for whoever sits at the form. `out` holds what could be read, in any case.
[[nodiscard]] Result<void> read_fields(std::span<const proto::FormPart> parts, ReportFields& out);

/// A report, and the bytes that are its evidence.
struct FilledReport {
    SubmittedReport report;
    std::string made;       ///< the evidence, where it is not the file
    std::string_view file;  ///< into the request's body
    [[nodiscard]] std::string_view evidence() const { return made.empty() ? file : made; }
};
/// The file is the suspicious mail itself; so is a pasted source, which proves less; words alone become a mail of our own.
[[nodiscard]] FilledReport report_from(const ReportFields& fields);

}  // namespace tocsin::api
