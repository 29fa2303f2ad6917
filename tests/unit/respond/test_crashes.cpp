// The response lives through crashes at every point of its way, and the world sees nothing of them.
#include <doctest/doctest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "respond/incident_json.hpp"
#include "support/respond_world.hpp"

using namespace tocsin;
using namespace tocsin::respond;

namespace {

// With sanitizers the same worlds are asked for their memory, not for their number: 10,000 take minutes there.
#ifdef TOCSIN_UNCONFINED
constexpr std::size_t crashes_wanted = 1'000;
#else
constexpr std::size_t crashes_wanted = 10'000;
#endif
constexpr std::uint64_t first_seed = 20'260'301;

std::string all_of(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + "\n";
    return out;
}

}  // namespace

TEST_CASE(
    "thousands of crashes: no report lost or doubled, no effect repeated, no notice missed, no page after "
    "the answer") {
    std::size_t crashes = 0, worlds = 0, events = 0, deeds = 0;
    for (std::uint64_t seed = first_seed; crashes < crashes_wanted; ++seed, ++worlds) {
        CAPTURE(seed);
        World calm(seed, {});
        calm.run();
        REQUIRE_MESSAGE(calm.violations.empty(), all_of(calm.violations));
        World world(seed, {.crash = 0.1, .fails = 0.1, .result_lost = 0.03, .slow = 0.05});
        world.run();
        REQUIRE_MESSAGE(world.violations.empty(), all_of(world.violations));
        // What is done is what would have been done without a single fault.
        CHECK(world.deeds == calm.deeds);
        deeds += world.deeds.size();
        crashes += world.crashes;
        events += world.journal().size();
    }
    MESSAGE(
        fmt::format("{} crashes in {} worlds from seed {}, {} events", crashes, worlds, first_seed, events));
    CHECK(crashes >= crashes_wanted);
    CHECK(deeds > 5 * worlds);
}

TEST_CASE("the same journal gives the same state, whenever time was told to go on") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        World world(seed, {.crash = 0.02, .fails = 0.1, .result_lost = 0.03, .slow = 0.05});
        world.run();
        Response lazy, restless;
        for (const Event& event : world.journal()) {
            static_cast<void>(lazy.see(event));
            for (std::int64_t s = 0; restless.now().microseconds != 0 && s < 3; ++s)
                restless.advance(std::min(event.time, after_s(restless.now(), 7)));
            static_cast<void>(restless.take_effects());
            static_cast<void>(restless.see(event));
        }
        lazy.advance(world.machine().now());
        restless.advance(world.machine().now());
        const std::string state = state_json(world.machine()).dump();
        CHECK(state_json(lazy).dump() == state);
        CHECK(state_json(restless).dump() == state);
    }
}
