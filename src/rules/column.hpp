// One text of each item of a list, side by side, to ask whether any of them can be what a rule looks for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/graph.hpp"
#include "rules/pattern_book.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

/// Answers are exact or err on one side: false means that no item passes the test.
class Column {
public:
    explicit Column(std::span<const Value> values);

    /// False: something in it is no text, or might have been another one. Then nothing is known.
    [[nodiscard]] bool is_known() const { return known_; }
    /// `test` is one of LoopGates; its constant, if it compares, is `constant`.
    [[nodiscard]] bool may_pass(const Node& test, const Value* constant, const PatternBook& patterns);
    /// Bytes of all its texts.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// How many there are: may_pass() may look each of them up.
    [[nodiscard]] std::size_t size() const { return texts_.size(); }

private:
    [[nodiscard]] bool holds(std::string_view text) const;
    [[nodiscard]] bool holds_folded(std::string_view text);
    void fold_texts();

    bool known_ = true;
    std::size_t bytes_ = 0;
    std::vector<std::string_view> texts_;  ///< sorted, each once
    std::vector<std::string> folded_;      ///< the same, when it was asked for
    std::string joined_;                   ///< all of them, a line each
    std::unique_ptr<ProbedText> probed_;   ///< of joined_
};

}  // namespace tocsin::rules
