#include "rules/regex_hits.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {
/// Captures cost RE2 far more than a search.
constexpr std::size_t cost_of_groups = 8;
}  // namespace

bool RegexHits::spend(std::size_t bytes) {
    // By bytes alone: an honest mail of 10 MB in which nothing is found must not be unscannable because an expression that looks
    // for addresses has a thousand states.
    stopped_ = stopped_ || !evaluation_.spend_bytes(groups_ == Groups::kept ? cost_of_groups * bytes : bytes);
    return !stopped_;
}

void RegexHits::step_over_character() {
    if (at_ < text_.size())
        (void)mail::next_code_point(text_, at_);
    else
        ++at_;
}

/// A long text without a further hit is read once, and not part by part. RE2 ends with the first hit, and that is paid for when
/// it is found; so this is asked once.
bool RegexHits::may_go_on() {
    if (std::exchange(asked_about_rest_, true)) return true;
    if (expression_.matches_behind(text_, at_)) return true;
    spend(text_.size() - at_);
    return false;
}

// The first part is paid for by what it yields: RE2 mostly ends with the hit. Larger ones are paid for as a whole.
std::optional<RegexMatch> RegexHits::search() {
    for (std::size_t size = 2 * limits::regex_hit_margin_bytes;; size *= 2) {
        const std::size_t until = std::min(text_.size(), at_ + size);
        std::optional<RegexMatch> hit = expression_.find(text_, at_, until, groups_);
        const bool enough = until == text_.size();
        const std::size_t end = hit ? end_of(*hit) : until;
        if (enough || (hit && end + limits::regex_hit_margin_bytes <= until)) {
            spend(end - at_);
            return hit;
        }
        if (!spend(size) || (!hit && !may_go_on())) return std::nullopt;
    }
}

std::optional<RegexMatch> RegexHits::next() {
    while (!stopped_ && at_ <= text_.size()) {
        std::optional<RegexMatch> hit = search();
        stopped_ = stopped_ || !evaluation_.spend(limits::regex_hit_steps);
        if (!hit || stopped_) break;
        const std::size_t end = end_of(*hit);
        const bool empty_again = hit->full_match.empty() && last_end_ == end;
        if (end == at_)
            step_over_character();
        else
            at_ = end;
        last_end_ = end;
        if (!empty_again) return hit;
    }
    at_ = text_.size() + 1;
    return std::nullopt;
}

}  // namespace tocsin::rules
