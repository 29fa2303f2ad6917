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

class List;

struct ListView {
    std::string name;  ///< without the dollar sign
    bool present = false;
    Missing missing = 0;                         ///< its bit, when it is not there
    const Type* element = nullptr;               ///< of its items; nullptr: texts
    std::optional<Correspondents> asks_history;  ///< set: membership is asked of History
    std::span<const Value> items;
    /// Exactly, and whatever the case. Of a list that is not there: what is in it for certain, if a part of it is there.
    std::function<bool(std::string_view)> contains, contains_folded;

    /// Answers from `list`, which outlives this; nullptr: nothing is known.
    void use(const List* list);
};

}  // namespace tocsin::rules
