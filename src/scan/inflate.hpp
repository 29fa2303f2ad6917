// Raw deflate (RFC 1951), zlib (RFC 1950) and gzip (RFC 1952) within a bound.
#pragma once

#include "base/bytes.hpp"

namespace tocsin::scan {

enum class DeflateForm : std::uint8_t { raw, zlib_or_gzip };

struct Inflated {
    Bytes bytes;               ///< what came out, also when the end was not reached
    std::size_t consumed = 0;  ///< bytes of input that the stream took
    bool complete = false;     ///< the stream ended properly
    bool too_large = false;    ///< stopped at `bytes_max`
};

/// Unpacks at most `bytes_max` bytes. Never fails: broken input yields what came before the break.
[[nodiscard]] Inflated inflate_bytes(ByteView packed, DeflateForm form, std::size_t bytes_max);

/// CRC-32 as in zip and gzip.
[[nodiscard]] std::uint32_t crc32_of(ByteView bytes);

}  // namespace tocsin::scan
