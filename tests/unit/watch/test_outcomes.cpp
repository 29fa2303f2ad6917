// What becomes of a mailing, and what an added sender weighs.
#include <doctest/doctest.h>

#include "watch/campaign.hpp"
#include "watch/signals.hpp"

using namespace tocsin;
using namespace tocsin::watch;

TEST_CASE("how bad outcomes are: by share, from a few on, and of people who leave by what is usual") {
    struct Case {
        OutcomeCounts outcomes;
        double usually_left;
        unsigned level;
    };
    // Of 1,000 recipients.
    for (const Case& one : {
             Case{{}, 0, 0},
             Case{{.bounces = 50}, 0, 0},
             Case{{.bounces = 51}, 0, 1},
             Case{{.bounces = 101}, 0, 2},
             Case{{.bounces = 201}, 0, 3},
             Case{{.complaints = 1}, 0, 0},
             Case{{.complaints = 2}, 0, 1},
             Case{{.complaints = 6}, 0, 2},
             Case{{.complaints = 21}, 0, 3},
             Case{{.traps = 1}, 0, 2},
             Case{{.canaries = 1}, 0, 3},
             Case{{.traps = 1, .canaries = 1}, 0, 3},
             Case{{.unsubscribes = 20}, 0, 0},
             Case{{.unsubscribes = 21}, 0, 1},
             Case{{.unsubscribes = 61}, 0, 2},
             Case{{.unsubscribes = 900}, 0, 2},
             Case{{.unsubscribes = 61}, 0.021, 0},
             Case{{.unsubscribes = 61}, 0.019, 2},
             Case{{.complaints = 2, .unsubscribes = 61}, 0.019, 2},
         })
        CHECK(outcome_level(one.outcomes, 1'000, one.usually_left) == one.level);
    CHECK(outcome_level({.unsubscribes = 4}, 10, 0) == 0);
    CHECK(outcome_level({.unsubscribes = 5}, 10, 0) == 2);
    CHECK(outcome_level({.bounces = 9}, 0, 0) == 0);
}

TEST_CASE("a sender whose domain was shown to be the customer's weighs less") {
    const Profile profile;
    AccountEvent event;
    event.act = AccountAct::sender_added;
    const auto unverified = act_weight(profile, event, 0, 1);
    event.verified = true;
    CHECK(act_weight(profile, event, 0, 1) < unverified);
    CHECK(act_weight(profile, event, 0, 1) > 0);
    event.act = AccountAct::api_key_made;
    CHECK(act_weight(profile, event, 0, 1) == unverified);
}
