// The signature in links that people are sent. Inside of src/api.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace tocsin::api {

/// 128 bits of a keyed hash in hexadecimal: more than anybody can try against a listener.
[[nodiscard]] inline std::string link_signature(const HashKey& key, std::string_view text) {
    constexpr std::size_t signature_digits = 32;
    const Hash256 hash = keyed_hash(key, as_bytes(text));
    return to_hex(std::as_bytes(std::span(hash))).substr(0, signature_digits);
}

}  // namespace tocsin::api
