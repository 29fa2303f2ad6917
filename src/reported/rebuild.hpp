// A message in the form of mail, made from what Outlook kept of it (the rules of [MS-OXCMAIL], as far as evidence needs them).
#pragma once

#include <string>
#include <vector>

#include "reported/mapi.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

struct Rebuilt {
    std::string
        message;  ///< RFC 5322 and MIME, CRLF line ends, text in UTF-8; empty where it became too large
    std::vector<ReportWarning> warnings;
};

/// The header is the one that Outlook kept, without the fields that describe a body; where it kept none, one made from
/// properties. Attached messages become message/rfc822, files base64. At most limits::report_originals_bytes: larger is
/// `too_large`. Takes the content of attachments out of `message` as it goes.
[[nodiscard]] Rebuilt rebuild_message(MapiMessage& message, mail::CharsetConverters& converters);

}  // namespace tocsin::reported
