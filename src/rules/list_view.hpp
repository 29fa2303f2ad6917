// A list as the evaluator sees it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/history.hpp"
#include "rules/type.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

struct ListView {
    std::string name;  ///< without the dollar sign
    bool present = false;
    Missing missing = 0;                         ///< its bit, when it is not there
    const Type* element = nullptr;               ///< of its items; nullptr: texts
    std::optional<Correspondents> asks_history;  ///< set: membership is asked of History
    std::span<const Value> items;
    std::function<bool(std::string_view)> contains;         ///< exactly
    std::function<bool(std::string_view)> contains_folded;  ///< whatever the case
};

}  // namespace tocsin::rules
