#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <thread>

#include "net/fiber_event.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"

using namespace tocsin;
using namespace tocsin::net;

TEST_CASE("a loop without fibers returns at once") {
    Loop loop;
    loop.run();
    CHECK(loop.live_fibers() == 0);
}

TEST_CASE("fibers take turns and the loop ends with the last one") {
    Loop loop;
    std::string order;
    for (const char name : {'a', 'b'})
        loop.spawn([&, name](Fiber& fiber) {
            for (int round = 0; round < 3; ++round) {
                order += name;
                REQUIRE(yield_now(fiber).has_value());
            }
        });
    CHECK(loop.live_fibers() == 2);
    loop.run();
    CHECK(order == "ababab");
    CHECK(loop.live_fibers() == 0);
}

TEST_CASE("a child first runs when its parent suspends") {
    Loop loop;
    std::string order;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup group(loop, 4);
        REQUIRE(group.spawn([&](Fiber&) { order += "child "; }).has_value());
        order += "parent ";
        REQUIRE(group.join(fiber, no_deadline).has_value());
        order += "joined";
    });
    loop.run();
    CHECK(order == "parent child joined");
}

TEST_CASE("sleep ends at its deadline, at a stop, at a cancellation") {
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        const auto begin = std::chrono::steady_clock::now();
        CHECK(sleep_until(fiber, deadline_in_ms(20)).has_value());
        CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(20));
        CHECK(sleep_until(fiber, begin).has_value());  // in the past: at once

        TaskGroup group(loop, 4);
        Result<void> polite, stubborn;
        REQUIRE(group.spawn([&](Fiber& child) { polite = sleep_until(child, deadline_in_ms(60'000)); })
                    .has_value());
        REQUIRE(group
                    .spawn([&](Fiber& child) {
                        stubborn = sleep_until(child, deadline_in_ms(60'000), OnStop::keep_waiting);
                        CHECK_FALSE(yield_now(child).has_value());  // every later wait fails too
                    })
                    .has_value());
        REQUIRE(yield_now(fiber).has_value());
        group.request_stop();
        CHECK(group.join(fiber, deadline_in_ms(20)).error().code == ErrorCode::timed_out);
        CHECK(group.live() == 1);
        CHECK(polite.error().code == ErrorCode::closed);
        CHECK(group.spawn([](Fiber&) {}).error().code == ErrorCode::closed);
        group.cancel();
        CHECK(group.join(fiber, no_deadline).has_value());
        CHECK(stubborn.error().code == ErrorCode::closed);
    });
    loop.run();
}

TEST_CASE("a group has a cap, and tells when there is room") {
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup group(loop, 2);
        for (int index = 0; index < 2; ++index)
            REQUIRE(
                group.spawn([](Fiber& child) { (void)sleep_until(child, deadline_in_ms(20)); }).has_value());
        CHECK(group.full());
        CHECK(group.spawn([](Fiber&) {}).error().code == ErrorCode::limit);
        CHECK(group.wait_for_room(fiber, deadline_in_ms(1)).error().code == ErrorCode::timed_out);
        CHECK(group.wait_for_room(fiber, deadline_in_ms(10'000)).has_value());
        CHECK_FALSE(group.full());
        group.stop_and_join(fiber, deadline_in_ms(1'000));
        CHECK(group.live() == 0);
    });
    loop.run();
}

TEST_CASE("loop.stop() reaches the top-level fibers, also before they have begun") {
    Loop loop;
    bool stopped = false, stopped_early = false;
    loop.spawn([&](Fiber& fiber) {
        stopped = !sleep_until(fiber, deadline_in_ms(60'000)) && fiber.stop_requested();
    });
    loop.spawn([&](Fiber&) {
        loop.stop();
        loop.spawn([&](Fiber& late) {
            stopped_early = late.stop_requested() && !sleep_until(late, deadline_in_ms(60'000));
        });
    });
    loop.run();
    CHECK(stopped);
    CHECK(stopped_early);
}

TEST_CASE("join goes on although the joining fiber was stopped") {
    Loop loop;
    bool child_done = false;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup group(loop, 1);
        REQUIRE(group
                    .spawn([&](Fiber& child) {
                        CHECK(sleep_until(child, deadline_in_ms(20)).has_value());
                        child_done = true;
                    })
                    .has_value());
        loop.stop();
        CHECK(group.join(fiber, no_deadline).has_value());
    });
    loop.run();
    CHECK(child_done);
}

TEST_CASE("events: one, all, deadline, and no notification is lost to a deadline") {
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        FiberEvent event;
        TaskGroup group(loop, 10);
        int woken = 0;
        for (int index = 0; index < 3; ++index)
            REQUIRE(group.spawn([&](Fiber& child) { woken += event.wait(child, no_deadline).has_value(); })
                        .has_value());
        REQUIRE(yield_now(fiber).has_value());
        event.notify_one();
        REQUIRE(yield_now(fiber).has_value());
        REQUIRE(yield_now(fiber).has_value());
        CHECK(woken == 1);
        event.notify_all();
        REQUIRE(group.join(fiber, no_deadline).has_value());
        CHECK(woken == 3);
        CHECK(event.wait(fiber, deadline_in_ms(5)).error().code == ErrorCode::timed_out);

        // Notified and stopped in the same breath: the notification counts.
        Result<void> result = fail(ErrorCode::io, "not run");
        REQUIRE(
            group.spawn([&](Fiber& child) { result = event.wait(child, deadline_in_ms(1), OnStop::give_up); })
                .has_value());
        REQUIRE(yield_now(fiber).has_value());
        event.notify_one();
        group.cancel();
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        REQUIRE(group.join(fiber, no_deadline).has_value());
        CHECK(result.has_value());
    });
    loop.run();
}

TEST_CASE("a queue is bounded, waits, and is emptied after closing") {
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        FiberQueue<int> queue(2);
        CHECK(queue.pop(fiber, deadline_in_ms(1)).error().code == ErrorCode::timed_out);
        REQUIRE(queue.try_push(1).has_value());
        REQUIRE(queue.try_push(2).has_value());
        CHECK(queue.try_push(3).error().code == ErrorCode::limit);
        CHECK(queue.push(fiber, 3, deadline_in_ms(1)).error().code == ErrorCode::timed_out);
        TaskGroup group(loop, 2);
        std::string taken;
        REQUIRE(group
                    .spawn([&](Fiber& child) {
                        while (auto item = queue.pop(child, no_deadline)) taken += std::to_string(*item);
                    })
                    .has_value());
        for (int item = 3; item < 9; ++item)
            REQUIRE(queue.push(fiber, item, deadline_in_ms(1'000)).has_value());
        queue.close();
        CHECK(queue.try_push(9).error().code == ErrorCode::closed);
        REQUIRE(group.join(fiber, no_deadline).has_value());
        CHECK(taken == "12345678");
    });
    loop.run();
}

TEST_CASE("post from another thread, and signals, reach the loop") {
    Loop loop;
    int signal_seen = 0, posted = 0;
    FiberEvent event;
    REQUIRE(loop.on_signals({SIGUSR1, SIGUSR2},
                            [&](int signal) {
                                signal_seen = signal;
                                event.notify_all();
                            })
                .has_value());
    std::thread other([&] {
        loop.post([&] {
            posted = 1;
            event.notify_all();
        });
    });
    loop.spawn([&](Fiber& fiber) {
        CHECK(
            event.wait_until(fiber, deadline_in_ms(5'000), OnStop::keep_waiting, [&] { return posted == 1; })
                .has_value());
        ::raise(SIGUSR1);
        CHECK(event
                  .wait_until(fiber, deadline_in_ms(5'000), OnStop::keep_waiting,
                              [&] { return signal_seen == SIGUSR1; })
                  .has_value());
        ::raise(SIGUSR2);
        CHECK(event
                  .wait_until(fiber, deadline_in_ms(5'000), OnStop::keep_waiting,
                              [&] { return signal_seen == SIGUSR2; })
                  .has_value());
    });
    loop.run();
    other.join();
}

TEST_CASE("exceptions stay usable on a fiber, across a suspension after the handler") {
    Loop loop;
    int caught = 0;
    for (int index = 0; index < 3; ++index)
        loop.spawn([&](Fiber& fiber) {
            for (int round = 0; round < 3; ++round) {
                try {
                    throw std::string("x");
                } catch (const std::string&) {
                    ++caught;
                }
                REQUIRE(yield_now(fiber).has_value());
            }
        });
    loop.run();
    CHECK(caught == 9);
}

TEST_CASE("a thousand fibers, each with a stack of its own") {
    Loop loop;
    std::size_t done = 0;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup group(loop, 1'000);
        for (int index = 0; index < 1'000; ++index)
            REQUIRE(group
                        .spawn([&](Fiber& child) {
                            volatile char page[8192];
                            page[0] = 1;
                            CHECK(sleep_until(child, deadline_in_ms(10)).has_value());
                            done += static_cast<std::size_t>(page[0]);
                        })
                        .has_value());
        REQUIRE(group.join(fiber, deadline_in_ms(20'000)).has_value());
    });
    loop.run();
    CHECK(done == 1'000);
}
