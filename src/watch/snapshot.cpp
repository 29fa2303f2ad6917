#include "watch/snapshot.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <map>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

constexpr std::string_view magic = "tocsin watch 4";
constexpr std::string_view profile_magic = "tocsin profile 1";
/// Items of one list; everything in a Watch is bounded far below.
constexpr std::size_t items_max = 1U << 24;

/// Writes what it is shown.
class Writer {
public:
    static constexpr bool reads = false;
    ByteWriter out;
    void number(std::uint64_t value) { out.u64(value); }
    void small(std::uint32_t value) { out.u32(value); }
    void text(const std::string& value) { out.string(value); }
};

/// Fills what it is shown.
class Reader {
public:
    static constexpr bool reads = true;
    explicit Reader(std::string_view bytes) : in(bytes) {}
    ByteReader in;
    std::uint64_t number() { return in.u64(); }
    std::uint32_t small() { return in.u32(); }
    std::string text() { return std::string(in.string(limits::watch_line_bytes)); }
};

}  // namespace

/// Shows each member of a type, in one order for both directions, to an archive. A friend of the types whose members are private.
struct SnapshotAccess {
    template <typename Archive, typename... Values>
    static void all(Archive& archive, Values&... values) {
        (one(archive, values), ...);
    }

    template <typename Archive, typename Value>
        requires(std::integral<Value> || std::is_enum_v<Value>)
    static void one(Archive& archive, Value& value) {
        if constexpr (sizeof(Value) <= sizeof(std::uint32_t)) {
            if constexpr (Archive::reads)
                value = static_cast<Value>(archive.small());
            else
                archive.small(static_cast<std::uint32_t>(value));
        } else {
            if constexpr (Archive::reads)
                value = static_cast<Value>(archive.number());
            else
                archive.number(static_cast<std::uint64_t>(value));
        }
    }
    template <typename Archive>
    static void one(Archive& archive, double& value) {
        if constexpr (Archive::reads)
            value = std::bit_cast<double>(archive.number());
        else
            archive.number(std::bit_cast<std::uint64_t>(value));
    }
    template <typename Archive>
    static void one(Archive& archive, std::string& value) {
        if constexpr (Archive::reads)
            value = archive.text();
        else
            archive.text(value);
    }
    template <typename Archive, typename Value, std::size_t size>
    static void one(Archive& archive, std::array<Value, size>& values) {
        for (Value& value : values) one(archive, value);
    }
    template <typename Archive, typename Value>
    static void one(Archive& archive, std::vector<Value>& values) {
        const std::size_t count = counted(archive, values.size());
        if constexpr (Archive::reads) values = std::vector<Value>(count);
        for (Value& value : values) one(archive, value);
    }
    template <typename Archive, typename Table>
        requires requires { typename Table::mapped_type; }
    static void one(Archive& archive, Table& table) {
        const std::size_t count = counted(archive, table.size());
        if constexpr (Archive::reads) {
            for (std::size_t item = 0; item < count; ++item) {
                typename Table::key_type key{};
                one(archive, key);
                one(archive, table[key]);
            }
        } else {
            for (auto& [key, value] : table) {
                auto copy = key;
                all(archive, copy, value);
            }
        }
    }
    template <typename Archive>
    static void one(Archive& archive, std::unordered_set<std::uint64_t>& values) {
        const std::size_t count = counted(archive, values.size());
        if constexpr (Archive::reads) {
            values.reserve(count);
            for (std::size_t item = 0; item < count; ++item) values.insert(archive.number());
        } else {
            for (const std::uint64_t value : values) archive.number(value);
        }
    }
    template <typename Archive>
    static std::size_t counted(Archive& archive, std::size_t size) {
        if constexpr (Archive::reads) {
            return archive.in.count(items_max);
        } else {
            archive.small(static_cast<std::uint32_t>(size));
            return size;
        }
    }

