#include "base/hmac.hpp"

#include <sodium.h>

#include "base/assert.hpp"

namespace tocsin {

namespace {

constexpr int variant = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Hash256 hmac_sha256(std::string_view key, std::string_view data) {
    ASSERT(sodium_init() >= 0, "libsodium must start");
    Hash256 out{};
    static_assert(sizeof(out) == crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes(data), data.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    sodium_memzero(&state, sizeof(state));
    return out;
}

std::string base64_of(ByteView data) {
    std::string out(sodium_base64_encoded_len(data.size(), variant), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes(as_text(data)), data.size(), variant);
    out.pop_back();  // the zero behind it
    return out;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
    std::string out(text.size(), '\0');
    std::size_t length = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                          nullptr, &length, &end, variant) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    out.resize(length);
    return out;
}

}  // namespace tocsin
