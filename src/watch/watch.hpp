// The watch: events go in, decisions and alarms come out. Pure: it reads no clock and no file. docs/design/watch.md says why
// it is so.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "watch/alarm.hpp"
#include "watch/event.hpp"
#include "watch/neighbours.hpp"
#include "watch/population.hpp"
#include "watch/profile.hpp"
#include "watch/rules.hpp"
#include "watch/shared_recipients.hpp"
#include "watch/value_hash.hpp"

namespace tocsin::watch {

/// What is to happen to one message, and why.
struct Decision {
    Action action = Action::pass;
    std::string alarm;     ///< that holds it; empty: none
    bool vetting = false;  ///< paced because the customer is new
};

class SnapshotTaker;

/// How closely a customer is watched now.
enum class Level : std::uint8_t {
    normal,
    learning,  ///< new: what it normally sends is not known yet
    close,     ///< an alarm is open, or an incident
};
[[nodiscard]] std::string_view to_string(Level level);

struct CloselyWatched {
    std::string customer;
    std::string alarm;  ///< that is open; empty: there was an incident
    bool alarm_is_open = false;
    TimePoint until;
};

struct WatchCounts {
    std::uint64_t messages = 0, acts = 0, outcomes = 0, answers = 0;
    std::uint64_t repeated = 0, late = 0, ahead = 0;
    std::uint64_t clock_jumps = 0;  ///< our own mail was days before, or a year behind, what was seen last
    std::uint64_t campaigns = 0, alarms = 0, joined = 0;
    std::uint64_t held = 0, paced = 0;  ///< messages
};

/// Same events in the same order, same decisions and alarms. One thread.
class Watch {
public:
    Watch(WatchRules rules, const HashKey& key);

    /// Judges a message that is about to go, and learns from it when it goes. An event that was seen before changes nothing
    /// and gets the answer of its campaign. Errors: invalid_input (no customer, no id, a time far ahead of all others).
    [[nodiscard]] Result<Decision> see(const MessageEvent& event);
    /// Errors: invalid_input, as above.
    [[nodiscard]] Result<void> see(const AccountEvent& event);
    [[nodiscard]] Result<void> see(const OutcomeEvent& event);
    /// Errors: not_found (no such alarm), conflict (answered already).
    [[nodiscard]] Result<void> see(const AnswerEvent& event);
    /// Errors: invalid_input, as above.
    [[nodiscard]] Result<void> see(const CareEvent& event);

    /// Ids of alarms since the last call, in order; an id comes again when its alarm took in another campaign.
    [[nodiscard]] std::vector<std::string> take_news();
    [[nodiscard]] const Alarm* alarm(const std::string& id) const;
    [[nodiscard]] const std::map<std::string, Alarm>& alarms() const { return alarms_; }
    [[nodiscard]] std::size_t open_alarms() const;
    /// nullptr: nothing is known of this customer.
    [[nodiscard]] const Profile* profile(const std::string& customer) const;
    [[nodiscard]] std::vector<std::string> customers() const;
    [[nodiscard]] std::size_t customer_count() const { return profiles_.size() + away_.size(); }
    [[nodiscard]] bool knows(const std::string& customer) const {
        return profiles_.contains(customer) || away_.contains(customer);
    }
    /// As it was made: behind a snapshot that could not be restored.
    void forget_everything();
    // ---- Customers whose profiles are put away: somebody else keeps them, under a ticket of his own. Nothing is learnt about
    // ---- them until they are brought back, so an event about one is refused (unavailable).
    /// Who was quiet for longest of those that are here beyond the first `kept`, `most` of them. Nobody who is watched closely,
    /// or was active within limits::watch_quiet_us: the group step looks back so far.
    [[nodiscard]] std::vector<std::string> quiet_customers(std::size_t kept, std::size_t most) const;
    /// All that is known of a customer who is here.
    [[nodiscard]] std::string profile_bytes(const std::string& customer) const;
    /// Not while a snapshot is taken.
    void put_away(const std::string& customer, std::uint64_t ticket);
    /// Errors: corrupt (these are not the bytes of a profile; it stays away), not_found (it is not away).
    [[nodiscard]] Result<void> bring_back(const std::string& customer, std::string_view bytes);
    /// Its profile is lost: it begins anew, watched closely and in small parts for WatchRules::close_watch_us, because whoever
    /// sends in its name now cannot be told from it.
    void forget_away(const std::string& customer);
    /// Those whom this event is about and who are away.
    [[nodiscard]] std::vector<std::string> away_in(const Event& event) const;
    [[nodiscard]] const std::unordered_map<std::string, std::uint64_t>& away() const { return away_; }

