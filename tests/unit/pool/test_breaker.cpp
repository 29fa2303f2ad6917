#include <doctest/doctest.h>

#include "pool/breaker.hpp"

using namespace tocsin;
using namespace tocsin::pool;
using std::chrono::milliseconds;

TEST_CASE("the breaker opens after too many deaths in its window, and closes by itself") {
    Breaker breaker({.deaths = 3, .window_ms = 1000, .open_ms = 500});
    Deadline begin{};
    breaker.note_death(begin);
    breaker.note_death(begin + milliseconds(10));
    CHECK_FALSE(breaker.open(begin + milliseconds(10)));
    breaker.note_death(begin + milliseconds(20));
    CHECK(breaker.open(begin + milliseconds(21)));
    CHECK(breaker.open(begin + milliseconds(519)));
    CHECK_FALSE(breaker.open(begin + milliseconds(520)));
    CHECK(breaker.trips() == 1);
}

TEST_CASE("deaths far apart do not open it") {
    Breaker breaker({.deaths = 3, .window_ms = 1000, .open_ms = 500});
    for (int index = 0; index < 20; ++index) breaker.note_death(Deadline{} + milliseconds(600 * index));
    CHECK(breaker.trips() == 0);
}
