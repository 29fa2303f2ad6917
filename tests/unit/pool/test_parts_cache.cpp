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
    RememberedScan report;
    for (std::uint32_t sighting = 1; sighting < limits::cache_sightings_min; ++sighting)
        CHECK(cache.look_up(hash_of(1), report) == Remembered::unknown);
    CHECK(cache.look_up(hash_of(1), report) == Remembered::seen_before);
    REQUIRE(cache.begin_fill(hash_of(1)));
    CHECK_FALSE(cache.begin_fill(hash_of(1)));
    CHECK(cache.look_up(hash_of(1), report) == Remembered::being_filled);
    cache.fill(hash_of(1), {"scan", {}});
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);
    CHECK(report.report == "scan");
    CHECK(cache.look_up(hash_of(2), report) == Remembered::unknown);
}

TEST_CASE("what is set aside is neither remembered nor asked for again") {
    PartsCache cache(10);
    REQUIRE(cache.begin_fill(hash_of(1)));
    cache.set_aside(hash_of(1));
    RememberedScan report;
    for (std::uint32_t sighting = 0; sighting <= limits::cache_sightings_min; ++sighting)
        CHECK(cache.look_up(hash_of(1), report) == Remembered::unfit);
    CHECK_FALSE(cache.begin_fill(hash_of(1)));
}

TEST_CASE("an abandoned fill may be tried again") {
    PartsCache cache(10);
    REQUIRE(cache.begin_fill(hash_of(1)));
    cache.abandon_fill(hash_of(1));
    RememberedScan report;
    CHECK(cache.look_up(hash_of(1), report) == Remembered::seen_before);
    CHECK(cache.begin_fill(hash_of(1)));
}

TEST_CASE("the least recently used entry goes first") {
    PartsCache cache(2);
    RememberedScan report;
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}})
        cache.fill(hash_of(number), {"scan", {}});
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);  // 2 is now the older one
    cache.fill(hash_of(3), {"scan", {}});
    CHECK(cache.counts().entries == 2);
    CHECK(cache.counts().dropped == 1);
    CHECK(cache.look_up(hash_of(1), report) == Remembered::known);
    CHECK(cache.look_up(hash_of(2), report) == Remembered::unknown);
}

TEST_CASE("clear forgets everything") {
    PartsCache cache(10);
    cache.fill(hash_of(1), {"scan", {}});
    cache.clear();
    RememberedScan report;
    CHECK(cache.look_up(hash_of(1), report) == Remembered::unknown);
}

TEST_CASE("texts that are kept count by their bytes") {
    PartsCache cache(100'000);
    RememberedScan report;
    const std::size_t texts = limits::cache_body_bytes / limits::campaign_body_bytes_max;
    const auto numbered = [](std::size_t number) {
        Hash256 hash{};
        hash[0] = static_cast<std::uint8_t>(number & 0xFFU);
        hash[1] = static_cast<std::uint8_t>(number >> 8U);
        hash[2] = 1;
        return hash;
    };
    for (std::size_t number = 0; number <= texts; ++number)
        cache.fill(numbered(number), {"scan", std::string(limits::campaign_body_bytes_max, 'x')});
    CHECK(cache.counts().dropped == 1);
    CHECK(cache.look_up(numbered(0), report) == Remembered::unknown);
    REQUIRE(cache.look_up(numbered(texts), report) == Remembered::known);
    CHECK(report.content.size() == limits::campaign_body_bytes_max);
}
