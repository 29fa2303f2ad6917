#include <doctest/doctest.h>

#include "gate/policy.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using mail::Direction;
using sandbox::Outcome;
using scan::Verdict;

namespace {
scan::ScanReport report_of(Verdict verdict, bool ambiguous = false) {
    scan::ScanReport report;
    report.verdict = verdict;
    if (ambiguous) report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary, 12, ""});
    return report;
}
}  // namespace

TEST_CASE("the table of dispositions") {
    struct Case {
        Direction direction;
        Outcome outcome;
        Verdict verdict;
        bool ambiguous;
        Disposition disposition;
    };
    const Case cases[] = {
        {Direction::inbound, Outcome::verdict, Verdict::clean, false, Disposition::accept},
        {Direction::inbound, Outcome::verdict, Verdict::clean, true, Disposition::tag},
        {Direction::inbound, Outcome::verdict, Verdict::suspicious, false, Disposition::tag},
        {Direction::inbound, Outcome::verdict, Verdict::phish, false, Disposition::quarantine},
        {Direction::inbound, Outcome::verdict, Verdict::unscannable, false, Disposition::quarantine},
        {Direction::inbound, Outcome::verdict, Verdict::malware, false, Disposition::reject},
        {Direction::outbound, Outcome::verdict, Verdict::clean, false, Disposition::accept},
        {Direction::outbound, Outcome::verdict, Verdict::clean, true, Disposition::hold},
        {Direction::outbound, Outcome::verdict, Verdict::suspicious, false, Disposition::hold},
        {Direction::outbound, Outcome::verdict, Verdict::malware, false, Disposition::hold},
        {Direction::outbound, Outcome::verdict, Verdict::unscannable, false, Disposition::hold},
        {Direction::inbound, Outcome::timed_out, Verdict::clean, false, Disposition::tempfail},
        {Direction::inbound, Outcome::crashed, Verdict::clean, false, Disposition::tempfail},
        {Direction::outbound, Outcome::timed_out, Verdict::clean, false, Disposition::hold},
        {Direction::outbound, Outcome::violated, Verdict::clean, false, Disposition::hold},
        {Direction::outbound, Outcome::over_limit, Verdict::clean, false, Disposition::hold},
        {Direction::outbound, Outcome::unavailable, Verdict::clean, false, Disposition::tempfail},
    };
    for (const Case& c : cases) {
        Decision decision = decide(c.direction, c.outcome, report_of(c.verdict, c.ambiguous));
        CAPTURE(mail::to_string(c.direction));
        CAPTURE(sandbox::to_string(c.outcome));
        CAPTURE(scan::to_string(c.verdict));
        CHECK(to_string(decision.disposition) == to_string(c.disposition));
        CHECK_FALSE(decision.reason.empty());
    }
}

TEST_CASE("no outcome but a clean verdict is ever accepted") {
    for (Direction direction : {Direction::inbound, Direction::outbound, Direction::internal})
        for (int outcome = 0; outcome <= static_cast<int>(Outcome::unavailable); ++outcome)
            for (int verdict = 0; verdict <= static_cast<int>(Verdict::malware); ++verdict) {
                bool clean = outcome == 0 && verdict == 0;
                Decision decision = decide(direction, static_cast<Outcome>(outcome),
                                           report_of(static_cast<Verdict>(verdict)));
                CHECK((decision.disposition == Disposition::accept) == clean);
            }
}

namespace {

/// A message with everything that a row can ask about.
struct Known {
    scan::ScanReport report = report_of(Verdict::suspicious, true);
    PolicySubject subject;
    Known() {
        report.parts.push_back({});
        report.parts.back().flags = {scan::PartFlag::macro, scan::PartFlag::encrypted_archive};
        subject = {.direction = Direction::inbound,
                   .outcome = Outcome::verdict,
                   .report = &report,
                   .size_bytes = 1000,
                   .customer = "acme",
                   .recipient = "boss@corp.example",
                   .tries = 1};
    }
};

}  // namespace

