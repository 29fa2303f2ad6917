// The envelope of a message that is asked about over HTTP, in the header fields of rspamd's protocol. Pure.
#pragma once

#include "base/result.hpp"
#include "gate/envelope.hpp"
#include "proto/http.hpp"

namespace tocsin::gate {

/// IP, Helo, Hostname, From, Rcpt (several fields, or a comma list), Deliver-To, User, Queue-ID; parameters of the
/// target count as fields. Errors: invalid_input (more than limits::smtp_recipients, an address longer than
/// limits::smtp_path_bytes), permission (File, Path, Shm*: fields that name files of this machine), unavailable
/// (Compression, Content-Encoding: what is packed is no message).
[[nodiscard]] Result<Envelope> envelope_from(const proto::HttpRequest& request,
                                             const proto::HttpTarget& target);

}  // namespace tocsin::gate
