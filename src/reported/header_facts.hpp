// What the header of a reported mail says of it.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

/// A text as it may stand in a report: control and direction characters out, UTF-8 made whole, cut to `size_max`.
[[nodiscard]] std::string fact_text(std::string_view text, std::size_t size_max);

/// Fills in who, what and when. `about.source_ip` stays where it is known; else the provider-written fields of the header
/// tell it, in the order of SourceIpFrom: that is how reports without Source-IP are read (Microsoft's). Private addresses do
/// not count in Received fields. Adds `no_trace` and `redacted`.
void note_header(const std::vector<mail::HeaderField>& fields, mail::MailTools& tools, ReportedMail& about);

/// The header fields that stand at the beginning of `bytes` in the form of a mail: From and two more of those that every mail
/// has.
[[nodiscard]] bool looks_like_mail(ByteView bytes);

}  // namespace tocsin::reported
