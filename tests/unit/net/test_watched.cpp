#include <doctest/doctest.h>

#include <sys/socket.h>

#include "base/unique_fd.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "net/watched.hpp"

using namespace tocsin;
using namespace tocsin::net;

TEST_CASE("a foreign descriptor is waited for, many times, and stays open") {
    Loop loop;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    UniqueFd mine(ends[0]), other(ends[1]);
    loop.spawn([&](Fiber& fiber) {
        {
            auto watched = Watched::create(loop, mine.get());
            REQUIRE(watched.has_value());
            CHECK(watched->fd() == mine.get());
            CHECK(watched->wait_readable(fiber, deadline_in_ms(5)).error().code == ErrorCode::timed_out);
            CHECK(watched->wait_writable(fiber, deadline_in_ms(1'000)).has_value());
            TaskGroup group(loop, 1);
            for (int round = 0; round < 3; ++round) {
                REQUIRE(group.spawn([&](Fiber&) { CHECK(::send(other.get(), "x", 1, 0) == 1); }).has_value());
                CHECK(watched->wait_readable(fiber, deadline_in_ms(1'000)).has_value());
                char byte = 0;
                CHECK(::recv(mine.get(), &byte, 1, 0) == 1);
                REQUIRE(group.join(fiber, no_deadline).has_value());
            }
            REQUIRE(group
                        .spawn([&](Fiber& child) {
                            CHECK(watched->wait_readable(child, no_deadline, OnStop::give_up).error().code ==
                                  ErrorCode::closed);
                        })
                        .has_value());
            REQUIRE(yield_now(fiber).has_value());
            group.stop_and_join(fiber, no_deadline);
            other.reset();
            CHECK(
                watched->wait_readable(fiber, deadline_in_ms(1'000)).has_value());  // end of file is readable
        }
        char byte = 0;
        CHECK(::recv(mine.get(), &byte, 1, 0) == 0);  // still open after the Watched has gone
    });
    loop.run();
    CHECK(Watched::create(loop, -1).error().code == ErrorCode::invalid_input);
}
