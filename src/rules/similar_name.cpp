#include "rules/similar_name.hpp"

#include "rules/strings.hpp"

namespace tocsin::rules {

std::string did_you_mean(std::string_view name, std::span<const std::string_view> known) {
    constexpr std::size_t changes_max = 2;  // more, and most names are near to each other
    std::size_t least = changes_max + 1;
    std::string_view nearest;
    for (const std::string_view one : known) {
        const EditDistance distance = levenshtein(name, one, Case::folded, changes_max);
        if (distance.kind != EditDistance::Kind::exact || distance.value >= least) continue;
        least = distance.value;
        nearest = one;
    }
    if (nearest.empty()) return {};
    return ", did you mean '" + std::string(nearest) + "'?";
}

}  // namespace tocsin::rules
