#include "rules/history.hpp"

#include "base/limits.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

std::optional<bool> History::knows(Correspondents list, std::string_view address) {
    std::pair key(list, fold(address));
    const auto known = answer_.correspondents.find(key);
    if (known != answer_.correspondents.end()) return known->second;
    if (asked_.correspondents.size() < limits::history_questions)
        asked_.correspondents.insert(std::move(key));
    return std::nullopt;
}

}  // namespace tocsin::rules