    template <typename A>
    static void one(A& a, TimePoint& v) {
        one(a, v.microseconds);
    }
    template <typename A>
    static void one(A& a, Suspicion& v) {
        one(a, v.lanes_);
    }
    template <typename A>
    static void one(A& a, KnownValue& v) {
        all(a, v.hash, v.first_day, v.last_day, v.vouched, v.weight, v.text);
    }
    template <typename A>
    static void one(A& a, KnownValues& v) {
        one(a, v.values_);
    }
    template <typename A>
    static void one(A& a, Audience::Generation& v) {
        all(a, v.quarter, v.smallest);
    }
    template <typename A>
    static void one(A& a, Audience& v) {
        one(a, v.generations_);
    }
    template <typename A>
    static void one(A& a, Rhythm& v) {
        all(a, v.newest_week_, v.weeks_);
    }
    template <typename A>
    static void one(A& a, VolumeSeen& v) {
        all(a, v.day, v.today, v.newest_week, v.largest_day);
    }
    template <typename A>
    static void one(A& a, TemplateSeen& v) {
        all(a, v.time, v.text, v.page, v.form);
    }
    template <typename A>
    static void one(A& a, RecentAct& v) {
        all(a, v.time, v.act, v.hash, v.credential, v.access, v.weight, v.count, v.what);
    }
    template <typename A>
    static void one(A& a, CredentialSeen& v) {
        all(a, v.hash, v.first_day, v.last_day, v.from, v.networks);
    }
    template <typename A>
    static void one(A& a, SuspicionHistory::Entry& v) {
        all(a, v.day, v.suspicion);
    }
    template <typename A>
    static void one(A& a, SuspicionHistory& v) {
        one(a, v.entries_);
    }
    template <typename A>
    static void one(A& a, OutcomeCounts& v) {
        all(a, v.bounces, v.complaints, v.traps, v.canaries, v.unsubscribes);
    }
    template <typename A>
    static void one(A& a, Reading& v) {
        all(a, v.signal, v.level, v.text, v.normal);
    }
    template <typename A>
    static void one(A& a, HashedText& v) {
        all(a, v.text, v.hash);
    }
    template <typename A>
    static void one(A& a, LearntByRelease& v) {
        all(a, v.family, v.value, v.weight);
    }
    template <typename A>
    static void one(A& a, AlarmCampaign& v) {
        all(a, v.begun, v.first_record, v.subject, v.header_from, v.places, v.let_go);
    }
    template <typename A>
    static void one(A& a, CommonDomains::Entry& v) {
        all(a, v.settled, v.fresh, v.fresh_week, v.last_day);
    }
    template <typename A>
    static void one(A& a, CommonDomains& v) {
        one(a, v.entries_);
    }
    template <typename A>
    static void one(A& a, SharedRecipients::Owner& v) {
        all(a, v.customer, v.first_day);
    }
    template <typename A>
    static void one(A& a, SharedRecipients::Entry& v) {
        one(a, v.owners);
    }
    template <typename A>
    static void one(A& a, SharedRecipients& v) {
        all(a, v.entries_, v.largest_);
    }
    template <typename A>
    static void one(A& a, NewValues::Sighting& v) {
        all(a, v.customer, v.time);
    }
    template <typename A>
    static void one(A& a, NewValues& v) {
        one(a, v.entries_);
    }
    template <typename A>
    static void one(A& a, Population::Weight& v) {
        all(a, v.lanes, v.weight, v.day);
    }
    template <typename A>
    static void one(A& a, Population& v) {
        all(a, v.weights_, v.total_);
    }
    template <typename A>
    static void one(A& a, WatchCounts& v) {
        all(a, v.messages, v.acts, v.outcomes, v.answers, v.repeated, v.late, v.ahead, v.campaigns, v.alarms,
            v.joined, v.held, v.paced);
    }
    template <typename A>
    static void one(A& a, AlarmBudget& v) {
        all(a, v.settled_, v.threshold_, v.newest_, v.first_, v.active_, v.scores_, v.last_active_,
            v.alarms_);
    }
    template <typename A>
    static void one(A& a, Campaign& v) {
        all(a, v.begun, v.latest, v.first_record, v.subject_text, v.header_from, v.from, v.reply_to,
            v.subject, v.credential, v.network);
        all(a, v.text, v.page, v.hosts, v.places, v.attachment_types, v.judged_as, v.suspicion, v.score,
            v.action, v.alarm, v.learning);
        all(a, v.recipients, v.kept_back, v.checked, v.unknown, v.domains_checked, v.domains_unknown,
            v.addressed, v.official, v.shared_checked, v.on_other_list, v.other_list_votes, v.other_list,
            v.on_that_list, v.next_review, v.outcomes, v.readings);
    }
    template <typename A>
    static void one(A& a, Alarm& v) {
        all(a, v.id, v.time, v.kind, v.state, v.customer, v.credential, v.suspicion, v.score, v.threshold,
            v.before, v.before_alike);
        all(a, v.share_alike, v.readings, v.others, v.campaigns, v.campaigns_more, v.values, v.answered_by,
            v.note, v.answered_at);
    }
    template <typename A>
    static void one(A& a, Profile& v) {
        all(a, v.known_, v.audience, v.rhythm, v.volume, v.templates, v.acts, v.credentials,
            v.campaigns_before, v.acts_before, v.released);
        all(a, v.outcomes, v.recipients_ever, v.official_ever, v.first_day, v.last_day, v.campaigns,
            v.open_alarm, v.watched_until, v.paced_until, v.paced_since, v.paced_let_go, v.touched);
        all(a, v.score_day, v.score_bin, v.act_score_day, v.act_score_bin);
    }
    /// All but the profiles, which follow one by one.
    template <typename A>
    static void shared(A& a, Watch& v) {
        all(a, v.latest_, v.first_, v.alarms_, v.news_, v.recent_ids_, v.older_ids_, v.domains_,
            v.shared_recipients_, v.new_values_);
        all(a, v.campaigns_, v.acts_, v.campaign_budget_, v.act_budget_, v.counts_, v.away_);
    }
    static auto& profiles(Watch& v) { return v.profiles_; }
    /// Puts the names in their order again.
    static void order_by_rest(Watch& v) {
        std::vector<std::pair<TimePoint, const std::string*>> order;
        for (const auto& [name, profile] : v.profiles_) order.emplace_back(profile->touched, &name);
        std::ranges::sort(order, {}, &std::pair<TimePoint, const std::string*>::first);
        v.by_rest_.clear();
        for (const auto& [touched, name] : order)
            v.profiles_.at(*name)->place = v.by_rest_.insert(v.by_rest_.end(), name);
    }
    static SnapshotTaker*& taker(Watch& v) { return v.taker_; }
    static std::uint64_t next_snapshot(Watch& v) { return ++v.snapshots_; }
};

