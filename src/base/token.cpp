#include "base/token.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace tocsin {

namespace {
constexpr std::size_t token_bytes = 32, token_characters_min = 32, token_characters_max = 512;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}  // namespace

std::string make_token() {
    ASSERT(sodium_init() >= 0, "libsodium must start");
    std::array<unsigned char, token_bytes> random{};
    randombytes_buf(random.data(), random.size());
    std::array<char, sodium_base64_ENCODED_LEN(token_bytes, variant)> text{};
    sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), variant);
    sodium_memzero(random.data(), random.size());
    return text.data();
}

bool looks_like_token(std::string_view text) {
    const auto url_safe = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return text.size() >= token_characters_min && text.size() <= token_characters_max &&
           std::ranges::all_of(text, url_safe);
}

bool same_token(std::string_view one, std::string_view other) {
    return !one.empty() && one.size() == other.size() &&
           sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace tocsin
