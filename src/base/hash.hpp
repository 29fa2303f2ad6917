// Content hashes: SHA-256 from OpenSSL's libcrypto, which uses the processor's own instructions for it, keyed with BLAKE2b from
// libsodium. Nobody outside knows the key, so nobody can ask the cache about a known file from outside.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin {

using Hash256 = std::array<std::uint8_t, 32>;

struct HashKey {
    std::array<std::uint8_t, 32> bytes{};
};

/// A fresh random key.
[[nodiscard]] HashKey random_hash_key();

/// SHA-256 (FIPS 180-4), the name of a stored evidence file.
[[nodiscard]] Hash256 sha256(ByteView data);

/// MD5 and SHA-1 in hexadecimal, for comparing with other people's lists of bad files and for nothing else: anybody can make two
/// files with one of these. Empty where the machine's policy forbids them.
[[nodiscard]] std::string md5_hex(ByteView data);
[[nodiscard]] std::string sha1_hex(ByteView data);

/// Keyed BLAKE2b with 32 bytes of output (RFC 7693) over a SHA-256. Two contents with one name would have to be two contents
/// with one SHA-256.
[[nodiscard]] Hash256 keyed_hash(const HashKey& key, const Hash256& digest);

/// keyed_hash() of the SHA-256 of `data`.
[[nodiscard]] Hash256 keyed_hash(const HashKey& key, ByteView data);

/// 26 characters, sortable by time, from a CSPRNG: the id of a record, an order, a held message.
[[nodiscard]] std::string make_id(std::int64_t microseconds);

}  // namespace tocsin
