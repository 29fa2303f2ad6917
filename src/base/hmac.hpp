// Signatures that both sides of a call can make, because they share a secret; and the form in which these travel.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace tocsin {

/// HMAC-SHA256 (RFC 2104, FIPS 198-1).
[[nodiscard]] Hash256 hmac_sha256(std::string_view key, std::string_view data);

/// Base64 with padding (RFC 4648 section 4).
[[nodiscard]] std::string base64_of(ByteView bytes);
/// The bytes of such a text; nullopt: it is none.
[[nodiscard]] std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace tocsin
