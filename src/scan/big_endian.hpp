// Big-endian integers in bytes that may end anywhere.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// The integer of `width` (1 to 8) bytes at `offset`; zero when it does not lie wholly inside.
[[nodiscard]] inline std::uint64_t big_endian(ByteView bytes, std::size_t offset, std::size_t width) {
    if (offset > bytes.size() || bytes.size() - offset < width) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value << 8U | std::to_integer<std::uint64_t>(bytes[offset + i]);
    return value;
}
[[nodiscard]] inline std::uint16_t u16be_at(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint16_t>(big_endian(bytes, offset, 2));
}
[[nodiscard]] inline std::uint32_t u32be_at(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint32_t>(big_endian(bytes, offset, 4));
}

}  // namespace tocsin::scan
