#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "pool/parts_cache.hpp"

using namespace tocsin;
using namespace tocsin::pool;

namespace {
Hash256 hash_of(std::uint8_t number) {
    Hash256 hash{};
    hash[0] = number;
    return hash;
}
}  // namespace

TEST_CASE("a hash is remembered only after a fill") {
    PartsCache cache(10);
    std::string report;
    for (std::uint32_t sighting = 1; sighting < limits::cache_sightings_min; ++sighting)
        CHECK(cache.look_up(hash_of(1), report) == Remembered::unknown);
    CHECK(cache.look_up(hash_of(1), report) == Remembered::seen_before);
    REQUIRE(cache.begin_fill(hash_of(1)));
    CHECK_FALSE(cache.begin_fill(hash_of(1)));
    CHECK(cache.look_up(hash_of(1), report) == Remembered::being_filled);
    cache.fill(hash_of(1), "scan");
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);
    CHECK(report == "scan");
    CHECK(cache.look_up(hash_of(2), report) == Remembered::unknown);
}

TEST_CASE("an abandoned fill may be tried again") {
    PartsCache cache(10);
    REQUIRE(cache.begin_fill(hash_of(1)));
    cache.abandon_fill(hash_of(1));
    std::string report;
    CHECK(cache.look_up(hash_of(1), report) == Remembered::seen_before);
    CHECK(cache.begin_fill(hash_of(1)));
}

TEST_CASE("the least recently used entry goes first") {
    PartsCache cache(2);
    std::string report;
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) cache.fill(hash_of(number), "scan");
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);  // 2 is now the older one
    cache.fill(hash_of(3), "scan");
    CHECK(cache.counts().entries == 2);
    CHECK(cache.counts().dropped == 1);
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);
    CHECK(cache.look_up(hash_of(2), report) == Remembered::unknown);
}

TEST_CASE("clear forgets everything") {
    PartsCache cache(10);
    cache.fill(hash_of(1), "scan");
    cache.clear();
    std::string report;
    CHECK(cache.look_up(hash_of(1), report) == Remembered::unknown);
}
