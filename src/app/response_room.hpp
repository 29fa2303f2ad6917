// The response put together: its journal, what comes in, what is done, and what it hears of gate and watch.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/respond_requests.hpp"
#include "app/canaries.hpp"
#include "app/coach.hpp"
#include "app/mailbox_actions.hpp"
#include "app/notice_sender.hpp"
#include "app/report_intake.hpp"
#include "app/report_pick_up.hpp"
#include "app/response_actions.hpp"
#include "app/response_service.hpp"
#include "app/webhooks.hpp"
#include "net/task_group.hpp"
#include "store/purge_store.hpp"
#include "store/respond_store.hpp"
#include "watch/alarm.hpp"

namespace tocsin::app {

/// Everything outlives the room.
struct RoomServices {
    const config::Settings& settings;
    std::string playbooks_folder;  ///< those that Tocsin brings
    std::string
        lists_folder;  ///< lists that it brings: what belongs to great providers is not shared as hostile
    store::Database& database;
    store::EvidenceStore& evidence;
    store::HeldStore& held;
    store::JournalStore& journal;
    store::OrderStore& orders;
    pool::ReaderPool& readers;
    net::BlockingPool& blocking;
    net::Loop& loop;
    const Clock& clock;
    Log& log;
    HashKey acknowledge_key;        ///< signs the links of pages
    WatchService* watch = nullptr;  ///< nullptr: it is off
    std::function<Result<void>(net::Fiber&)> orders_changed;
};

class ResponseRoom {
public:
    explicit ResponseRoom(RoomServices services);

    /// Reads people, playbooks and notices, sees what was written down, and begins to act. Errors: invalid_input (all problems of
    /// the files, a line each), corrupt, unavailable, io.
    [[nodiscard]] Result<void> start(net::Fiber& fiber);
    void stop(net::Fiber& fiber, Deadline deadline);

    /// A message was recorded. What leaves with malware, and what hits a canary, is told. It waits for nothing.
    void see(const store::Record& record);
    /// One of our own people wrote it, and it is held: he hears why.
    void coach(const store::Record& record, std::string coaching) {
        coach_.tell(record, std::move(coaching));
    }
    /// Somebody said that it was not the customer. It waits for nothing.
    void note_alarm(const watch::Alarm& alarm);

    [[nodiscard]] api::RespondActions actions();
    [[nodiscard]] store::RespondStore& store() { return store_; }

private:
    /// Something that gate or watch found, to be told; its id makes it count once.
    struct Fact {
        std::string id;
        respond::EventBody what;
    };
    Result<void> check_mailboxes(net::Fiber& fiber);
    void warn_of_missing(const respond::Setup& setup);
    /// What was found before a crash and may not have been told.
    Result<void> note_what_was_missed(net::Fiber& fiber);
    void note_malware(const store::Record& record);
    [[nodiscard]] bool left_for_others(const store::Record& record) const;
    void note_canaries(const store::Record& record);
    Result<void> note_missed(net::Fiber& fiber, store::RecordFilter filter);
    void note(std::string id, respond::EventBody what);
    void tell_for_ever(net::Fiber& fiber);

    RoomServices services_;
    store::RespondStore store_;
    store::PurgeStore purges_;
    ResponseService service_;
    ReportIntake intake_;
    Canaries canaries_;
    Coach coach_;
    MailboxActions mailboxes_;
    Webhooks webhooks_;
    NoticeSender notices_;
    std::deque<ReportPickUp> pick_ups_;  ///< one for each report mailbox
    ResponseActions doer_;
    PerformEffect perform_;
    std::shared_ptr<const share::House> house_;  ///< set by start()
    std::deque<Fact> facts_;
    net::FiberEvent new_facts_;
    net::TaskGroup fibers_;
};

}  // namespace tocsin::app
