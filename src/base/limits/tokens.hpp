// Limits of the API's tokens for people and programs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Tokens that are good at once: one for each employee of a large house, and some for programs.
inline constexpr std::size_t api_tokens = 20'000;
/// How long a token is good, at most and where nobody says.
inline constexpr std::uint32_t token_days_max = 400, token_days = 90;

}  // namespace tocsin::limits
