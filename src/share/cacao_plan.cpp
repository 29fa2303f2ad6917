// From "waits for" to "one after the other" and "side by side".
#include <algorithm>
#include <map>
#include <numeric>
#include <span>

#include "share/cacao_detail.hpp"

namespace tocsin::share::cacao {

namespace {

using Steps = std::vector<std::size_t>;

class Planner {
public:
    explicit Planner(const respond::Playbook& playbook) : before_(playbook.steps.size()) {
        const std::size_t count = playbook.steps.size();
        std::map<std::string_view, std::size_t> at;
        for (std::size_t index = 0; index < count; ++index) {
            at.emplace(playbook.steps[index].name, index);
            before_[index].resize(count);
        }
        for (std::size_t index = 0; index < count; ++index)
            for (const std::string& name : playbook.steps[index].after)
                if (const auto found = at.find(name); found != at.end()) before_[found->second][index] = true;
        // Warshall 1962: whoever comes before somebody comes before all behind him.
        for (std::size_t via = 0; via < count; ++via)
            for (std::size_t from = 0; from < count; ++from)
                for (std::size_t to = 0; before_[from][via] && to < count; ++to)
                    if (before_[via][to]) before_[from][to] = true;
    }

    Plan plan(const Steps& steps) const {
        if (steps.size() == 1) return {Plan::Kind::step, steps.front(), {}};
        if (std::vector<Steps> apart = components(steps); apart.size() > 1)
            return join(Plan::Kind::parallel, apart);
        return join(Plan::Kind::series, cut(ordered(steps)));
    }

private:
    Plan join(Plan::Kind kind, const std::vector<Steps>& groups) const {
        Plan out{kind, 0, {}};
        for (const Steps& group : groups) out.parts.push_back(plan(group));
        return out;
    }

    std::size_t ancestors(std::size_t step, const Steps& among) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(among, [&](std::size_t other) { return before_[other][step]; }));
    }

    /// Who has fewer before him comes first; so nobody comes before what he waits for.
    Steps ordered(Steps steps) const {
        const Steps all = steps;
        std::ranges::stable_sort(steps, {}, [&](std::size_t step) { return ancestors(step, all); });
        return steps;
    }

    /// Steps that have nothing to do with each other, however they are linked among themselves.
    std::vector<Steps> components(const Steps& steps) const {
        std::vector<Steps> found;
        for (const std::size_t step : steps) {
            const auto is_linked = [&](const Steps& group) {
                return std::ranges::any_of(
                    group, [&](std::size_t other) { return before_[other][step] || before_[step][other]; });
            };
            Steps joined{step};
            for (const Steps& group : found)
                if (is_linked(group)) joined.insert(joined.end(), group.begin(), group.end());
            std::erase_if(found, is_linked);
            std::ranges::sort(joined);
            found.push_back(std::move(joined));
        }
        std::ranges::sort(found);
        return found;
    }

    /// Pieces of which each waits for all of the one before. Where there is no such place, those that wait for nothing become
    /// the first piece: then the rest waits for all of them.
    std::vector<Steps> cut(const Steps& steps) const {
        std::vector<Steps> pieces(1);
        for (std::size_t at = 0; at < steps.size(); ++at) {
            const auto behind = std::span(steps).subspan(at);
            const bool clean = std::ranges::all_of(behind, [&](std::size_t late) {
                return std::ranges::all_of(std::span(steps).first(at),
                                           [&](std::size_t early) { return before_[early][late]; });
            });
            if (at > 0 && clean) pieces.emplace_back();
            pieces.back().push_back(steps[at]);
        }
        if (pieces.size() > 1) return pieces;
        Steps first, rest;
        for (const std::size_t step : steps) (ancestors(step, steps) == 0 ? first : rest).push_back(step);
        return {first, rest};
    }

    std::vector<std::vector<bool>> before_;
};

}  // namespace

Plan plan_of(const respond::Playbook& playbook) {
    Steps all(playbook.steps.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return Planner(playbook).plan(all);
}

}  // namespace tocsin::share::cacao
