// The pages of the form for reports. Plain HTML that needs no script; everything that came from somewhere else is escaped.
#pragma once

#include <string>
#include <string_view>

#include "api/report_fields.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

/// The empty form, or one that shows what is wrong above what was filled in. A file cannot be filled in again: browsers do not
/// let a page choose one.
[[nodiscard]] proto::HttpResponse form_page(int status, const ReportFields& fields, std::string_view wrong);
/// What happens next, and what to do at once where something was done already. `contact`: whom to call; may be empty.
[[nodiscard]] proto::HttpResponse thanks_page(std::string_view report, respond::Deed deed,
                                              std::string_view contact);
/// A page without the form.
[[nodiscard]] proto::HttpResponse notice_page(int status, std::string_view title, std::string_view text);

}  // namespace tocsin::api
