// Whether an address at another provider looks like somebody's own: the same person's name in its local part. Pure.
#pragma once

#include <string_view>

namespace tocsin::gate {

/// Whether the local part of `other` resembles the name that `address` and `display_name` show: "anna.muster@company.example"
/// ("Anna Muster") has "annamuster77", "a.muster", "muster_anna" and "anna.mueller-muster" at another provider, but not "anna"
/// alone, which is many people's. Digits at the end, dots and tags (`+x`) count for nothing; one slip is forgiven in a whole
/// name of 7 letters or more. Letters outside of ASCII count as they are.
[[nodiscard]] bool resembles_own_name(std::string_view address, std::string_view display_name,
                                      std::string_view other);

}  // namespace tocsin::gate
