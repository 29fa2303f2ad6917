#include "api/answer_pages.hpp"

#include <fmt/core.h>

#include "api/public_page.hpp"
#include "base/contains.hpp"

namespace tocsin::api {

namespace {

using proto::HttpResponse;

/// Campaigns that the page names.
constexpr std::size_t shown_campaigns = 5;

/// What waits. Signals are not told: whoever stole the account may have the contact's mailbox, too, and other customers are
/// nobody's business.
std::string what_waits(const watch::Alarm& alarm) {
    std::string out = fmt::format("<p>Account: <b>{}</b></p>", html_text(alarm.customer));
    if (alarm.campaigns.empty())
        return out + "<p>On this account things were changed that are unusual for you.</p>";
    out += "<p>This mail in your name was stopped:</p><ul>";
    std::size_t shown = 0;
    for (const watch::AlarmCampaign& campaign : alarm.campaigns) {
        if (++shown > shown_campaigns) break;
        out += fmt::format("<li>“{}” from {}, begun {}", html_text(campaign.subject),
                           html_text(campaign.header_from), to_rfc3339(campaign.begun));
        if (!campaign.places.empty()) out += ", with links to " + html_text(campaign.places.front());
        out += "</li>";
    }
    const std::uint64_t more =
        alarm.campaigns.size() - std::min(alarm.campaigns.size(), shown_campaigns) + alarm.campaigns_more;
    if (more > 0) out += fmt::format("<li>and {} more</li>", more);
    return out + "</ul>";
}

std::string question(const watch::Alarm& alarm) {
    return what_waits(alarm) +
           "<p>Did you, or somebody of yours, do this? If you are not sure, say No: nothing is lost, and you "
           "can ask us.</p>"
           "<form method=\"post\"><p><button name=\"answer\" value=\"not_us\">No, this was not "
           "us</button></p>"
           "<p><button name=\"answer\" value=\"this_is_us\">Yes, this is us: send it</button></p></form>";
}

}  // namespace

HttpResponse AnswerPages::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                 const std::string& caller) {
    const Result<proto::HttpTarget> target = proto::parse_target(request.target);
    const bool known = contains(methods, request.method);
    if (!target || !known || services_.actions.store == nullptr)
        return public_page(404, "There is nothing here", "<p>Use the link as it stands in the mail.</p>");
    const Result<std::string> id = links_.alarm_of(token_in(target->path), services_.clock.now());
    if (!id) {
        services_.log.write(LogLevel::warning, "watch.link_refused",
                            {{"client", caller}, {"error", id.error().message}});
        const bool old = id.error().code == ErrorCode::timed_out;
        HttpResponse refused =
            public_page(old ? 410 : 404, old ? "This link is too old" : "There is nothing here",
                        "<p>Ask your mail provider: nothing was changed.</p>");
        // Whoever guesses has to come again for each guess: the log is not his.
        refused.keep_alive = false;
        return refused;
    }
    const watch::Alarm* alarm = services_.actions.watch->alarm(*id);
    if (alarm == nullptr || alarm->state != watch::AlarmState::open)
        return public_page(410, "This was answered",
                           "<p>The question has an answer already, and takes only one. If it was not "
                           "you who answered, call your mail provider.</p>");
    if (request.method == "GET") return public_page(200, "Is this mail yours?", question(*alarm));
    return answer_it(fiber, *alarm, request.body, caller);
}

HttpResponse AnswerPages::answer_it(net::Fiber& fiber, const watch::Alarm& alarm, const std::string& body,
                                    const std::string& caller) {
    const bool yes = body == "answer=this_is_us", no = body == "answer=not_us";
    if (!yes && !no) return public_page(400, "Is this mail yours?", question(alarm));
    const TimePoint now = services_.clock.now();
    const std::string id = alarm.id;  // the alarm may go while we wait
    const watch::AnswerEvent event{.id = make_id(now.microseconds),
                                   .time = now,
                                   .alarm = id,
                                   .answer = yes ? watch::Answer::this_is_us : watch::Answer::not_us,
                                   .by = "the customer's contact",
                                   .note = "by the link that was sent, from " + caller};
    const Result<void> answered = services_.actions.answer(fiber, event);
    if (!answered) {
        services_.log.write(LogLevel::error, "watch.answer_not_written",
                            {{"id", id}, {"error", answered.error().message}});
        return public_page(
            503, "Please try again",
            "<p>The answer could not be written down. Use the link again in some minutes.</p>");
    }
    services_.log.write(LogLevel::info, "watch.contact_answered",
                        {{"id", id}, {"answer", std::string(to_string(event.answer))}, {"client", caller}});
    if (yes) return public_page(200, "Thank you", "<p>The mail goes now.</p>");
    return public_page(
        200, "Thank you",
        "<p>The mail stays stopped, and the account is watched closely. Change its passwords, remove "
        "keys and "
        "senders that you do not know, and call your mail provider.</p>");
}

}  // namespace tocsin::api
