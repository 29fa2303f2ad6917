#include "respond/people.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"

namespace tocsin::respond {

namespace {

template <typename Item, typename Field>
const Item* find_by(const std::vector<Item>& items, std::string_view value, Field field) {
    const auto found = std::ranges::find(items, value, field);
    return found == items.end() ? nullptr : &*found;
}

/// Why nobody can be reached at a moment; empty: somebody can.
std::string gap_at(const Directory& directory, const Rota& rota, TimePoint at) {
    const std::optional<std::string> who = on_call(rota, at);
    if (!who) return "nobody is on call";
    const Person* person = find_person(directory, *who);
    if (person == nullptr) return "\"" + *who + "\" is on call and in no list of people";
    if (person->channels.empty()) return person->id + " is on call and cannot be reached by any way";
    return {};
}

/// Every moment at which somebody else may be on call.
std::set<std::int64_t> changes(const Rota& rota, TimePoint from, TimePoint until) {
    std::set<std::int64_t> moments = {from.microseconds};
    for (const RotaOverride& one : rota.overrides)
        for (const TimePoint& moment : {one.from, one.until})
            if (moment > from && moment < until) moments.insert(moment.microseconds);
    if (rota.turns.empty() || rota.turn_hours == 0) return moments;
    const std::int64_t turn_us = rota.turn_hours * hour_us;
    std::int64_t next = rota.begins.microseconds;
    if (next <= from.microseconds) next += ((from.microseconds - next) / turn_us + 1) * turn_us;
    for (; next < until.microseconds; next += turn_us) moments.insert(next);
    return moments;
}

}  // namespace

GroupKind group_kind(std::string_view name) {
    constexpr std::array<std::string_view, 7> names = {"",        "everyone", "reporters",       "recipients",
                                                       "openers", "victims",  "customer-contact"};
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? GroupKind::listed : static_cast<GroupKind>(found - names.begin());
}

const Person* find_person(const Directory& directory, std::string_view id) {
    return find_by(directory.people, id, &Person::id);
}
const Group* find_group(const Directory& directory, std::string_view name) {
    return find_by(directory.groups, name, &Group::name);
}
const Rota* find_rota(const Directory& directory, std::string_view name) {
    return find_by(directory.rotas, name, &Rota::name);
}

std::optional<std::string> on_call(const Rota& rota, TimePoint at) {
    for (auto one = rota.overrides.rbegin(); one != rota.overrides.rend(); ++one)
        if (one->from <= at && at < one->until)
            return one->person.empty() ? std::nullopt : std::optional(one->person);
    if (rota.turns.empty() || rota.turn_hours == 0 || at < rota.begins) return std::nullopt;
    const std::int64_t turn = (at.microseconds - rota.begins.microseconds) / (rota.turn_hours * hour_us);
    const std::string& who = rota.turns[static_cast<std::size_t>(turn) % rota.turns.size()];
    return who.empty() ? std::nullopt : std::optional(who);
}

std::vector<std::string> members(const Directory& directory, std::string_view name, TimePoint at) {
    std::vector<std::string> ids;
    if (group_kind(name) == GroupKind::everyone) {
        for (const Person& person : directory.people) ids.push_back(person.id);
        return ids;
    }
    const Group* group = find_group(directory, name);
    if (group == nullptr) return ids;
    if (const Rota* rota = find_rota(directory, group->rota))
        if (std::optional<std::string> who = on_call(*rota, at)) ids.push_back(*std::move(who));
    for (const std::string& id : group->people)
        if (!contains(ids, id)) ids.push_back(id);
    std::erase_if(ids, [&](const std::string& id) { return find_person(directory, id) == nullptr; });
    return ids;
}

std::vector<RotaGap> rota_gaps(const Directory& directory, TimePoint from, TimePoint until) {
    until = std::min(until, TimePoint{from.microseconds + limits::respond_gap_us_max});
    std::vector<RotaGap> gaps;
    for (const Rota& rota : directory.rotas) {
        const std::set<std::int64_t> moments = changes(rota, from, until);
        const std::size_t before = gaps.size();
        for (auto moment = moments.begin(); moment != moments.end(); ++moment) {
            const TimePoint begin{*moment};
            const TimePoint end = std::next(moment) == moments.end() ? until : TimePoint{*std::next(moment)};
            std::string why = gap_at(directory, rota, begin);
            if (why.empty() || begin >= end) continue;
            if (gaps.size() > before && gaps.back().until == begin && gaps.back().why == why)
                gaps.back().until = end;
            else
                gaps.push_back({rota.name, begin, end, std::move(why)});
        }
    }
    std::ranges::stable_sort(gaps, {}, &RotaGap::from);
    return gaps;
}

}  // namespace tocsin::respond
