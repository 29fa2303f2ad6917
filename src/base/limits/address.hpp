// Limits of addresses of mail.
#pragma once

#include <cstddef>

namespace tocsin::limits {

/// Marks of routing (`%`, `!`, and each further `@`) in one address: each is a step by which an MTA may send it elsewhere.
/// More than any mail has; such an address is not taken, for orders could not be held against where it leads.
inline constexpr std::size_t address_routes = 8;

}  // namespace tocsin::limits
