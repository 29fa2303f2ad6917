// Finds what a report is about: the mails that are attached, packed, quoted or described in it, in every shape that people and
// providers send. Runs inside a reader only.
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "mail/tools.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reported {

/// What the bytes are. Who asks knows it; nobody guesses.
enum class ReportForm : std::uint8_t {
    report,     ///< a mail to the report address
    submitted,  ///< the suspicious mail itself, as .eml, .msg, winmail.dat or a zip of messages
};

struct ReportContext {
    ReportForm form = ReportForm::report;
    /// Keeps the bytes of an original, and says where they begin in all that was kept. ErrorCode::limit when there is no room.
    std::function<Result<std::uint64_t>(ByteView)> keep;
    /// False when the time is over.
    std::function<bool()> time_left;
    mail::MailTools& tools;
};

/// Never fails: what a limit left out is a warning. Attachments are looked at in their order; a mail that is found in a mail
/// stands behind it. Memory and time are bounded by limits/report.hpp and the parser's limits.
[[nodiscard]] ReadReport read_report(ByteView bytes, const ReportContext& context);

}  // namespace tocsin::reported
