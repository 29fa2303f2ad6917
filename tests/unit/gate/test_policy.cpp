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
