#include "base/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include "base/assert.hpp"

namespace tocsin {

HashKey random_hash_key() {
    ASSERT(sodium_init() >= 0, "libsodium must start");
    HashKey key;
    randombytes_buf(key.bytes.data(), key.bytes.size());
    return key;
}

Hash256 sha256(ByteView data) {
    Hash256 out{};
    const int done = EVP_Digest(data.data(), data.size(), out.data(), nullptr, EVP_sha256(), nullptr);
    ASSERT(done == 1, "libcrypto must know SHA-256");
    return out;
}

Hash256 keyed_hash(const HashKey& key, const Hash256& digest) {
    Hash256 out{};
    crypto_generichash(out.data(), out.size(), digest.data(), digest.size(), key.bytes.data(),
                       key.bytes.size());
    return out;
}

Hash256 keyed_hash(const HashKey& key, ByteView data) {
    return keyed_hash(key, sha256(data));
}

std::string make_id(std::int64_t microseconds) {
    // Crockford's base 32: no letter that is mistaken for a digit when an operator reads it aloud.
    static constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    constexpr int time_digits = 10, random_digits = 16;
    std::string id(time_digits + random_digits, '0');
    auto milliseconds = static_cast<std::uint64_t>(microseconds / 1000);
    for (int index = time_digits - 1; index >= 0; --index, milliseconds >>= 5)
        id[static_cast<std::size_t>(index)] = alphabet[milliseconds & 31U];
    for (int index = 0; index < random_digits; ++index)
        id[static_cast<std::size_t>(time_digits + index)] = alphabet[randombytes_uniform(32)];
    return id;
}

}  // namespace tocsin
