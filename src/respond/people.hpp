// Who can be told, and who is on call when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "respond/words.hpp"

namespace tocsin::respond {

/// One way to reach somebody: an address of mail, the name or the URL of a webhook, a facility of syslog.
struct Channel {
    ChannelKind kind{};
    std::string address;
};

/// Somebody of the house. `id` is what approvals and acknowledgements are counted by.
struct Person {
    std::string id;
    std::string name;
    std::vector<Channel> channels;  ///< what is urgent goes by all of them, the rest by the first
};

/// People by their ids, or whoever is on call in a rota. Groups that no list can say are known by name: see GroupKind.
struct Group {
    std::string name;
    std::vector<std::string> people;
    std::string rota;  ///< not empty: whoever is on call there, too
};

/// Somebody stands in for whoever the turns would name: from <= time < until. Of several the latest given counts.
struct RotaOverride {
    std::string person;
    TimePoint from, until;
};

/// People take turns of equal length. An empty name in the list is a turn that nobody has, and so a gap.
struct Rota {
    std::string name;
    std::vector<std::string> turns;  ///< ids of people, in their order
    TimePoint begins;
    std::uint32_t turn_hours = 24;
    std::vector<RotaOverride> overrides;
};

/// One step of the escalation: whom to page so long after the incident began to page.
struct EscalationLevel {
    std::uint32_t after_minutes = 0;
    std::string group;
};

struct Directory {
    std::vector<Person> people;
    std::vector<Group> groups;
    std::vector<Rota> rotas;
    std::vector<EscalationLevel> escalation;
    std::uint32_t escalation_rounds = 1;
    std::uint32_t escalation_round_minutes = 30;  ///< from the begin of one round to that of the next
};

/// Groups that come with the incident or the house and are in no list: everyone, reporters (who are known to be who they say),
/// recipients (who got the mail), openers (who opened it or did more), victims (for whom a run
/// began: who gave credentials away), customer-contact (confirmed contacts of its customers).
enum class GroupKind : std::uint8_t {
    listed,
    everyone,
    reporters,
    recipients,
    openers,
    victims,
    customer_contact
};
[[nodiscard]] GroupKind group_kind(std::string_view name);

/// The group that is told whatever waits for a person. A setup must have it.
inline constexpr std::string_view desk_group = "desk";

[[nodiscard]] const Person* find_person(const Directory& directory, std::string_view id);
[[nodiscard]] const Group* find_group(const Directory& directory, std::string_view name);
[[nodiscard]] const Rota* find_rota(const Directory& directory, std::string_view name);

/// Id of who is on call; nullopt: nobody is.
[[nodiscard]] std::optional<std::string> on_call(const Rota& rota, TimePoint at);
/// Ids of a listed group's people at a moment, each once, those on call first; `everyone` is everybody who is listed.
[[nodiscard]] std::vector<std::string> members(const Directory& directory, std::string_view group,
                                               TimePoint at);

/// A time in which nobody is on call, or somebody who is not listed or cannot be reached: from <= time < until.
struct RotaGap {
    std::string rota;
    TimePoint from, until;
    std::string why;
};
/// All gaps of all rotas between two moments (at most limits::respond_gap_us_max apart), the earliest first.
[[nodiscard]] std::vector<RotaGap> rota_gaps(const Directory& directory, TimePoint from, TimePoint until);

}  // namespace tocsin::respond
