// A moment as people and programs write it.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace tocsin {

/// As in RFC 3339: 2026-03-01 (its first moment in UTC), 2026-03-01T12:00Z, 2026-03-01T12:00:00Z, with up to six digits
/// behind the second, with an offset such as +02:00 in the place of Z. nullopt: none of these.
[[nodiscard]] std::optional<TimePoint> parse_moment(std::string_view text);

}  // namespace tocsin
