// A customer's life for tests of the watch: campaigns, logins and attacks, with a clock that only goes where it is told.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "watch/watch.hpp"

namespace tocsin {

/// 2026-01-05, a Monday, 09:00 UTC.
inline constexpr TimePoint story_begin{1'767'603'600LL * 1'000'000};

inline TimePoint after(TimePoint time, std::int64_t seconds) {
    return {time.microseconds + seconds * 1'000'000};
}
inline constexpr std::int64_t story_hour_s = 3'600, story_day_s = 24 * 3'600, story_week_s = 7 * story_day_s;

/// An issue of a newsletter: its page stays, its text changes from issue to issue.
inline watch::MessageEvent newsletter(const std::string& customer, int issue, TimePoint time) {
    watch::MessageEvent event;
    event.id = customer + " issue " + std::to_string(issue);
    event.time = time;
    event.customer = customer;
    event.credential = customer + "-login";
    event.client_ip = "192.0.2.7";
    event.mail_from = "bounce@" + customer + ".example";
    event.header_from = "news@" + customer + ".example";
    event.header_from_name = customer;
    event.subject = "Issue " + std::to_string(issue);
    event.text_fingerprint =
        0x9E3779B97F4A7C15ULL * static_cast<std::uint64_t>(issue + 1) ^ std::hash<std::string>()(customer);
    event.page_fingerprint = 0x0F0F'1234'5678'9ABCULL ^ std::hash<std::string>()(customer);
    event.form = watch::BodyForm::html;
    event.links = {{"www." + customer + ".example", 9}, {"partner.example", 1}};
    for (int reader = 0; reader < 40; ++reader)
        event.recipients.push_back("reader" + std::to_string(reader) + "@mail.example");
    return event;
}

/// Weekly issues from story_begin on. Returns the time of the next one.
inline TimePoint send_issues(watch::Watch& watch, const std::string& customer, int issues,
                             TimePoint begin = story_begin) {
    for (int issue = 0; issue < issues; ++issue)
        (void)watch.see(newsletter(customer, issue, after(begin, issue * story_week_s)));
    return after(begin, issues * story_week_s);
}

}  // namespace tocsin
