// Little-endian integers in bytes that may end anywhere.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// The integer of `width` (1 to 8) bytes at `offset`; zero when it does not lie wholly inside.
[[nodiscard]] inline std::uint64_t little_endian(ByteView bytes, std::size_t offset, std::size_t width) {
    if (offset > bytes.size() || bytes.size() - offset < width) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8U | std::to_integer<std::uint64_t>(bytes[offset + i]);
    return value;
}
[[nodiscard]] inline std::uint8_t u8_at(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint8_t>(little_endian(bytes, offset, 1));
}
[[nodiscard]] inline std::uint16_t u16_at(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint16_t>(little_endian(bytes, offset, 2));
}
[[nodiscard]] inline std::uint32_t u32_at(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint32_t>(little_endian(bytes, offset, 4));
}

/// `bytes` from `offset`, at most `size`; empty beyond the end.
[[nodiscard]] inline ByteView slice(ByteView bytes, std::size_t offset,
                                    std::size_t size = static_cast<std::size_t>(-1)) {
    if (offset >= bytes.size()) return {};
    const std::size_t there = bytes.size() - offset;
    return bytes.subspan(offset, size < there ? size : there);
}

}  // namespace tocsin::scan
