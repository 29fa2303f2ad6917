// The reason of a message that is held because a file of the same sender was held back before: records are known by it again.
#pragma once

#include <string_view>

namespace tocsin::gate {

inline constexpr std::string_view link_reason_begin = "a link to ",
                                  link_reason_middle =
                                      " after a file of the same sender was held back (record ";

}  // namespace tocsin::gate
