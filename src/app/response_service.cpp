#include "app/response_service.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/response.hpp"
#include "respond/event_json.hpp"
#include "store/stored_text.hpp"

namespace tocsin::app {

namespace {

bool worth_another_try(ErrorCode code) {
    return code != ErrorCode::invalid_input && code != ErrorCode::not_found && code != ErrorCode::conflict &&
           code != ErrorCode::permission;
}

/// As it is written down and read again: whole characters, no more of them than are kept.
std::string outcome_text(const std::string& text) {
    return store::stored_text(text, limits::respond_outcome_bytes);
}

}  // namespace

ResponseService::ResponseService(store::RespondStore& store, net::BlockingPool& blocking, net::Loop& loop,
                                 const Clock& clock, Log& log)
    : store_(store), blocking_(blocking), clock_(clock), log_(log),
      places_(loop, [this](net::Fiber& fiber, const respond::Effect& effect) { act(fiber, effect); }) {}

Result<void> ResponseService::recover(net::Fiber& fiber) {
    return blocking_.call(fiber, [&]() -> Result<void> {
        last_number_ = TRY(store_.visit([&](const store::RespondEntry& entry) -> Result<void> {
            // What was refused then is refused now.
            static_cast<void>(see(entry.event));
            return {};
        }));
        log_.write(LogLevel::info, "respond.recovered",
                   {{"events", std::to_string(last_number_)},
                    {"incidents", std::to_string(response_.incidents().size())},
                    {"reports_unread", std::to_string(unread_.size())}});
        return {};
    });
}

Result<void> ResponseService::set_up(net::Fiber& fiber, respond::Setup setup) {
    if (respond::to_json(setup) == respond::to_json(response_.setup())) return {};
    return tell(fiber, respond::SetupChanged{std::make_shared<const respond::Setup>(std::move(setup))},
                "configuration");
}

Result<void> ResponseService::see(const respond::Event& event) {
    const Result<void> seen = response_.see(event);
    if (const auto* taken = std::get_if<respond::ReportTaken>(&event.what); taken != nullptr && seen) {
        const respond::Report* report = response_.report(taken->report);
        if (report != nullptr && !report->facts) unread_.insert(taken->report);
    }
    if (const auto* read = std::get_if<respond::ReportRead>(&event.what)) unread_.erase(read->report);
    return seen;
}

Result<void> ResponseService::tell(net::Fiber& fiber, respond::EventBody what, const std::string& by,
                                   std::string id) {
    const TimePoint now = clock_.now();
    if (id.empty()) id = make_id(now.microseconds);
    Telling mine{.entry = {.number = 0,
                           .event = {.id = std::move(id), .time = now, .by = by, .what = std::move(what)}},
                 .result = {},
                 .done = false};
    // What cannot be written as a row is no event.
    TRY(respond::check_bounds(mine.entry.event));
    telling_.push_back(&mine);
    while (!mine.done) {
        if (!writing_)
            write_and_see(fiber);
        else
            // Neither a stop nor a cancellation: whoever writes has a pointer to ours.
            static_cast<void>(written_.wait_uninterrupted(fiber, net::no_deadline));
    }
    return mine.result;
}

void ResponseService::write_and_see(net::Fiber& fiber) {
    writing_ = true;
    const std::size_t count = std::min(telling_.size(), limits::respond_batch);
    const std::vector<Telling*> batch(telling_.begin(),
                                      telling_.begin() + static_cast<std::ptrdiff_t>(count));
    telling_.erase(telling_.begin(), telling_.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<store::RespondEntry> entries;
    TimePoint time = response_.now();
    for (Telling* one : batch) {
        one->entry.number = last_number_ + 1 + entries.size();
        // Times never go back within the list.
        time = one->entry.event.time = std::max(one->entry.event.time, time);
        entries.push_back(one->entry);
    }
    const Result<std::vector<bool>> is_new = blocking_.call(fiber, [&] { return store_.append(entries); });
    if (is_new) last_number_ += entries.size();
    for (std::size_t at = 0; at < batch.size(); ++at) {
        Telling& one = *batch[at];
        if (!is_new)
            one.result = std::unexpected(is_new.error());
        else if ((*is_new)[at])
            one.result = see(one.entry.event);
        one.done = true;
    }
    writing_ = false;
    written_.notify_all();
    news_.notify_all();
}

void ResponseService::act_for_ever(net::Fiber& fiber, const PerformEffect& perform) {
    perform_ = &perform;
    while (!fiber.stop_requested()) {
        // Time must not go past events that are being written: they have their times, and would be refused.
        while (writing_) static_cast<void>(written_.wait_uninterrupted(fiber, net::no_deadline));
        response_.advance(response_.stamp(clock_.now()));
        for (respond::Effect& effect : response_.take_effects()) places_.put(std::move(effect));
        Deadline wake = net::deadline_in_ms(limits::respond_idle_ms);
        if (const auto due = response_.next_due()) {
            const std::int64_t in_us =
                std::max<std::int64_t>(due->microseconds - clock_.now().microseconds, 0);
            wake = std::min(wake, net::deadline_in_ms(static_cast<std::uint64_t>(in_us) / 1'000 + 1));
        }
        static_cast<void>(news_.wait(fiber, wake, net::OnStop::give_up));
    }
}

void ResponseService::act(net::Fiber& fiber, const respond::Effect& effect) {
    // Durable before it is tried. Refused: it is no longer wanted.
    Result<void> begun = tell(fiber, respond::EffectAttempted{effect.key}, "tocsin");
    while (!begun && worth_another_try(begun.error().code) && !fiber.stop_requested()) {
        static_cast<void>(net::sleep_until(fiber, net::deadline_in_ms(limits::respond_intake_ms)));
        begun = tell(fiber, respond::EffectAttempted{effect.key}, "tocsin");
    }
    if (!begun) return;
    const Result<std::string> done = (*perform_)(fiber, effect);
    Result<void> noted;
    if (done) {
        noted = tell(fiber, respond::EffectSucceeded{effect.key, outcome_text(*done)}, "tocsin");
    } else {
        const bool again = worth_another_try(done.error().code);
        log_.write(LogLevel::warning, "respond.effect_failed",
                   {{"key", effect.key},
                    {"kind", std::string(to_string(effect.kind))},
                    {"again", again ? "yes" : "no"},
                    {"error", done.error().message}});
        noted = tell(fiber,
                     respond::EffectFailed{effect.key,
                                           again ? respond::Retry::possible : respond::Retry::impossible,
                                           outcome_text(done.error().message)},
                     "tocsin");
    }
    if (!noted && noted.error().code != ErrorCode::conflict)
        log_.write(LogLevel::error, "respond.not_written",
                   {{"key", effect.key}, {"error", noted.error().message}});
}

}  // namespace tocsin::app
