// A name that configuration and gate must write alike.
#pragma once

#include <string_view>

namespace tocsin {

/// The customer of outbound mail that no [[customer]] fits; policy rows may name it, customers must not have it.
inline constexpr std::string_view unknown_customer = "(unknown)";

}  // namespace tocsin