struct SnapshotTaker::State {
    using Item = std::pair<const std::string, std::unique_ptr<Profile>>;
    std::uint64_t number = 0;
    std::vector<Item*> items;  ///< of all customers when it began; a table's items stay where they are
    std::size_t next = 0;
    Writer writer;
};

SnapshotTaker::SnapshotTaker(Watch& watch) : watch_(watch), state_(std::make_unique<State>()) {
    ASSERT(SnapshotAccess::taker(watch) == nullptr, "one snapshot at a time");
    state_->number = SnapshotAccess::next_snapshot(watch);
    for (State::Item& item : SnapshotAccess::profiles(watch)) state_->items.push_back(&item);
    state_->writer.text(std::string(magic));
    SnapshotAccess::shared(state_->writer, watch);
    state_->writer.number(state_->items.size());
    SnapshotAccess::taker(watch) = this;
}

SnapshotTaker::~SnapshotTaker() {
    SnapshotAccess::taker(watch_) = nullptr;
}

void SnapshotTaker::save(const std::string& customer, Profile& profile) {
    if (profile.in_snapshot == state_->number) return;
    profile.in_snapshot = state_->number;
    state_->writer.text(customer);
    SnapshotAccess::one(state_->writer, profile);
}

bool SnapshotTaker::add(std::size_t profiles_max) {
    for (; profiles_max > 0 && state_->next < state_->items.size(); ++state_->next, --profiles_max) {
        State::Item& item = *state_->items[state_->next];
        save(item.first, *item.second);
    }
    return state_->next == state_->items.size();
}

std::string SnapshotTaker::take_bytes() {
    return std::exchange(state_->writer.out, {}).take();
}

std::size_t SnapshotTaker::bytes_waiting() const {
    return state_->writer.out.size();
}

std::string take_snapshot(Watch& watch) {
    SnapshotTaker taker(watch);
    static_cast<void>(taker.add(SIZE_MAX));
    return taker.take_bytes();
}

Result<void> restore_snapshot(Watch& watch, std::string_view bytes) {
    Reader reader(bytes);
    if (reader.text() != magic)
        return fail(ErrorCode::corrupt,
                    "these bytes are no snapshot of the watch, or one of another version");
    SnapshotAccess::shared(reader, watch);
    for (std::uint64_t left = reader.number(); left > 0 && !reader.in.failed(); --left) {
        const std::string customer = reader.text();
        std::unique_ptr<Profile>& profile = SnapshotAccess::profiles(watch)[customer];
        profile = std::make_unique<Profile>();
        SnapshotAccess::one(reader, *profile);
    }
    if (reader.in.failed() || !reader.in.at_end())
        return fail(ErrorCode::corrupt, "the snapshot of the watch is damaged or cut off");
    SnapshotAccess::order_by_rest(watch);
    return {};
}

std::string Watch::profile_bytes(const std::string& customer) const {
    const auto found = profiles_.find(customer);
    ASSERT(found != profiles_.end(), "only who is here can be written out");
    Writer writer;
    writer.text(std::string(profile_magic));
    SnapshotAccess::one(writer, *found->second);
    return writer.out.take();
}

Result<void> Watch::bring_back(const std::string& customer, std::string_view bytes) {
    const auto found = away_.find(customer);
    if (found == away_.end()) return fail(ErrorCode::not_found, customer + " is not put away");
    Reader reader(bytes);
    auto profile = std::make_unique<Profile>();
    if (reader.text() == profile_magic) SnapshotAccess::one(reader, *profile);
    if (reader.in.failed() || !reader.in.at_end())
        return fail(ErrorCode::corrupt, "these bytes are no profile, or one of another version");
    profile->in_snapshot = snapshots_;  // what is taken now has it among those that are away
    profile->touched = latest_;
    away_.erase(found);
    const auto at = profiles_.insert_or_assign(customer, std::move(profile)).first;
    at->second->place = by_rest_.insert(by_rest_.end(), &at->first);
    return {};
}

}  // namespace tocsin::watch
