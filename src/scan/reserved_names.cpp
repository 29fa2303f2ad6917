#include "scan/reserved_names.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/fold_case.hpp"

namespace tocsin::scan {

namespace {

constexpr std::string_view own_prefix = "x-tocsin-";
constexpr std::array<std::string_view, 4> own_names = {"x-spam-flag", "x-spam-status", "x-spam-level",
                                                       "mime-ambiguity-results"};
/// Longer names are nobody's.
constexpr std::size_t name_bytes_max = 200;

}  // namespace

bool is_reserved_field(std::string_view name) {
    if (name.size() > name_bytes_max) return false;
    std::string plain;
    for (char c : name)
        if (c > ' ' && c < 0x7F) plain.push_back(ascii_lower(c));
    return plain.starts_with(own_prefix) || std::ranges::find(own_names, plain) != own_names.end();
}

}  // namespace tocsin::scan
