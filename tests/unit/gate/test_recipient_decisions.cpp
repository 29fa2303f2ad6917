#include <doctest/doctest.h>

#include "gate/recipient_decisions.hpp"

using namespace tocsin::gate;

namespace {
using D = Disposition;
using Names = std::vector<std::string>;

TransactionDecision combined(const std::vector<D>& dispositions) {
    Names recipients;
    std::vector<Decision> decisions;
    for (std::size_t i = 0; i < dispositions.size(); ++i) {
        recipients.push_back(std::string(1, static_cast<char>('a' + i)));
        decisions.push_back({dispositions[i], "reason"});
    }
    return combine(recipients, decisions);
}
}  // namespace

TEST_CASE("the fates of all recipients become one transaction") {
    struct Case {
        std::vector<D> dispositions;
        D together;
        Names passing, kept;
    };
    const Case cases[] = {
        {{D::accept, D::accept}, D::accept, {"a", "b"}, {}},
        {{D::accept, D::tag}, D::tag, {"a", "b"}, {}},
        {{D::hold, D::hold}, D::hold, {}, {"a", "b"}},
        {{D::accept, D::quarantine}, D::quarantine, {"a"}, {"b"}},
        {{D::hold, D::tag, D::accept}, D::hold, {"b", "c"}, {"a"}},
        {{D::reject, D::reject}, D::reject, {}, {}},
        {{D::reject, D::accept}, D::quarantine, {"b"}, {"a"}},
        {{D::reject, D::hold}, D::hold, {}, {"a", "b"}},
        {{D::reject, D::quarantine}, D::quarantine, {}, {"a", "b"}},
        {{D::accept, D::tempfail}, D::tempfail, {}, {}},
        {{D::reject, D::tempfail}, D::tempfail, {}, {}},
        {{D::hold, D::tempfail}, D::tempfail, {}, {}},
    };
    for (const Case& c : cases) {
        TransactionDecision out = combined(c.dispositions);
        CAPTURE(to_string(c.together));
        CHECK(to_string(out.decision.disposition) == to_string(c.together));
        CHECK(out.passing == c.passing);
        CHECK(out.kept == c.kept);
        CHECK(out.split() == (!c.passing.empty() && !c.kept.empty()));
    }
}

TEST_CASE("a check without recipients has one decision") {
    TransactionDecision out = combine({}, std::vector<Decision>{{D::quarantine, "why"}});
    CHECK(out.decision.disposition == D::quarantine);
    CHECK(out.decision.reason == "why");
    CHECK(out.kept.empty());
    CHECK_FALSE(out.split());
}

TEST_CASE("copies that go on say what was decided for their readers") {
    CHECK_FALSE(combined({D::hold, D::quarantine}).of_passing);
    const TransactionDecision split = combined({D::accept, D::quarantine, D::tag});
    REQUIRE(split.of_passing);
    CHECK(split.of_passing->disposition == D::tag);
    CHECK(split.decision.disposition == D::quarantine);
}