TEST_CASE("a row fits when everything that it names fits") {
    struct Case {
        const char* name;
        PolicyRow row;
        bool fits;
    };
    auto row = [](auto change) {
        PolicyRow out;
        out.disposition = Disposition::reject;
        out.reason = "the row";
        change(out);
        return out;
    };
    const Case cases[] = {
        {"empty row", row([](PolicyRow&) {}), true},
        {"direction", row([](PolicyRow& r) { r.direction = Direction::inbound; }), true},
        {"other direction", row([](PolicyRow& r) { r.direction = Direction::outbound; }), false},
        {"verdict", row([](PolicyRow& r) { r.verdicts = {Verdict::phish, Verdict::suspicious}; }), true},
        {"other verdict", row([](PolicyRow& r) { r.verdicts = {Verdict::phish}; }), false},
        {"outcome", row([](PolicyRow& r) { r.outcomes = {Outcome::verdict}; }), true},
        {"other outcome", row([](PolicyRow& r) { r.outcomes = {Outcome::crashed}; }), false},
        {"ambiguous", row([](PolicyRow& r) { r.ambiguous = true; }), true},
        {"not ambiguous", row([](PolicyRow& r) { r.ambiguous = false; }), false},
        {"flag", row([](PolicyRow& r) { r.flags = {scan::PartFlag::onenote, scan::PartFlag::macro}; }), true},
        {"other flag", row([](PolicyRow& r) { r.flags = {scan::PartFlag::onenote}; }), false},
        {"size", row([](PolicyRow& r) { r.larger_than_bytes = 999; }), true},
        {"exact size", row([](PolicyRow& r) { r.larger_than_bytes = 1000; }), false},
        {"customer", row([](PolicyRow& r) { r.customers = {"x", "acme"}; }), true},
        {"other customer", row([](PolicyRow& r) { r.customers = {"x"}; }), false},
        {"recipient", row([](PolicyRow& r) { r.recipients = {"@CORP.example"}; }), true},
        {"other recipient", row([](PolicyRow& r) { r.recipients = {"b@corp.example"}; }), false},
        {"one of two does not fit", row([](PolicyRow& r) {
             r.customers = {"acme"};
             r.flags = {scan::PartFlag::onenote};
         }),
         false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        Known known;
        PolicyTable table;
        table.rows = {c.row};
        Decision decision = decide(table, known.subject);
        CHECK((decision.disposition == Disposition::reject) == c.fits);
        CHECK((decision.reason == "the row") == c.fits);
    }
}

TEST_CASE("the first row wins, and one without a reason says what was found") {
    Known known;
    PolicyTable table;
    table.rows.resize(2);
    table.rows[0].disposition = Disposition::quarantine;
    table.rows[1].disposition = Disposition::reject;
    Decision decision = decide(table, known.subject);
    CHECK(decision.disposition == Disposition::quarantine);
    CHECK_FALSE(decision.reason.empty());
}

TEST_CASE("a row without a reason that keeps what nothing was found in names itself") {
    PolicyTable table;
    table.rows.push_back({.disposition = Disposition::accept});
    table.rows.front().recipients = {"else@a.example"};
    table.rows.push_back({.disposition = Disposition::quarantine});
    scan::ScanReport report;
    report.verdict = scan::Verdict::clean;
    const PolicySubject subject{.direction = mail::Direction::inbound, .outcome = sandbox::Outcome::verdict, .report = &report};
    CHECK(decide(table, subject).reason == "policy row 2 says quarantine; nothing found");
    report.verdict = scan::Verdict::phish;
    CHECK(decide(table, subject).reason.find("policy row") == std::string::npos);
}

TEST_CASE("no table lets malware or an unscanned message pass") {
    PolicyTable table;
    table.rows.resize(1);
    table.unknown_sender = Disposition::accept;
    for (Disposition passing : {Disposition::accept, Disposition::tag})
        for (Direction direction : {Direction::inbound, Direction::outbound, Direction::internal})
            for (int outcome = 0; outcome <= static_cast<int>(Outcome::unavailable); ++outcome)
                for (Verdict verdict : {Verdict::malware, Verdict::unscannable, Verdict::phish}) {
                    table.rows[0].disposition = passing;
                    scan::ScanReport report = report_of(verdict);
                    PolicySubject subject{.direction = direction,
                                          .outcome = static_cast<Outcome>(outcome),
                                          .report = &report,
                                          .size_bytes = 1,
                                          .customer = {},
                                          .recipient = {},
                                          .tries = 9};
                    bool may = outcome == 0 && verdict == Verdict::phish;
                    CHECK(passes(decide(table, subject).disposition) == may);
                }
}

TEST_CASE("inbound mail that cannot be scanned is refused for now, and kept at the third try") {
    PolicyTable table;
    scan::ScanReport report;
    PolicySubject subject{.direction = Direction::inbound,
                          .outcome = Outcome::crashed,
                          .report = &report,
                          .size_bytes = 1,
                          .customer = {},
                          .recipient = {},
                          .tries = 1};
    CHECK(decide(table, subject).disposition == Disposition::tempfail);
    subject.tries = 2;
    CHECK(decide(table, subject).disposition == Disposition::tempfail);
    subject.tries = 3;
    CHECK(decide(table, subject).disposition == Disposition::quarantine);
    // Nobody looked at it: it is not the message's fault, and the sender keeps it.
    subject.outcome = Outcome::unavailable;
    CHECK(decide(table, subject).disposition == Disposition::tempfail);
}

TEST_CASE("an unknown sender is answered as configured, and never better than the message deserves") {
    PolicyTable table;
    scan::ScanReport clean = report_of(Verdict::clean), bad = report_of(Verdict::malware);
    PolicySubject subject{.direction = Direction::outbound,
                          .outcome = Outcome::verdict,
                          .report = &clean,
                          .size_bytes = 1,
                          .customer = "(unknown)",
                          .recipient = {},
                          .tries = 1};
    CHECK(decide(table, subject).disposition == Disposition::accept);
    table.unknown_sender = Disposition::reject;
    CHECK(decide(table, subject).disposition == Disposition::reject);
    subject.report = &bad;
    CHECK(decide(table, subject).disposition == Disposition::hold);
    subject.report = &clean;
    subject.customer = "acme";
    CHECK(decide(table, subject).disposition == Disposition::accept);
}

TEST_CASE("dispositions have stable names") {
    for (Disposition one : {Disposition::accept, Disposition::tag, Disposition::quarantine, Disposition::hold,
                            Disposition::reject, Disposition::tempfail})
        CHECK(disposition_from(to_string(one)) == one);
    CHECK_FALSE(disposition_from("Accept"));
}
