#include "scan/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace tocsin::scan {

namespace {

constexpr std::size_t step_bytes = 64U << 10;

/// zlib counts in unsigned int.
uInt clamp_to_uint(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

Inflated inflate_bytes(ByteView packed, DeflateForm form, std::size_t bytes_max) {
    Inflated result;
    z_stream stream{};
    // Negative window bits: no header. 32 added: zlib finds out whether zlib or gzip.
    const int window_bits = form == DeflateForm::raw ? -15 : 15 + 32;
    // The initialiser macro of zlib casts in C style.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
    if (inflateInit2(&stream, window_bits) != Z_OK) return result;
#pragma GCC diagnostic pop
    const auto* input = reinterpret_cast<const Bytef*>(packed.data());
    stream.next_in = const_cast<Bytef*>(input);
    std::size_t left = packed.size();
    int status = Z_OK;
    while (status == Z_OK && !result.too_large) {
        if (stream.avail_in == 0) {
            stream.avail_in = clamp_to_uint(left);
            left -= stream.avail_in;
        }
        const std::size_t before = result.bytes.size();
        const std::size_t room = std::min(std::max(step_bytes, before), bytes_max + 1 - before);
        result.bytes.resize(before + room);
        stream.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + before);
        stream.avail_out = clamp_to_uint(room);
        status = inflate(&stream, Z_NO_FLUSH);
        result.bytes.resize(before + room - stream.avail_out);
        if (result.bytes.size() > bytes_max) {
            result.bytes.resize(bytes_max);
            result.too_large = true;
        }
        if (stream.avail_in == 0 && left == 0 && stream.avail_out != 0) break;
    }
    result.complete = status == Z_STREAM_END;
    result.consumed = static_cast<std::size_t>(stream.next_in - input);
    inflateEnd(&stream);
    return result;
}

std::uint32_t crc32_of(ByteView bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace tocsin::scan
