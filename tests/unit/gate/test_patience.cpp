#include <doctest/doctest.h>

#include "gate/patience.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

Deadline at_ms(std::int64_t milliseconds) {
    return Deadline{} + std::chrono::milliseconds(milliseconds);
}

constexpr PatienceLimits limits_of_a_second{.silence_ms = 1'000, .message_ms = 10'000, .bytes_per_s = 100};

}  // namespace

TEST_CASE("a client that says nothing is left after the silence") {
    const Patience patience(limits_of_a_second, at_ms(0));
    CHECK(patience.deadline(at_ms(0)) == at_ms(1'000));
}

TEST_CASE("a byte now and then buys no time beyond what it is worth") {
    Patience patience(limits_of_a_second, at_ms(0));
    patience.received(10);
    CHECK(patience.deadline(at_ms(900)) == at_ms(1'100));
    patience.received(10);
    CHECK(patience.deadline(at_ms(1'000)) == at_ms(1'200));
}

TEST_CASE("fast bytes pay for later ones, never for a silence") {
    Patience patience(limits_of_a_second, at_ms(0));
    patience.received(100'000);
    CHECK(patience.deadline(at_ms(500)) == at_ms(1'500));
    CHECK(patience.deadline(at_ms(8'000)) == at_ms(9'000));
}

TEST_CASE("a new request begins anew, but a whole message must come in its time") {
    Patience patience(limits_of_a_second, at_ms(0));
    patience.request_done(at_ms(5'000));
    CHECK(patience.deadline(at_ms(5'000)) == at_ms(6'000));
    patience.request_done(at_ms(9'500));
    CHECK(patience.deadline(at_ms(9'500)) == at_ms(10'000));
    patience.request_done(at_ms(12'000));
    CHECK(patience.deadline(at_ms(12'000)) == at_ms(10'000));  // it has passed: the client is left at once
    patience.message_done(at_ms(12'000));
    CHECK(patience.deadline(at_ms(12'000)) == at_ms(13'000));
}
