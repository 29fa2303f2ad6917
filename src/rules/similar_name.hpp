// Help for who mistyped a name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tocsin::rules {

/// ", did you mean 'display_name'?" for the nearest of `known` within two changes; empty when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string_view> known);

}  // namespace tocsin::rules
