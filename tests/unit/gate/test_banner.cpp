#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "gate/banner.hpp"
#include "gate/message_headers.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr TimePoint now{100 * day_us};
const char* const us = "bob@home.example";

BannerRules all_rules() {
    return {.when = {BannerReason::first_contact, BannerReason::suspicious, BannerReason::phish},
            .heading = "HEAD",
            .first_contact = "NEW",
            .suspicious = "SUSPICIOUS",
            .phish = "PHISH",
            .copy = "COPY",
            .fallback = "FALLBACK",
            .contact = "CONTACT",
            .mark = "MARK",
            .learn_us = 7 * day_us};
}

store::Record record(const std::string& direction, const std::string& from, const std::string& to,
                     std::int64_t days_ago) {
    store::Record out;
    out.time = {now.microseconds - days_ago * day_us};
    out.direction = direction;
    out.header_from = from;
    out.recipients = {to};
    out.verdict = "clean";
    out.disposition = "accept";
    out.outcome = "verdict";
    return out;
}

scan::ScanReport report_of(const std::string& from, scan::Verdict verdict = scan::Verdict::clean) {
    scan::ScanReport report;
    report.verdict = verdict;
    report.facts.header_from = from;
    return report;
}

std::string reasons(const BannerRules& rules, const scan::ScanReport& report,
                    const store::HistoryIndex& history,
                    mail::Direction direction = mail::Direction::inbound) {
    std::string out;
    for (const BannerReason reason : banner_reasons(rules, direction, report, history, now))
        out += std::string(out.empty() ? "" : " ") + std::string(to_string(reason));
    return out;
}

}  // namespace

TEST_CASE("a first contact") {
    store::HistoryIndex history;
    history.note(record("inbound", "old@known.example", us, 30), store::WrittenBy::organisation);
    history.note(record("inbound", "today@new.example", us, 0), store::WrittenBy::organisation);
    history.note(record("outbound", us, "friend@far.example", 3), store::WrittenBy::organisation);
    const BannerRules rules = all_rules();
    CHECK(reasons(rules, report_of("who@strange.example"), history) == "first_contact");
    CHECK(reasons(rules, report_of("WHO@Strange.example"), history) == "first_contact");
    CHECK(reasons(rules, report_of(""), history) == "first_contact");
    CHECK(reasons(rules, report_of("old@known.example"), history) == "");
    CHECK(reasons(rules, report_of("other@known.example"), history) == "first_contact");
    CHECK(reasons(rules, report_of("friend@far.example"), history) == "");
    // One that came some minutes ago, perhaps the same message: the next hop was busy.
    CHECK(reasons(rules, report_of("today@new.example"), history) == "first_contact");
    scan::ScanReport two = report_of("old@known.example");
    two.facts.further_from = {"who@strange.example"};
    CHECK(reasons(rules, two, history) == "first_contact");
    CHECK(reasons(rules, report_of("who@strange.example"), history, mail::Direction::outbound) == "");
}

TEST_CASE("nobody is new before mail has been remembered for some days") {
    store::HistoryIndex history;
    BannerRules rules = all_rules();
    CHECK(reasons(rules, report_of("who@strange.example"), history) == "");
    history.note(record("inbound", "a@known.example", us, 6), store::WrittenBy::organisation);
    CHECK(reasons(rules, report_of("who@strange.example"), history) == "");
    history.note(record("inbound", "a@known.example", us, 7), store::WrittenBy::organisation);
    CHECK(reasons(rules, report_of("who@strange.example"), history) == "first_contact");
    CHECK(reasons({.when = {BannerReason::first_contact}}, report_of("who@strange.example"), {}) ==
          "first_contact");
    rules.learn_us = 8 * day_us;
    CHECK(reasons(rules, report_of("who@strange.example"), history) == "");
}

TEST_CASE("verdicts, copies, and what was asked for") {
    store::HistoryIndex history;
    history.note(record("inbound", "old@known.example", us, 30), store::WrittenBy::organisation);
    history.note(record("outbound", us, "friend@far.example", 3), store::WrittenBy::organisation);
    BannerRules rules = all_rules();
    CHECK(reasons(rules, report_of("old@known.example", scan::Verdict::suspicious), history) == "suspicious");
    CHECK(reasons(rules, report_of("x@new.example", scan::Verdict::phish), history) == "phish first_contact");
    scan::ScanReport copy = report_of("old@known.example");
    copy.banner.copy = scan::BannerCopy::in_quotation;
    CHECK(reasons(rules, copy, history) == "copy");
    copy.facts.header_from = "friend@far.example";
    CHECK(reasons(rules, copy, history) == "");
    copy.banner.copy = scan::BannerCopy::in_text;
    CHECK(reasons(rules, copy, history) == "copy");
    rules.when = {BannerReason::phish};
    CHECK(reasons(rules, report_of("x@new.example", scan::Verdict::suspicious), history) == "");
    CHECK(reasons(rules, copy, history) == "copy");
    rules.when.clear();
    CHECK(reasons(rules, copy, history) == "");
    CHECK(banner_texts(rules).empty());
}

TEST_CASE("words and summary") {
    BannerRules rules = all_rules();
    const BannerWords words = banner_words(rules, {BannerReason::suspicious, BannerReason::copy});
    CHECK(words.heading == "HEAD");
    CHECK(words.lines == std::vector<std::string>{"SUSPICIOUS", "COPY", "CONTACT", "MARK"});
    CHECK(banner_texts(rules).size() == 7);
    CHECK(banner_texts(rules).size() <= limits::banner_looked_for);
    rules.mark.clear();
    rules.contact.clear();
    CHECK(banner_words(rules, {}).lines.empty());
    CHECK(banner_texts(rules).size() == 6);
    Banner banner{.reasons = {BannerReason::phish, BannerReason::first_contact}, .shown = BannerShown::yes};
    CHECK(banner.summary() == "phish, first_contact; shown=yes");
    banner.places.push_back({});
    banner.leave_out("the message is signed");
    CHECK(banner.places.empty());
    CHECK(banner_field(banner).name == "X-Tocsin-Banner");
    CHECK(to_text({banner_field(banner)}) ==
          "X-Tocsin-Banner: phish, first_contact; shown=no (the message is signed)\r\n");
}
