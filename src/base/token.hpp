// Tokens by which a program shows that it may ask.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

/// 32 bytes from a CSPRNG as 43 characters of base64url (RFC 4648 section 5) without padding.
[[nodiscard]] std::string make_token();
/// Whether `text` may be a token: 32 to 512 characters of base64url, so that a person may choose one too.
[[nodiscard]] bool looks_like_token(std::string_view text);
/// Compares in a time that depends on the lengths only. An empty token equals nothing.
[[nodiscard]] bool same_token(std::string_view one, std::string_view other);

}  // namespace tocsin
