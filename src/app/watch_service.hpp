// The watch in the daemon: numbers what it is told, has it written down, and is put together again from it after a restart.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/quiet_customers.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "gate/watched_mail.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "scan/report.hpp"
#include "store/journal_store.hpp"
#include "store/watch_store.hpp"
#include "watch/watch.hpp"

namespace tocsin::app {

/// Whether what the watch finds stops mail.
enum class WatchMode : std::uint8_t {
    observe,  ///< alarms are raised and shown; all mail goes
    hold,
};

struct WatchChoices {
    watch::WatchRules rules;
    WatchMode mode = WatchMode::hold;
    /// Messages of one alarm that are kept here to be looked at; the senders keep the others.
    std::uint32_t kept_messages = 0;
    /// Customers whose profiles stay in memory however quiet they are.
    std::uint32_t customers_in_memory = 0;
};

/// What became of a batch of events.
struct TakenEvents {
    std::size_t taken = 0;
    std::vector<std::pair<std::size_t, std::string>> refused;  ///< place in the batch, and why
};

/// One thread, that of the loop, but for recover(). Everything outlives it.
class WatchService {
public:
    WatchService(WatchChoices choices, const HashKey& key, store::WatchStore& store, store::AwayStore& away,
                 net::BlockingPool& blocking, const Clock& clock, Log& log);

    /// Puts the watch together from a snapshot, if there is a good one, and what came after it. Before any mail. Errors:
    /// unavailable, io: the journal cannot be read.
    [[nodiscard]] Result<void> recover(net::Fiber& fiber, const std::string& snapshot_file);

    /// Judges a message that is about to go.
    [[nodiscard]] gate::WatchAnswer see_mail(net::Fiber& fiber, const watch::MessageEvent& event);
    /// A person let this message go that was held: it is learnt, later (learn_releases).
    void see_release(const store::Record& record);
    /// Acts and outcomes from outside. What could be taken is durable on return. Errors: unavailable, io: it was seen and is
    /// written later; the sender may send it again, it counts once.
    [[nodiscard]] Result<TakenEvents> take(net::Fiber& fiber, const std::vector<watch::Event>& events);
    /// Errors: not_found, conflict (it was answered), unavailable, io (as above).
    [[nodiscard]] Result<void> answer(net::Fiber& fiber, const watch::AnswerEvent& event);

    /// Somebody wants more care for a customer, or less. Errors: not_found (no such customer), unavailable, io (as above).
    [[nodiscard]] Result<void> take_care(net::Fiber& fiber, const watch::CareEvent& event);

    /// What an inbound mail claims; looked up later (look_up_outcomes). More than limits::watch_outcomes_waiting are left out.
    void note_outcomes(TimePoint time, const std::vector<scan::ReportedOutcome>& outcomes);
    /// Outcomes that wait become events, where there is a record of their message. Errors: unavailable, io: they wait on.
    [[nodiscard]] Result<void> look_up_outcomes(net::Fiber& fiber, store::JournalStore& journal);
    [[nodiscard]] std::uint64_t outcomes_left_out() const { return outcomes_left_out_; }

    /// Learns from what was let go. Errors: unavailable, io: what is left waits on.
    [[nodiscard]] Result<void> learn_releases(net::Fiber& fiber);

    /// Brings a customer's profile back, if it is put away. Errors: unavailable, io.
    [[nodiscard]] Result<void> bring_back(net::Fiber& fiber, const std::string& customer) {
        return quiet_.bring_back(blocking_, fiber, customer);
    }
    /// Puts profiles away for which there is no room. Not while a snapshot is taken. Errors: unavailable, io.
    [[nodiscard]] Result<void> put_away(net::Fiber& fiber) {
        return quiet_.put_away(blocking_, fiber, [this] { return ++last_number_; });
    }
    [[nodiscard]] QuietCustomers& quiet() { return quiet_; }

    /// Writes events that are not on disk yet. Errors: unavailable, io; they are kept for the next try.
    [[nodiscard]] Result<void> write_events(net::Fiber& fiber);
    /// Writes alarms that are new or have changed. Errors: unavailable, io, as above.
    [[nodiscard]] Result<void> write_alarms(net::Fiber& fiber);
    /// Alarms that are on disk and were not told yet, whoever wrote them: new ones, and after a start those that are open and of
    /// which nobody was asked.
    [[nodiscard]] std::vector<watch::Alarm> take_alarms_to_tell() { return std::exchange(to_tell_, {}); }
    [[nodiscard]] bool has_to_write() const {
        return !unwritten_.empty() || !untold_.empty() || !outcomes_.empty() || !releases_.empty();
    }

    [[nodiscard]] watch::Watch& watch() { return watch_; }
    [[nodiscard]] const watch::Watch& watch() const { return watch_; }
    [[nodiscard]] std::uint64_t last_number() const { return last_number_; }
    [[nodiscard]] const HashKey& key() const { return key_; }
    /// Notified when there is something to write, or mail to be let go.
    [[nodiscard]] net::FiberEvent& work() { return work_; }
    /// Told whether the configuration has a customer of this name.
    std::function<bool(const std::string& name)> knows_customer;
    /// Told when somebody said that it was not the customer, and this is on disk; empty: nobody wants to know.
    std::function<void(const watch::Alarm&)> on_incident;

private:
    Result<void> see(const watch::Event& event);
    /// The same, and has it written down unless it came before: then it is, or waits to be.
    Result<void> see_and_write(const watch::Event& event);
    void note_news();
    [[nodiscard]] std::string why(const watch::MessageEvent& event, const watch::Decision& decision) const;
    [[nodiscard]] std::string problem_with(const watch::Event& event) const;

    WatchChoices choices_;
    HashKey key_;
    watch::Watch watch_;
    QuietCustomers quiet_;
    store::WatchStore& store_;
    net::BlockingPool& blocking_;
    const Clock& clock_;
    Log& log_;
    std::uint64_t last_number_ = 0;
    std::uint64_t jumps_told_ = 0;
    std::vector<store::WatchEntry> unwritten_;
    std::vector<watch::Alarm> to_tell_;
    std::set<std::string> known_;                ///< alarms that were written since the start
    std::set<std::string> untold_;               ///< alarms whose row is not as they are
    std::map<std::string, std::uint32_t> kept_;  ///< messages by the alarm that holds them
    struct WaitingOutcome {
        TimePoint time;
        scan::ReportedOutcome outcome;
    };
    std::deque<WaitingOutcome> outcomes_;
    std::uint64_t outcomes_left_out_ = 0;
    std::deque<watch::MessageEvent> releases_;
    net::FiberEvent work_;
};

}  // namespace tocsin::app
