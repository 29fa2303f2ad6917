// What one customer normally sends. Only facts; what is made of them is in signals.hpp and watch.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/limits/watch.hpp"
#include "watch/audience.hpp"
#include "watch/campaign.hpp"
#include "watch/event.hpp"
#include "watch/known_values.hpp"
#include "watch/rhythm.hpp"
#include "watch/suspicion.hpp"

namespace tocsin::watch {

/// The families of values that a profile knows.
enum class Family : std::uint8_t {
    link_place,
    from,
    from_domain,
    from_name,
    mail_from_domain,
    reply_to,
    attachment_type,
    recipient_domain,
    network,
    network_owner,
    country,
    credential,
    login_network,
    login_owner,
    login_country,
    device,
    actor,
    account_act,
    language,
    count_,
};
inline constexpr std::size_t family_count = static_cast<std::size_t>(Family::count_);
[[nodiscard]] std::string_view to_string(Family family);

struct TemplateSeen {
    TimePoint time;
    std::uint64_t text = 0, page = 0;
    BodyForm form = BodyForm::unknown;
    auto operator<=>(const TemplateSeen&) const = default;
};

/// An act on the account, kept for some days: it weighs on the campaigns that follow.
struct RecentAct {
    TimePoint time;
    AccountAct act{};
    std::uint64_t hash = 0;  ///< of its id
    std::uint64_t credential = 0;
    std::uint8_t access = 0;  ///< how unusual network, country and device were, 0 to 3
    std::uint8_t weight = 0;  ///< what it adds to Signal::account_acts
    std::uint64_t count = 1;
    std::string what;  ///< for showing: "sender added: x@y.example, from 192.0.2.0/24"
    auto operator<=>(const RecentAct&) const = default;
};

/// What one login or key was used for: few values, to tell one credential's normal from another's.
struct CredentialSeen {
    std::uint64_t hash = 0;
    Day first_day = 0, last_day = 0;
    KnownValues from{8};
    KnownValues networks{8};
};

/// Sums, with the largest day of each week.
struct VolumeSeen {
    Day day = 0;
    std::uint64_t today = 0;
    std::int32_t newest_week = 0;
    std::array<std::uint32_t, 26> largest_day{};  ///< by week, newest first
    void note(Day day, std::uint64_t recipients);
    /// Of the days before `today`.
    [[nodiscard]] std::uint64_t largest_before(Day today) const;
    void join(const VolumeSeen& other);
};

class Profile {
public:
    Profile();
    [[nodiscard]] KnownValues& known(Family family) { return known_[static_cast<std::size_t>(family)]; }
    [[nodiscard]] const KnownValues& known(Family family) const {
        return known_[static_cast<std::size_t>(family)];
    }
    /// nullptr: this credential was never used.
    [[nodiscard]] const CredentialSeen* credential(std::uint64_t hash) const;
    [[nodiscard]] CredentialSeen& touch_credential(std::uint64_t hash, Day day);
    void note_template(const TemplateSeen& seen);
    void note_act(RecentAct act);
    /// The learnt facts of both. Campaigns under way and bookkeeping stay those of this profile.
    void join(const Profile& other);
    [[nodiscard]] std::size_t bytes() const;

    Audience audience;
    Rhythm rhythm;
    VolumeSeen volume;
    std::vector<TemplateSeen> templates;  ///< sorted, the oldest first
    std::vector<RecentAct> acts;          ///< sorted, the oldest first
    std::vector<CredentialSeen> credentials;
    SuspicionHistory campaigns_before, acts_before, released;
    OutcomeCounts outcomes;
    std::uint64_t recipients_ever = 0, official_ever = 0;
    Day first_day = -1, last_day = -1;  ///< with mail; -1: none yet

    // ---- under way: not learnt, not joined
    std::vector<Campaign> campaigns;
    std::string open_alarm;
    TimePoint watched_until;  ///< closely, after an incident
    TimePoint paced_until;    ///< all mail goes in small parts: somebody ordered it
    TimePoint paced_since;    ///< all its paced campaigns together let so many have it since then
    std::uint64_t paced_let_go = 0;
    Day score_day = -1;
    std::size_t score_bin = 0;  ///< of the highest score of that day, in AlarmBudget
    Day act_score_day = -1;
    std::size_t act_score_bin = 0;
    TimePoint touched;  ///< the watch's latest moment when it was last asked for in order to change

    // ---- bookkeeping of Watch: not part of a snapshot
    std::uint64_t in_snapshot = 0;  ///< the last one that it was saved in
    std::list<const std::string*>::iterator place{};

private:
    friend struct SnapshotAccess;
    std::array<KnownValues, family_count> known_;
};

}  // namespace tocsin::watch
