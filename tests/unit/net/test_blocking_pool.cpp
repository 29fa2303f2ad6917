#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

#include "net/blocking_pool.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"

using namespace tocsin;
using namespace tocsin::net;

TEST_CASE("a blocking call runs on another thread while other fibers go on") {
    Loop loop;
    BlockingPool pool(loop, 2, 8);
    int ticks = 0;
    bool done = false;
    loop.spawn([&](Fiber& fiber) {
        std::thread::id inside;
        REQUIRE(pool.run(fiber,
                         [&] {
                             inside = std::this_thread::get_id();
                             std::this_thread::sleep_for(std::chrono::milliseconds(30));
                         })
                    .has_value());
        CHECK(inside != std::this_thread::get_id());
        done = true;
        const auto number = pool.call(fiber, [] { return Result<int>(7); });
        CHECK(*number == 7);
        const auto failed =
            pool.call(fiber, []() -> Result<std::string> { return fail(ErrorCode::not_found, "x"); });
        CHECK(failed.error().code == ErrorCode::not_found);
        const auto nothing = pool.call(fiber, []() -> Result<void> { return {}; });
        CHECK(nothing.has_value());
    });
    loop.spawn([&](Fiber& fiber) {
        while (!done) {
            ++ticks;
            REQUIRE(sleep_until(fiber, deadline_in_ms(1)).has_value());
        }
    });
    loop.run();
    CHECK(ticks > 3);
    CHECK(pool.pending() == 0);
}

TEST_CASE("a full pool says so and runs nothing") {
    Loop loop;
    BlockingPool pool(loop, 1, 1);
    std::atomic<bool> release = false;
    std::atomic<int> ran = 0;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup group(loop, 4);
        for (int index = 0; index < 2; ++index)
            REQUIRE(group
                        .spawn([&](Fiber& child) {
                            CHECK(pool.run(child,
                                           [&] {
                                               while (!release)
                                                   std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                               ++ran;
                                           })
                                      .has_value());
                        })
                        .has_value());
        REQUIRE(yield_now(fiber).has_value());
        CHECK(pool.pending() == 2);
        const auto third = pool.run(fiber, [&] { ++ran; });
        CHECK(third.error().code == ErrorCode::limit);
        group.cancel();  // a call under way is not given up: it uses the fiber's variables
        CHECK(group.join(fiber, deadline_in_ms(10)).error().code == ErrorCode::timed_out);
        release = true;
        REQUIRE(group.join(fiber, no_deadline).has_value());
        CHECK(pool.run(fiber, [&] { ++ran; }).has_value());
    });
    loop.run();
    CHECK(ran == 3);
}
