#include "base/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <span>

#include "base/assert.hpp"

namespace tocsin {

namespace {

/// What EVP_sha256() names is looked up anew with each digest; this one is looked up once and lives as long as the program.
const EVP_MD* fetched_sha256() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

std::string digest_hex(const EVP_MD* kind, ByteView data) {
    std::array<std::byte, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    const int done = EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                kind, nullptr);
    // A machine in FIPS mode has no MD5: then the field is empty.
    if (done != 1) return {};
    return to_hex(std::span(out).first(size));
}

}  // namespace

HashKey random_hash_key() {
    ASSERT(sodium_init() >= 0, "libsodium must start");
    HashKey key;
    randombytes_buf(key.bytes.data(), key.bytes.size());
    return key;
}

Hash256 sha256(ByteView data) {
    Hash256 out{};
    const int done = EVP_Digest(data.data(), data.size(), out.data(), nullptr, fetched_sha256(), nullptr);
    ASSERT(done == 1, "libcrypto must know SHA-256");
    return out;
}

std::string md5_hex(ByteView data) {
    return digest_hex(EVP_md5(), data);
}

std::string sha1_hex(ByteView data) {
    return digest_hex(EVP_sha1(), data);
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
    std::string id(std::size_t{time_digits} + random_digits, '0');
    auto milliseconds = static_cast<std::uint64_t>(microseconds / 1000);
    for (int index = time_digits - 1; index >= 0; --index, milliseconds >>= 5)
        id[static_cast<std::size_t>(index)] = alphabet[milliseconds & 31U];
    // Once for all digits: each call asks the kernel.
    std::array<unsigned char, random_digits> random{};
    randombytes_buf(random.data(), random.size());
    for (std::size_t index = 0; index < random.size(); ++index)
        id[time_digits + index] = alphabet[random[index] & 31U];
    return id;
}

}  // namespace tocsin
