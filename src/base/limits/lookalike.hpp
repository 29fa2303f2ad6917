// Limits of looking for whom names imitate.
#pragma once

#include <cstdint>

namespace tocsin::limits {

/// Steps that looking for whom a domain or display name imitates costs for each byte of it. A third of the time that it takes
/// (13 µs for a host of 22 bytes, 90 µs for the dearest host that we could make), or a newsletter with a thousand links would
/// spend what one rule has.
inline constexpr std::uint64_t lookalike_steps_per_byte = 2;

}  // namespace tocsin::limits
