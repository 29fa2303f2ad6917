// What a mail says has become of other mail: bounces, reports of delivery, complaints.
#pragma once

#include <vector>

#include "mail/mime.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

struct DeliveryOutcomes {
    std::vector<ReportedOutcome> outcomes;  ///< each recipient once; at most limits::reported_outcomes
    bool cut = false;                       ///< a limit hid others

    bool operator==(const DeliveryOutcomes&) const = default;
};

/// Reads, in this order, and takes the first that has any:
/// - delivery status notifications (RFC 3464, 6533) of any multipart that has one as its own part;
/// - feedback reports (RFC 5965), but those about a failed authentication (RFC 6591) or about mail that is wanted (RFC 6430);
/// - Microsoft's reports: a message attached whose header names `X-HmXmrOriginalRecipient`;
/// - qmail's bounces (QSBMF), and those of Exim and others that name `X-Failed-Recipients`.
/// A report inside an attached message, or in a multipart inside the multipart, is somebody else's or a copy: none.
///
/// Nothing where the message can be read in several ways that tell of other outcomes, or where a limit of the parser hid bytes:
/// who wants a customer blamed must not choose which of the readings does it. Linear in the bytes of the report times the
/// readings (limits::readings).
[[nodiscard]] DeliveryOutcomes delivery_outcomes(const mail::MimeTree& tree);

}  // namespace tocsin::scan
