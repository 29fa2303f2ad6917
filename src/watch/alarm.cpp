#include "watch/alarm.hpp"

#include <array>

namespace tocsin::watch {

std::string_view to_string(AlarmState state) {
    constexpr std::array<std::string_view, 4> names = {"open", "released", "incident", "closed"};
    return names[static_cast<std::size_t>(state)];
}

}  // namespace tocsin::watch
