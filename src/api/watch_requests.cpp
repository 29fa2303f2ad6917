#include "api/watch_requests.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "api/routes.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "base/time_units.hpp"
#include "watch/alarm_json.hpp"
#include "watch/event_json.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

constexpr std::string_view alarm_state_words[] = {"open", "released", "incident", "closed"};
constexpr std::uint32_t days_by_default = 30;

json optional_time(const std::optional<TimePoint>& time) {
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

/// The alarm as it was last written, with what people do about it.
json alarm_json(const store::AlarmRow& row, TimePoint now) {
    json out = json::parse(row.entry, nullptr, false);
    if (!out.is_object()) out = json{{"alarm", row.id}, {"customer", row.customer}};
    out["id"] = row.id;
    out["state"] = row.state;
    const bool sleeps = row.snoozed_until && *row.snoozed_until > now;
    out["snoozed_until"] = sleeps ? json(to_rfc3339(*row.snoozed_until)) : json(nullptr);
    if (sleeps) {
        out["snoozed_by"] = row.snoozed_by;
        out["snooze_reason"] = row.snooze_reason;
    }
    out["asked_at"] = optional_time(row.asked_at);
    out["asked"] = row.asked;
    return out;
}

json day_json(const store::WatchDay& day) {
    return {{"day", to_rfc3339({day.day * day_us}).substr(0, 10)},
            {"messages", day.messages},
            {"recipients", day.recipients},
            {"held", day.held},
            {"paced", day.paced},
            {"bounces", day.bounces},
            {"complaints", day.complaints}};
}

/// A batch of events: a list, an object whose member "events" is one, or one event.
Result<std::vector<json>> events_in(const std::string& body) {
    Result<json> parsed = watch::parse_flat_json(body);
    if (!parsed)
        return fail(ErrorCode::invalid_input,
                    "the body: " + parsed.error().message + "; send {\"events\": [ … ]}");
    json value = std::move(*parsed);
    if (value.is_object() && value.contains("events")) {
        if (value.size() > 1)
            return fail(ErrorCode::invalid_input,
                        "beside \"events\" the body has another member: there is none");
        json events = std::move(value["events"]);
        value = std::move(events);
    }
    if (value.is_object()) return std::vector<json>{std::move(value)};
    if (!value.is_array())
        return fail(ErrorCode::invalid_input,
                    "the body must be an event, a list of events, or {\"events\": [ … ]}");
    if (value.size() > limits::watch_batch_events)
        return fail(ErrorCode::invalid_input, "the batch has " + std::to_string(value.size()) +
                                                  " events: send at most " +
                                                  std::to_string(limits::watch_batch_events) + " at once");
    std::vector<json> events;
    for (json& event : value) events.push_back(std::move(event));
    return events;
}

Result<std::int64_t> minutes_of(const json& words) {
    const auto minutes = words.find("minutes");
    const bool good =
        minutes != words.end() && minutes->is_number_unsigned() &&
        minutes->get<std::uint64_t>() <= static_cast<std::uint64_t>(limits::watch_snooze_us_max / minute_us);
    if (!good)
        return fail(ErrorCode::invalid_input, "minutes must be a whole number from 0 (wake it) to " +
                                                  std::to_string(limits::watch_snooze_us_max / minute_us) +
                                                  " (30 days)");
    return minutes->get<std::int64_t>();
}

}  // namespace

bool WatchRequests::is_about_watch(std::string_view path) {
    return path == "/v1/events" || path.starts_with("/v1/watch/");
}

HttpResponse WatchRequests::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                   const proto::HttpTarget& target, const std::string& caller) {
    if (services_.actions.store == nullptr)
        return refuse(
            {ErrorCode::conflict, "the watch is off: set mode in [watch] of the configuration, and restart"});
    constexpr std::string_view alarms = "/v1/watch/alarms", one_alarm = "/v1/watch/alarms/";
    const bool get = request.method == "GET";
    if (target.path == "/v1/events") return take_events(fiber, request.body);
    if (target.path == alarms) return list_alarms(fiber, target);
    if (target.path.starts_with(one_alarm)) {
        const std::string rest = target.path.substr(one_alarm.size());
        const std::string id = rest.substr(0, rest.find('/'));
        if (get) return show_alarm(fiber, id);
        return rest.ends_with("/answer") ? answer_alarm(fiber, id, request.body, caller)
                                         : snooze_alarm(fiber, id, request.body, caller);
    }
    if (target.path == "/v1/watch/events") return export_events(fiber, target);
    if (target.path == "/v1/watch/customer") return show_customer(fiber, target);
    return list_customers();
}