    /// Takes in what another node learnt of a customer, who is not away.
    void join(const std::string& customer, const Profile& other);
    [[nodiscard]] const WatchCounts& counts() const { return counts_; }
    /// Customers with mail in the last 28 days.
    [[nodiscard]] std::size_t active_customers() const { return campaign_budget_.active_customers(); }
    [[nodiscard]] double threshold() const { return campaign_budget_.threshold(); }
    [[nodiscard]] double threshold_of(const Profile& profile, TimePoint now) const {
        return threshold_for(profile, campaign_budget_, now);
    }
    [[nodiscard]] Level level(const Profile& profile, TimePoint now) const;
    /// By name. Looks at every customer.
    [[nodiscard]] std::vector<CloselyWatched> closely_watched(TimePoint now) const;
    [[nodiscard]] const ValueHash& hash() const { return hash_; }

private:
    friend struct SnapshotAccess;
    Watch(WatchRules rules, const ValueHash& hash);
    struct Judged {
        std::vector<Reading> readings;
        Suspicion suspicion;
        double score = 0, share = 0;
        std::size_t before = 0, alike = 0;
        std::vector<std::string> others;
    };
    /// The profile, which is about to change; made if there is none.
    Profile& profile_to_change(const std::string& customer);
    enum class ToldBy : std::uint8_t { others, gate };
    Result<Profile*> admit(const std::string& id, const std::string& customer, TimePoint time,
                           ToldBy told_by = ToldBy::others);
    /// Whether a paced campaign of this customer may let somebody have it now.
    [[nodiscard]] bool take_from_pace(Profile& profile, TimePoint now, std::uint64_t recipients,
                                      std::uint64_t canary) const;
    bool repeated(std::uint64_t id);
    [[nodiscard]] bool is_late(TimePoint time) const;
    [[nodiscard]] bool learning(const Profile& profile, Day today) const;
    [[nodiscard]] bool vetted_when_new(TimePoint now) const;

    // ---- watch.cpp: the way of a message
    Campaign& begin_campaign(Profile& profile, const MessageEvent& event, MessageFacts& facts);
    Action act_on(Profile& profile, const MessageEvent& event, MessageFacts& facts, Campaign& campaign);
    void check_recipients(const Profile& profile, Campaign& campaign, const MessageEvent& event) const;

    // ---- watch_judge.cpp
    Judged judge(Profile& profile, const MessageEvent& event, const MessageFacts& facts,
                 const Campaign& campaign);
    static void weigh(const Profile& profile, Judged& judged, const SuspicionHistory& before,
                      const Population& population, Day today);
    /// The alarm about this customer that is neither answered nor old; nullptr: none.
    [[nodiscard]] const Alarm* open_alarm(const Profile& profile, TimePoint now) const;
    [[nodiscard]] double threshold_for(const Profile& profile, const AlarmBudget& budget,
                                       TimePoint now) const;
    void note_score(Profile& profile, const Judged& judged, Day today);
    void decide(Profile& profile, const MessageEvent& event, const MessageFacts& facts, Campaign& campaign,
                Judged& judged);
    void review(Profile& profile, const std::string& customer, Campaign& campaign, TimePoint now);
    void rejudge(Profile& profile, const std::string& customer, Campaign& campaign, TimePoint now);
    void warn_others(const std::vector<std::string>& others, const Campaign& campaign,
                     const std::string& customer, TimePoint now);
    void raise_for_acts(Profile& profile, const AccountEvent& event, const HashedText& network);
    static Alarm make_alarm(AlarmKind kind, const Judged& judged, TimePoint time, double threshold);
    void raise(Profile& profile, Alarm alarm, Campaign* campaign);
    void forget_alarms();

    // ---- watch_learn.cpp
    void learn_campaign(Profile& profile, const MessageEvent& event, const MessageFacts& facts);
    void learn_recipients(Profile& profile, const MessageEvent& event);
    void judge_act(Profile& profile, const AccountEvent& event);
    void release(Profile& profile, const Alarm& alarm, TimePoint now);

    WatchRules rules_;
    ValueHash hash_;
    TimePoint latest_;
    TimePoint first_{-1};  ///< of the first event; -1: there was none
    SnapshotTaker* taker_ = nullptr;
    std::uint64_t snapshots_ = 0;
    std::unordered_map<std::string, std::unique_ptr<Profile>> profiles_;
    std::list<const std::string*> by_rest_;  ///< names in profiles_, who was quiet for longest first
    std::unordered_map<std::string, std::uint64_t> away_;  ///< tickets
    std::map<std::string, Alarm> alarms_;
    std::vector<std::string> news_;
    std::unordered_set<std::uint64_t> recent_ids_, older_ids_;
    CommonDomains domains_;
    NewValues new_values_;
    SharedRecipients shared_recipients_;
    Population campaigns_, acts_;
    AlarmBudget campaign_budget_, act_budget_;
    WatchCounts counts_;
};

}  // namespace tocsin::watch
