#include "app/detour_rules.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "app/domain_lists.hpp"
#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/limits/detours.hpp"
#include "base/time_units.hpp"

namespace tocsin::app {

namespace {

constexpr const char* small_groups = "small groups";

gate::DetourMode mode_of(config::DetourMode mode) {
    switch (mode) {
        case config::DetourMode::off: return gate::DetourMode::off;
        case config::DetourMode::observe: return gate::DetourMode::observe;
        case config::DetourMode::hold: break;
    }
    return gate::DetourMode::hold;
}

/// A list of ours, or the operator's in its place, and what he adds to it and takes away.
Result<std::function<bool(std::string_view)>> is_in(const std::string& name, const config::Settings& settings,
                                                    const std::string& lists_folder) {
    const std::string more = name + ".add", less = name + ".remove";
    std::vector<std::shared_ptr<const Domains>> added{TRY(read_domain_lists(lists_folder, {name.c_str()}))};
    std::vector<std::shared_ptr<const Domains>> removed;
    for (const std::string& folder : settings.judge.lists) {
        if (auto own = TRY(read_domain_lists(folder, {name.c_str()})); !own->empty())
            added = {std::move(own)};
        added.push_back(TRY(read_domain_lists(folder, {more.c_str()})));
        removed.push_back(TRY(read_domain_lists(folder, {less.c_str()})));
    }
    return [added = std::move(added), removed = std::move(removed)](std::string_view domain) {
        const auto has = [&](const auto& list) { return list->contains(domain); };
        return std::ranges::any_of(added, has) && std::ranges::none_of(removed, has);
    };
}

bool has_address(const respond::Person& person, std::string_view address) {
    return std::ranges::any_of(person.channels, [&](const respond::Channel& channel) {
        return channel.kind == respond::ChannelKind::mail && equals_ignoring_case(channel.address, address);
    });
}

}  // namespace

Result<gate::DetourRules> detour_rules(const config::Settings& settings, const std::string& lists_folder) {
    gate::DetourRules rules;
    rules.mode = mode_of(settings.detours.mode);
    rules.window_us = std::int64_t{settings.detours.hours} * hour_us;
    rules.is_free_mail = TRY(is_in("free_email_providers", settings, lists_folder));
    rules.is_file_store = TRY(is_in("file_share_hosts", settings, lists_folder));
    return rules;
}

Result<void> read_blocked_files(store::JournalStore& journal, gate::BlockedFiles& blocked, TimePoint since) {
    return journal.visit_blocked_files(since, limits::blocked_rows_read,
                                       [&](const store::Record& record, store::WasReleased released) {
                                           if (released == store::WasReleased::no) blocked.note(record);
                                       });
}

/// Distinct people: a group of one in a house of few must not be told from the rest by its name.
std::size_t people_of_small_groups(const respond::Directory& directory) {
    std::set<std::string> people;
    for (const respond::Group& group : directory.groups)
        if (group.people.size() < limits::counted_group_people)
            people.insert(group.people.begin(), group.people.end());
    return people.size();
}

std::string counted_group(const respond::Directory& directory, std::string_view address) {
    const auto person = std::ranges::find_if(
        directory.people, [&](const respond::Person& one) { return has_address(one, address); });
    if (person == directory.people.end()) return std::string(gate::no_group);
    for (const respond::Group& group : directory.groups) {
        if (!contains(group.people, person->id)) continue;
        if (group.people.size() >= limits::counted_group_people) return group.name;
        return people_of_small_groups(directory) >= limits::counted_group_people
                   ? small_groups
                   : std::string(gate::no_group);
    }
    return std::string(gate::no_group);
}

}  // namespace tocsin::app
