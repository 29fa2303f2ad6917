// What is loaded, and what was said of a message, as JSON for `tocsin rules`. The keys are told in docs/manual/rules.md.
#pragma once

#include <string>

#include "rules/judge.hpp"

namespace tocsin::rules {

/// Rules with what they need, what is wrong with those that were rejected, and lists.
[[nodiscard]] std::string to_json(const Judge& judge);
/// Every rule's answer, with its clauses where they were kept, and what it all adds up to.
[[nodiscard]] std::string to_json(const Judgement& judgement, const Judge& judge);

}  // namespace tocsin::rules
