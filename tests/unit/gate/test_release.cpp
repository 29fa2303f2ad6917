// A release that comes to nothing leaves a trace: who wanted it, why, and what came of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/hash.hpp"
#include "gate/release.hpp"
#include "net/loop.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using store::HeldState;

TEST_CASE("what SMTP can carry") {
    for (const std::string_view content : {"", "a\r\nb\r\n", "a\nb\n", "a: b\r\n\r\nx\ny", "x", ".\r\n..\r\n", "\n.\n"})
        CHECK(can_be_released(as_bytes(content)));
    using namespace std::string_view_literals;
    for (const std::string_view content : {"a\rb\r\n"sv, "a\r"sv, "\r\r\n"sv, "x\r\n.\0\r\n"sv, "\0.\n"sv, "\0."sv})
        CHECK_FALSE(can_be_released(as_bytes(content)));
}

namespace {

class RememberingLog final : public Log {
public:
    void write(LogLevel, std::string_view event_id, std::initializer_list<LogField> fields) override {
        text += std::string(event_id);
        for (const LogField& field : fields) text += " " + std::string(field.key) + "=" + field.value;
        text += "\n";
    }
    std::string text;
};

/// One held message, h1, whose next hop is what the test says.
struct HeldMail {
    HeldMail() {
        store::Held one = test::sample_held("h1", "r1");
        const Hash256 hash = *evidence.put(as_bytes("Subject: x\r\n\r\nbody\r\n"));
        one.content_sha256 = to_hex(std::as_bytes(std::span(hash)));
        REQUIRE(journal.append(std::vector{test::sample_record("r1")}, std::vector{one}).has_value());
    }

    /// The error's text; empty: it was released.
    std::vector<std::string> release(int times, Result<NextHopAddress> hop) {
        net::Loop loop;
        net::BlockingPool blocking(loop, 1, 16);
        Releaser releaser({held, journal, evidence, blocking, clock, log, "gate.example",
                           [&](const store::Record&) { return hop; }});
        std::vector<std::string> answers;
        for (int number = 0; number < times; ++number)
            loop.spawn([&](net::Fiber& fiber) {
                const auto done = releaser.release(fiber, {"h1", {"anna", "uid 7"}, "asked the customer"});
                answers.push_back(done ? "" : done.error().message);
            });
        loop.run();
        return answers;
    }

    std::vector<store::HeldAct> acts() { return *held.acts("h1"); }

    test::TemporaryFolder folder;
    store::Database database = *store::Database::open_in_memory(test::noon);
    store::HeldStore held{database};
    store::JournalStore journal{database};
    store::EvidenceStore evidence = *store::EvidenceStore::open(folder.path() / "evidence");
    Clock clock;
    RememberingLog log;
};

constexpr std::uint16_t nobody_listens = 1;  // tcpmux

}  // namespace

TEST_CASE("a release to a next hop that is away is noted and logged, and the message is held") {
    HeldMail mail;
    const auto answers = mail.release(1, NextHopAddress{"127.0.0.1", nobody_listens});
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].find("127.0.0.1") != std::string::npos);
    CHECK(mail.held.get("h1")->state == HeldState::held);
    const auto acts = mail.acts();
    REQUIRE(acts.size() == 1);
    CHECK(acts[0].act == "not_released");
    CHECK(acts[0].by.name == "anna");
    CHECK(acts[0].by.caller == "uid 7");
    CHECK(acts[0].note == "asked the customer [" + answers[0] + "]");
    CHECK(mail.log.text.find("held.release_refused id=h1 by=anna why=" + answers[0]) != std::string::npos);
}

TEST_CASE("a release without a next hop, or of what somebody decided already, is noted too") {
    HeldMail mail;
    CHECK(mail.release(1, fail(ErrorCode::invalid_input, "nobody said where"))[0] == "nobody said where");
    REQUIRE(mail.held
                .move("h1", HeldState::held, HeldState::discarded, {"bob", "uid 8"}, test::after_noon(9),
                      "malware")
                .has_value());
    CHECK(mail.release(1, NextHopAddress{"127.0.0.1", nobody_listens})[0] ==
          "it was discarded by bob already");
    std::string noted;
    for (const store::HeldAct& act : mail.acts())
        if (act.act == "not_released") noted += act.note + "\n";
    CHECK(noted == "asked the customer [nobody said where]\n"
                   "asked the customer [it was discarded by bob already]\n");
}

TEST_CASE("of two who release at once, the one who is turned away leaves a trace too") {
    HeldMail mail;
    const auto answers = mail.release(2, NextHopAddress{"127.0.0.1", nobody_listens});
    REQUIRE(answers.size() == 2);
    CHECK(std::ranges::count(answers, "it is being released now") == 1);
    CHECK(mail.acts().size() == 2);
}

TEST_CASE("what is not there has no acts") {
    HeldMail mail;
    net::Loop loop;
    net::BlockingPool blocking(loop, 1, 16);
    Releaser releaser({mail.held, mail.journal, mail.evidence, blocking, mail.clock, mail.log, "gate.example",
                       [](const store::Record&) { return fail(ErrorCode::invalid_input, "nowhere"); }});
    loop.spawn([&](net::Fiber& fiber) {
        CHECK(releaser.release(fiber, {"h2", {"anna", "uid 7"}, "w"}).error().code == ErrorCode::not_found);
    });
    loop.run();
    CHECK(mail.held.acts("h2")->empty());
}
