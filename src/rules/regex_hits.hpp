// One hit of a regular expression after the other, at a cost that is known.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "rules/evaluation.hpp"
#include "rules/regexes.hpp"

namespace tocsin::rules {

/// Hits that do not overlap, in their order, as Go's FindAll finds them: an empty hit right behind another one is none.
///
/// A search that may look at all the rest of the text for each hit is quadratic, and RE2 does not tell how far it looked
/// (`a.*b|a` on a long row of "a" does). So it is only shown a part of the text. A hit counts when
/// limits::regex_hit_margin_bytes behind it have been shown, too; else the part is doubled. So a hit is another one than
/// without that limit only if it could go on after a stretch of that length in which it could not end.
class RegexHits {
public:
    /// All three must outlive this.
    RegexHits(const Regex& expression, std::string_view text, Groups groups, Evaluation& evaluation)
        : expression_(expression), text_(text), groups_(groups), evaluation_(evaluation) {}

    /// Nothing: there is no further hit, or the budget is spent.
    [[nodiscard]] std::optional<RegexMatch> next();
    [[nodiscard]] bool stopped() const { return stopped_; }

private:
    [[nodiscard]] bool may_go_on();
    std::optional<RegexMatch> search();
    bool spend(std::size_t bytes);
    [[nodiscard]] std::size_t end_of(const RegexMatch& hit) const {
        return static_cast<std::size_t>(hit.full_match.data() - text_.data()) + hit.full_match.size();
    }
    void step_over_character();

    const Regex& expression_;
    std::string_view text_;
    Groups groups_;
    Evaluation& evaluation_;
    std::size_t at_ = 0;
    std::optional<std::size_t> last_end_;  ///< of the last hit
    bool asked_about_rest_ = false;
    bool stopped_ = false;
};

}  // namespace tocsin::rules
