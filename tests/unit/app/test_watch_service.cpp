// The watch in the daemon, where the store takes nothing.
#include "app/watch_service.hpp"

#include <semaphore>

#include <doctest/doctest.h>

#include "base/limits/watch.hpp"
#include "net/loop.hpp"

using namespace tocsin;
using namespace tocsin::app;

namespace {

class SilentLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

TEST_CASE("while the store takes no events, only so many wait in memory, and more are to be sent again") {
    store::Database database = store::Database::open_in_memory(TimePoint{1}).value();
    store::WatchStore store(database);
    store::AwayStore away(database, store::SealKey{});
    net::Loop loop;
    // Nothing may wait for its only thread, which is busy: no call to the store is made.
    net::BlockingPool blocking(loop, 1, 0);
    std::binary_semaphore done(0);
    loop.spawn([&](net::Fiber& fiber) { CHECK(blocking.run(fiber, [&] { done.acquire(); })); });
    const Clock clock;
    SilentLog log;
    WatchService service(WatchChoices{}, HashKey{}, store, away, blocking, clock, log);
    service.knows_customer = [](const std::string&) { return true; };
    Result<TakenEvents> first = TakenEvents{}, second = TakenEvents{};
    loop.spawn([&](net::Fiber& fiber) {
        std::vector<watch::Event> events;
        for (std::size_t number = 0; number < limits::watch_unwritten; ++number)
            events.emplace_back(watch::AccountEvent{
                .id = "login " + std::to_string(number), .time = clock.now(), .customer = "acme"});
        first = service.take(fiber, events);
        const std::uint64_t seen = service.watch().counts().acts;
        second = service.take(
            fiber, {watch::AccountEvent{.id = "one more", .time = clock.now(), .customer = "acme"}});
        CHECK(service.watch().counts().acts == seen);
        done.release();
    });
    loop.run();
    REQUIRE_FALSE(first.has_value());
    CHECK(first.error().code == ErrorCode::limit);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::unavailable);
    CHECK(second.error().message.find("send these again later") != std::string::npos);
}
