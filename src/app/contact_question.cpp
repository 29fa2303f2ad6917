#include "app/contact_question.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/core.h>

#include "app/own_mail.hpp"
#include "base/fold_case.hpp"
#include "base/limits/watch.hpp"
#include "base/token.hpp"
#include "config/config.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

/// Whether one is the other, or below it.
bool related(std::string_view domain, std::string_view other) {
    const auto below = [](std::string_view low, std::string_view high) {
        return !high.empty() && low.size() > high.size() && low.ends_with(high) &&
               low[low.size() - high.size() - 1] == '.';
    };
    return domain == other || below(domain, other) || below(other, domain);
}

OwnMail mail_about(const ContactQuestion& question, const std::string& to, const std::string& link,
                   const watch::Alarm& alarm) {
    return {.from = *question.settings.watch.ask_from,
            .to = to,
            .subject = "Is this mail yours?",
            .text = fmt::format(
                "Mail in the name of your account was stopped, or something was changed on the\n"
                "account, because it is not what you usually do. Please look, and say whether it\n"
                "was you. The link shows what it is; it is good for one answer and for three days:\n\n"
                "{}\n\n"
                "If you did not expect this, do not pass the link on. You can also call us and\n"
                "name alarm {}.\n",
                link, alarm.id),
            .message_id = make_token() + "@" + question.settings.daemon.host_name};
}

Result<gate::NextHopAddress> hop_of(const config::Settings& settings) {
    const std::optional<config::Address> hop = config::question_hop(settings);
    if (!hop) return fail(ErrorCode::invalid_input, "no mail server is named: set ask_through in [watch]");
    return gate::NextHopAddress{hop->host, hop->port};
}

Result<void> send(const ContactQuestion& question, net::Fiber& fiber, const OwnMail& mail) {
    gate::NextHopAddress address = TRY(hop_of(question.settings));
    address.timeout_ms = limits::watch_question_ms;
    return send_own_mail(fiber, std::move(address), question.settings.daemon.host_name, question.log, mail,
                         question.clock.now());
}

}  // namespace

AskedContact contact_of(const config::Settings& settings, const watch::Watch& watch,
                        const std::string& customer) {
    const auto row = std::ranges::find(settings.customers, customer, &config::Customer::name);
    if (row == settings.customers.end() || !row->contact)
        return {.address = {}, .why_not = "nobody: the configuration has no contact of " + customer};
    const std::string domain = ascii_lower(row->contact->substr(row->contact->rfind('@') + 1));
    const watch::Profile* profile = watch.profile(customer);
    if (profile == nullptr) return {.address = *row->contact, .why_not = {}};
    for (const watch::Family family : {watch::Family::from_domain, watch::Family::mail_from_domain})
        for (const watch::KnownValue& value : profile->known(family).values())
            if (related(domain, value.text))
                return {.address = {},
                        .why_not = "nobody: the contact is at " + domain + ", and the customer sends from " +
                                   value.text};
    return {.address = *row->contact, .why_not = {}};
}

void ContactQuestions::ask_about(const std::string& alarm_id) {
    const config::WatchSettings& watch = services_.settings.watch;
    if (!watch.answer_url || !watch.ask_from || waiting_.size() >= limits::watch_alarms) return;
    waiting_.push_back({.alarm_id = alarm_id, .due = net::steady_now(), .tries = 0});
    work_.notify_all();
}

void ContactQuestions::ask_for_ever(net::Fiber& fiber) {
    while (!fiber.stop_requested()) {
        ask_all_due(fiber);
        Deadline next = net::deadline_in_ms(limits::watch_idle_ms);
        for (const Waiting& one : waiting_) next = std::min(next, one.due);
        static_cast<void>(work_.wait(fiber, next, net::OnStop::give_up));
    }
}

void ContactQuestions::ask_all_due(net::Fiber& fiber) {
    std::vector<Waiting> later;
    for (Waiting& one : std::exchange(waiting_, {})) {
        const bool due = one.due <= net::steady_now() && !fiber.stop_requested();
        if (due && ask(fiber, one.alarm_id, one.tries) == Asked::done) continue;
        if (due) {
            const std::uint64_t pause_ms = std::uint64_t{limits::watch_question_pause_ms}
                                           << std::min(one.tries, limits::watch_question_doublings);
            one.due = net::deadline_in_ms(pause_ms);
            ++one.tries;
        }
        later.push_back(std::move(one));
    }
    // Others may have come meanwhile.
    std::ranges::move(waiting_, std::back_inserter(later));
    waiting_ = std::move(later);
}

ContactQuestions::Asked ContactQuestions::ask(net::Fiber& fiber, const std::string& alarm_id,
                                              std::uint32_t tries) {
    const watch::Alarm* alarm = services_.watch.alarm(alarm_id);
    if (alarm == nullptr || alarm->state != watch::AlarmState::open) return Asked::done;
    const Result<store::AlarmRow> row =
        services_.blocking.call(fiber, [&] { return services_.store.get(alarm_id); });
    if (!row) return row.error().code == ErrorCode::not_found ? Asked::done : Asked::try_again;
    alarm = services_.watch.alarm(alarm_id);
    if (row->asked_at || alarm == nullptr) return Asked::done;
    const AskedContact contact = contact_of(services_.settings, services_.watch, alarm->customer);
    if (!contact.why_not.empty()) {
        note(fiber, alarm_id, contact.why_not, Asked::done);
        return Asked::done;
    }
    std::string url = *services_.settings.watch.answer_url;
    if (!url.ends_with('/')) url += '/';
    const TimePoint until{services_.clock.now().microseconds + limits::watch_link_us};
    const OwnMail mail =
        mail_about(services_, contact.address, url + services_.links.make(alarm_id, until), *alarm);
    const Result<void> sent = send(services_, fiber, mail);
    const Asked asked = sent ? Asked::done : Asked::try_again;
    // Of failures the first one is told.
    if (sent || tries == 0)
        note(fiber, alarm_id, sent ? contact.address : "nobody yet: " + sent.error().message, asked);
    return asked;
}

void ContactQuestions::note(net::Fiber& fiber, const std::string& alarm_id, const std::string& asked,
                            Asked how) {
    const bool somebody = how == Asked::done && !asked.starts_with("nobody");
    if (somebody)
        services_.log.write(LogLevel::info, "watch.contact_asked", {{"id", alarm_id}, {"asked", asked}});
    else
        services_.log.write(LogLevel::warning, "watch.contact_not_asked",
                            {{"id", alarm_id}, {"asked", asked}});
    std::optional<TimePoint> when;
    if (how == Asked::done) when = services_.clock.now();
    const Result<void> noted =
        services_.blocking.call(fiber, [&] { return services_.store.note_asked(alarm_id, when, asked); });
    if (!noted) services_.log.write(LogLevel::error, "watch.not_written", {{"error", noted.error().message}});
}

}  // namespace tocsin::app