HttpResponse WatchRequests::take_events(net::Fiber& fiber, const std::string& body) {
    Result<std::vector<json>> values = events_in(body);
    if (!values) return refuse(values.error());
    std::vector<watch::Event> events;
    std::vector<std::size_t> places;
    json refused = json::array();
    const auto note = [&](std::size_t at, const std::string& why) {
        refused.push_back({{"event", at}, {"error", why}});
    };
    for (std::size_t at = 0; at < values->size(); ++at) {
        Result<std::optional<watch::Event>> event = watch::event_from_json((*values)[at]);
        if (!event) {
            note(at, event.error().message);
        } else if (!*event) {
            note(at, "records of messages come from the gate, not from here");
        } else {
            events.push_back(std::move(**event));
            places.push_back(at);
        }
    }
    const Result<EventsTaken> taken = services_.actions.take(fiber, events);
    if (!taken)
        return refuse({taken.error().code, "the events were seen and are not on disk yet; send them again, "
                                           "they count once: " +
                                               taken.error().message});
    for (const auto& [at, why] : taken->refused) note(places[at], why);
    const bool none = taken->taken == 0 && !refused.empty();
    json out{{"taken", taken->taken}, {"refused", refused}};
    if (none) out["error"] = refused.front()["error"];
    if (none) out["code"] = to_string(ErrorCode::invalid_input);
    return answer(none ? 400 : 200, out);
}

HttpResponse WatchRequests::export_events(net::Fiber& fiber, const proto::HttpTarget& target) {
    std::uint64_t after = 0;
    const std::string word = parameter(target, "after").value_or("0");
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), after);
    const bool too_large = after > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (problem != std::errc{} || end != word.data() + word.size() || too_large)
        return refuse({ErrorCode::invalid_input,
                       "after must be the number behind which to begin; 0: at the beginning"});
    const auto piece = services_.blocking.call(fiber, [&]() -> Result<store::WatchStore::Piece> {
        TRY(services_.actions.journal->file_all());
        return services_.actions.store->read_after(after, limits::watch_export_rows);
    });
    if (!piece) return refuse(piece.error());
    json events = json::array();
    for (const store::WatchEntry& entry : piece->entries)
        std::visit(
            [&](const auto& event) {
                json one = watch::to_json(event);
                one["number"] = entry.number;
                events.push_back(std::move(one));
            },
            entry.event);
    return answer(200, {{"events", std::move(events)},
                        {"last", piece->last},
                        {"unreadable", piece->unreadable},
                        {"more", !piece->at_end}});
}

HttpResponse WatchRequests::list_alarms(net::Fiber& fiber, const proto::HttpTarget& target) {
    const TimePoint now = services_.clock.now();
    store::AlarmFilter filter;
    const auto read = [&]() -> Result<void> {
        filter.state = TRY(word_parameter(target, "state", alarm_state_words));
        filter.customer = parameter(target, "customer");
        if (TRY(word_parameter(target, "sleeping", zero_or_one)).value_or("1") == "0") filter.awake_at = now;
        filter.limit = TRY(limit_parameter(target));
        filter.before_id = parameter(target, "before");
        return {};
    };
    if (const Result<void> good = read(); !good) return refuse(good.error());
    store::WatchStore& store = *services_.actions.store;
    std::uint64_t total = 0, left = 0;
    const auto alarms = services_.blocking.call(fiber, [&]() -> Result<std::vector<store::AlarmRow>> {
        if (filter.before_id) TRY(store.get(*filter.before_id));
        left = TRY(store.count(filter));
        store::AlarmFilter all = filter;
        all.before_id.reset();
        total = TRY(store.count(all));
        return store.list(filter);
    });
    if (!alarms) return refuse(alarms.error());
    json list = json::array();
    for (const store::AlarmRow& row : *alarms) list.push_back(alarm_json(row, now));
    return answer(200, {{"alarms", std::move(list)}, {"total", total}, {"more", left > alarms->size()}});
}

HttpResponse WatchRequests::show_alarm(net::Fiber& fiber, const std::string& id) {
    const Result<store::AlarmRow> row =
        services_.blocking.call(fiber, [&] { return services_.actions.store->get(id); });
    if (!row) return refuse(row.error());
    json out = alarm_json(*row, services_.clock.now());
    store::HeldFilter held;
    held.alarm = id;
    held.state = store::HeldState::held;
    if (const Result<std::uint64_t> count =
            services_.blocking.call(fiber, [&] { return services_.actions.held->count(held); });
        count)
        out["held_here"] = *count;
    if (const watch::Alarm* alarm = services_.actions.watch->alarm(id); alarm != nullptr)
        out["text"] = watch::alarm_text(*alarm);
    return answer(200, out);
}

