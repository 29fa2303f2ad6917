// What hangs delays its own kind and its own receiver, and nothing else.
#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/effect_places.hpp"
#include "base/limits/hooks.hpp"
#include "net/fiber_event.hpp"

using namespace tocsin;
using namespace tocsin::app;
using namespace tocsin::respond;

namespace {

Effect effect(EffectKind kind, const std::string& key, std::int64_t due = 0) {
    return {.key = key,
            .kind = kind,
            .repeat = {},
            .urgency = {},
            .due = TimePoint{due},
            .incident = {},
            .step = {},
            .undoes = {},
            .parameters = {}};
}

Effect notice(const std::string& key, Urgency urgency, const std::string& channel,
              const std::string& address) {
    Effect out = effect(EffectKind::notify, key);
    out.urgency = urgency;
    out.parameters = {{"channel", channel}, {"address", address}};
    return out;
}

Effect step(const std::string& key, const std::string& webhook, std::int64_t due = 0) {
    Effect out = effect(EffectKind::webhook, key, due);
    out.parameters = {{"webhook", webhook}};
    return out;
}

/// Acts that hang until they are let go.
struct World {
    net::Loop loop;
    net::FiberEvent let_go;
    bool free = false;
    std::vector<std::string> begun, ended;
    EffectPlaces places{loop, [this](net::Fiber& fiber, const Effect& one) {
                            begun.push_back(one.key);
                            if (one.key.starts_with("hang"))
                                static_cast<void>(let_go.wait_until(
                                    fiber, net::no_deadline, net::OnStop::give_up, [this] { return free; }));
                            ended.push_back(one.key);
                        }};

    void run(const std::function<void(net::Fiber&)>& body) {
        loop.spawn([&](net::Fiber& fiber) {
            body(fiber);
            places.stop(fiber, net::deadline_in_ms(5'000));
        });
        loop.run();
    }
    static void settle(net::Fiber& fiber) {
        for (int turn = 0; turn < 200; ++turn) static_cast<void>(net::yield_now(fiber));
    }
};

}  // namespace

TEST_CASE("each kind of effect has its lane") {
    struct Row {
        Effect effect;
        EffectLane lane;
        std::string receiver;
    };
    for (const Row& row : {
             Row{notice("a", Urgency::urgent, "mail", "a@b.example"), EffectLane::urgent, ""},
             Row{notice("a", Urgency::urgent, "syslog", "local0"), EffectLane::urgent, ""},
             Row{notice("a", Urgency::urgent, "webhook", "pager"), EffectLane::urgent_calls, "pager"},
             Row{notice("a", Urgency::normal, "webhook", "chat"), EffectLane::notices, "chat"},
             Row{notice("a", Urgency::normal, "mail", "a@b.example"), EffectLane::notices, ""},
             Row{effect(EffectKind::alarm, "a"), EffectLane::urgent, ""},
             Row{step("a", "reset"), EffectLane::webhooks, "reset"},
             Row{effect(EffectKind::purge, "a"), EffectLane::mailboxes, ""},
             Row{effect(EffectKind::restore_purged, "a"), EffectLane::mailboxes, ""},
             Row{effect(EffectKind::hold_customer, "a"), EffectLane::gate, ""},
             Row{effect(EffectKind::find_copies, "a"), EffectLane::gate, ""},
         }) {
        CHECK(lane_of(row.effect) == row.lane);
        CHECK(receiver_of(row.effect) == row.receiver);
    }
}

TEST_CASE("hanging calls delay neither pages nor holds, and one receiver not the others") {
    World world;
    world.run([&](net::Fiber& fiber) {
        for (int count = 0; count < 100; ++count) {
            world.places.put(step("hang step " + std::to_string(count), "away"));
            world.places.put(
                notice("hang page " + std::to_string(count), Urgency::urgent, "webhook", "away"));
            world.places.put(
                notice("hang news " + std::to_string(count), Urgency::normal, "webhook", "away"));
        }
        world.places.put(notice("page", Urgency::urgent, "mail", "a@b.example"));
        world.places.put(notice("page elsewhere", Urgency::urgent, "webhook", "pager"));
        world.places.put(step("step elsewhere", "reset"));
        world.places.put(effect(EffectKind::hold_customer, "hold"));
        World::settle(fiber);
        CHECK(std::set<std::string>(world.ended.begin(), world.ended.end()) ==
              std::set<std::string>{"page", "page elsewhere", "step elsewhere", "hold"});
        CHECK(world.begun.size() == 4 + 3 * limits::effects_for_one_receiver);
        world.free = true;
        world.let_go.notify_all();
        World::settle(fiber);
        World::settle(fiber);
        CHECK(world.ended.size() == 304);
    });
}

TEST_CASE("a lane has so many places, and begins with what is due for longest") {
    World world;
    world.run([&](net::Fiber& fiber) {
        for (std::size_t count = 0; count < limits::effects_at_once; ++count)
            world.places.put(step("hang " + std::to_string(count), "r" + std::to_string(count)));
        World::settle(fiber);
        world.places.put(step("late", "x", 30));
        world.places.put(step("early", "y", 10));
        world.places.put(step("middle", "z", 20));
        World::settle(fiber);
        CHECK(world.begun.size() == limits::effects_at_once);
        world.free = true;
        world.let_go.notify_all();
        World::settle(fiber);
        REQUIRE(world.begun.size() == limits::effects_at_once + 3);
        CHECK(std::vector<std::string>(world.begun.end() - 3, world.begun.end()) ==
              std::vector<std::string>{"early", "middle", "late"});
    });
}

TEST_CASE("at the stop what waits is not begun") {
    World world;
    world.run([&](net::Fiber& fiber) {
        for (int count = 0; count < 10; ++count)
            world.places.put(step("hang " + std::to_string(count), "away"));
        World::settle(fiber);
        world.places.stop(fiber, net::deadline_in_ms(1'000));
        world.places.put(step("behind", "here"));
        World::settle(fiber);
    });
    CHECK(world.begun.size() == limits::effects_for_one_receiver);
}
