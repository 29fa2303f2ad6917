#include "rules/column.hpp"

#include <algorithm>

#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

template <typename Texts>
void sort_each_once(Texts& texts) {
    std::ranges::sort(texts);
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

Column::Column(std::span<const Value> values) {
    for (const Value& value : values) {
        known_ = known_ && value.kind == Kind::text && value.missing == 0;
        if (!known_) return;
        texts_.push_back(value.text());
    }
    sort_each_once(texts_);
    for (const std::string_view text : texts_) bytes_ += text.size() + 1;
}

bool Column::holds(std::string_view text) const {
    return std::ranges::binary_search(texts_, text);
}

void Column::fold_texts() {
    if (!folded_.empty() || texts_.empty()) return;
    for (const std::string_view text : texts_) folded_.push_back(fold(text));
    sort_each_once(folded_);
}

bool Column::holds_folded(std::string_view text) {
    fold_texts();
    return std::ranges::binary_search(folded_, text, std::less<>());
}

bool Column::may_pass(const Node& test, const Value* constant, const PatternBook& patterns) {
    switch (test.kind) {
        case NodeKind::comparison:
            return test.op == Operator::equal ? holds(constant->text())
                                              : holds_folded(fold(constant->text()));
        case NodeKind::in_constants: {
            if (test.op == Operator::in)
                return std::ranges::any_of(
                    texts_, [&](std::string_view text) { return test.constants->contains(text); });
            fold_texts();
            return std::ranges::any_of(folded_,
                                       [&](std::string_view text) { return test.constants->contains(text); });
        }
        default: break;
    }
    if (probed_ == nullptr) {
        for (const std::string_view text : texts_) (joined_ += text) += '\n';
        probed_ = std::make_unique<ProbedText>(joined_);
    }
    return patterns.may_match_within(test.patterns, *probed_);
}

}  // namespace tocsin::rules
