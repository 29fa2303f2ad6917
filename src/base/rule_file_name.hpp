// Which files of a folder, or of an archive, are rules: those inside readers and those outside must mean the same.
#pragma once

#include <string_view>

#include "base/ascii.hpp"

namespace tocsin {

/// Whether a name, or a path, ends in .yml or .yaml, in letters of any case. A name that is nothing but the ending is none.
[[nodiscard]] constexpr bool is_rule_file_name(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    for (const std::string_view ending : {std::string_view(".yml"), std::string_view(".yaml")})
        if (name.size() > ending.size() &&
            equals_ignoring_case(name.substr(name.size() - ending.size()), ending))
            return true;
    return false;
}

}  // namespace tocsin
