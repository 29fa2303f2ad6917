// What the parameters of MAIL and RCPT mean, under the extensions that were announced.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/smtp_types.hpp"

namespace tocsin::proto {

/// SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461). Nothing: `text` was understood and is in
/// `sender`; else the refusal: 501 malformed, 552 too large, 555 unknown or not announced.
[[nodiscard]] std::optional<SmtpReply> read_mail_parameters(std::string_view text, const SmtpOffer& offer,
                                                            SmtpSender& sender);
/// NOTIFY and ORCPT (RFC 3461). `utf8`: the transaction uses SMTPUTF8. As above.
[[nodiscard]] std::optional<SmtpReply>
read_recipient_parameters(std::string_view text, const SmtpOffer& offer, bool utf8, SmtpRecipient& recipient);

/// RET and ENVID, NOTIFY and ORCPT, as they stand in the command; empty: none.
[[nodiscard]] std::string dsn_text(const SmtpSender& sender);
[[nodiscard]] std::string dsn_text(const SmtpRecipient& recipient);

/// True if each DSN parameter is well-formed or empty: nothing in it can end the command.
[[nodiscard]] bool has_valid_dsn(const SmtpSender& sender);
[[nodiscard]] bool has_valid_dsn(const SmtpRecipient& recipient);

}  // namespace tocsin::proto
