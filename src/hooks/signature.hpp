// How a receiver knows that a call is ours: Standard Webhooks 1.0 (HMAC-SHA256 over id, time and body).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "proto/http.hpp"

namespace tocsin::hooks {

/// The bytes of a secret as it is written: "whsec_" and base64 of them, else the text itself. Errors: invalid_input (no base64,
/// fewer than limits::webhook_secret_bytes_min).
[[nodiscard]] Result<std::string> secret_of(std::string_view written);

/// "v1," and base64 of the HMAC over "ID.SECONDS.BODY".
[[nodiscard]] std::string signature_of(std::string_view secret, std::string_view id, std::int64_t seconds,
                                       std::string_view body);

/// Adds webhook-id, which is the same for each try of one call, and webhook-timestamp; with a secret webhook-signature too.
void sign(proto::HttpRequest& request, const std::string& secret, const std::string& id, TimePoint now);

}  // namespace tocsin::hooks
