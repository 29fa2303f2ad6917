// Which way a message goes, seen from the organisation that runs Tocsin.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::mail {

enum class Direction : std::uint8_t { inbound, outbound, internal };

[[nodiscard]] constexpr std::string_view to_string(Direction direction) {
    switch (direction) {
        case Direction::inbound: return "inbound";
        case Direction::outbound: return "outbound";
        case Direction::internal: return "internal";
    }
    return "inbound";
}

}  // namespace tocsin::mail