HttpResponse WatchRequests::answer_alarm(net::Fiber& fiber, const std::string& id, const std::string& body,
                                         const std::string& caller) {
    constexpr Member members[] = {{"answer"}, {"why"}, {"by"}};
    const Result<json> words = object_from(body, members);
    if (!words) return refuse(words.error());
    const std::optional<watch::Answer> said = watch::answer(text_member(*words, "answer"));
    if (!said)
        return refuse({ErrorCode::invalid_input, "answer must be \"this_is_us\", \"not_us\" or \"closed\""});
    const std::string why(trim(text_member(*words, "why")));
    if (why.empty()) return refuse({ErrorCode::invalid_input, "say why: how is it known?"});
    std::string by = text_member(*words, "by");
    if (by.empty()) by = caller;
    const TimePoint now = services_.clock.now();
    const watch::AnswerEvent event{
        .id = make_id(now.microseconds), .time = now, .alarm = id, .answer = *said, .by = by, .note = why};
    const Result<void> answered = services_.actions.answer(fiber, event);
    if (!answered) return refuse(answered.error());
    services_.log.write(LogLevel::info, "watch.answered",
                        {{"id", id},
                         {"answer", std::string(to_string(*said))},
                         {"by", by},
                         {"caller", caller},
                         {"why", why}});
    return show_alarm(fiber, id);
}

HttpResponse WatchRequests::snooze_alarm(net::Fiber& fiber, const std::string& id, const std::string& body,
                                         const std::string& caller) {
    constexpr Member members[] = {{"minutes", MemberKind::other}, {"why"}, {"by"}};
    const Result<json> words = object_from(body, members);
    if (!words) return refuse(words.error());
    const Result<std::int64_t> minutes = minutes_of(*words);
    if (!minutes) return refuse(minutes.error());
    const std::string why(trim(text_member(*words, "why")));
    if (why.empty()) return refuse({ErrorCode::invalid_input, "say why it may wait"});
    std::string by = text_member(*words, "by");
    if (by.empty()) by = caller;
    std::optional<TimePoint> until;
    if (*minutes > 0) until = TimePoint{services_.clock.now().microseconds + *minutes * minute_us};
    const Result<void> done = services_.blocking.call(fiber, [&]() -> Result<void> {
        const store::AlarmRow row = TRY(services_.actions.store->get(id));
        if (row.state != "open")
            return fail(ErrorCode::conflict,
                        "alarm " + id + " is " + row.state + ": only one that waits for an answer can sleep");
        return services_.actions.store->snooze(id, until, by, why);
    });
    if (!done) return refuse(done.error());
    services_.log.write(LogLevel::info, "watch.snoozed",
                        {{"id", id}, {"minutes", std::to_string(*minutes)}, {"by", by}, {"why", why}});
    return show_alarm(fiber, id);
}

HttpResponse WatchRequests::list_customers() const {
    const watch::Watch& watch = *services_.actions.watch;
    json list = json::array();
    const std::vector<watch::CloselyWatched> closely = watch.closely_watched(services_.clock.now());
    for (const watch::CloselyWatched& one : closely) {
        if (list.size() >= limits::listing_rows) break;
        list.push_back({{"customer", one.customer},
                        {"why", one.alarm_is_open ? "open_alarm" : "incident"},
                        {"alarm", one.alarm},
                        {"until", to_rfc3339(one.until)}});
    }
    return answer(200, {{"closely_watched", std::move(list)},
                        {"total", closely.size()},
                        {"customers", watch.customer_count()},
                        {"put_away", watch.away().size()},
                        {"threshold", watch.threshold()}});
}

HttpResponse WatchRequests::show_customer(net::Fiber& fiber, const proto::HttpTarget& target) {
    const std::string name = parameter(target, "name").value_or("");
    const watch::Watch& watch = *services_.actions.watch;
    if (const Result<void> here = services_.actions.bring_back(fiber, name); !here)
        return refuse(here.error());
    const watch::Profile* profile = watch.profile(name);
    if (profile == nullptr)
        return refuse({ErrorCode::not_found, "the watch has seen nothing of a customer \"" + name + "\""});
    const TimePoint now = services_.clock.now();
    // A profile is read between two messages: nothing changes while it is written out.
    nlohmann::ordered_json out = watch::to_json(name, *profile);
    out["level"] = to_string(watch.level(*profile, now));
    out["threshold"] = watch.threshold_of(*profile, now);
    const std::int64_t from = watch::day_of(now) - static_cast<std::int64_t>(days_by_default);
    const auto days =
        services_.blocking.call(fiber, [&] { return services_.actions.store->days(name, from); });
    if (!days) return refuse(days.error());
    json list = json::array();
    for (const store::WatchDay& day : *days) list.push_back(day_json(day));
    out["days"] = std::move(list);
    return answer(200, json(out));
}

}  // namespace tocsin::api
