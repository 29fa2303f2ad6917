// Sums of customers' days, within the caller's transaction: what is filed is counted, once.
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "store/detail/rows.hpp"
#include "store/detail/watch_rows.hpp"
#include "store/stored_text.hpp"
#include "watch/event.hpp"

namespace tocsin::store {
namespace {

using Days = std::map<std::pair<std::string, std::int64_t>, WatchDay>;

void add_days(soci::session& session, const Days& days) {
    if (days.empty()) return;
    std::string customer;
    long long day = 0, messages = 0, recipients = 0, held = 0, paced = 0, bounces = 0, complaints = 0;
    soci::statement add =
        (session.prepare
             << "INSERT INTO watch_days (customer, day, messages, recipients, held, paced, bounces, "
                "complaints) "
                "VALUES (:customer, :day, :messages, :recipients, :held, :paced, :bounces, :complaints) "
                "ON CONFLICT (customer, day) DO UPDATE SET messages = watch_days.messages + "
                "excluded.messages, "
                "recipients = watch_days.recipients + excluded.recipients, held = watch_days.held + "
                "excluded.held, "
                "paced = watch_days.paced + excluded.paced, bounces = watch_days.bounces + excluded.bounces, "
                "complaints = watch_days.complaints + excluded.complaints",
         soci::use(customer, "customer"), soci::use(day, "day"), soci::use(messages, "messages"),
         soci::use(recipients, "recipients"), soci::use(held, "held"), soci::use(paced, "paced"),
         soci::use(bounces, "bounces"), soci::use(complaints, "complaints"));
    for (const auto& [key, sums] : days) {
        customer = key.first;
        day = key.second;
        messages = static_cast<long long>(sums.messages);
        recipients = static_cast<long long>(sums.recipients);
        held = static_cast<long long>(sums.held);
        paced = static_cast<long long>(sums.paced);
        bounces = static_cast<long long>(sums.bounces);
        complaints = static_cast<long long>(sums.complaints);
        add.execute(true);
    }
}

}  // namespace

void note_watch_days(soci::session& session, std::span<const Record> records) {
    Days days;
    for (const Record& record : records) {
        if (record.watch_number == 0) continue;
        const nlohmann::json watched = nlohmann::json::parse(record.watched, nullptr, false);
        if (!watched.is_object()) continue;
        std::string customer = watched.value("watched_as", record.customer);
        WatchDay& day = days[{stored_text(customer, limits::record_text_bytes), watch::day_of(record.time)}];
        const bool observed = watched.value("watch_observes", false);
        const std::string action = observed ? "pass" : watched.value("watch_action", std::string());
        ++day.messages;
        if (action == "hold")
            ++day.held;
        else if (action == "pace")
            ++day.paced;
        else if (!watched.value("refused", false))
            day.recipients += record.recipients.size();
    }
    add_days(session, days);
}

void note_outcome_days(soci::session& session, std::span<const WatchEntry> entries) {
    Days days;
    for (const WatchEntry& entry : entries) {
        const auto* event = std::get_if<watch::OutcomeEvent>(&entry.event);
        if (event == nullptr) continue;
        WatchDay& day =
            days[{stored_text(event->customer, limits::record_text_bytes), watch::day_of(event->time)}];
        using watch::Outcome;
        if (event->outcome == Outcome::bounce_hard || event->outcome == Outcome::bounce_soft)
            day.bounces += event->count;
        if (event->outcome == Outcome::complaint) day.complaints += event->count;
    }
    add_days(session, days);
}

}  // namespace tocsin::store
