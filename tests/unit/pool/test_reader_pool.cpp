// The pool against a template whose children misbehave (tests/probes/template_probe.cpp), and against the real reader.
#include <doctest/doctest.h>

#include <signal.h>

#include <fstream>
#include <functional>
#include <random>

#include "base/counted_log.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "pool/reader_pool.hpp"
#include "support/archive_builder.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::pool;
using sandbox::Outcome;

namespace {

constexpr std::uint32_t short_deadline_ms = 300;

void with_pool(PoolConfig config, const std::function<void(net::Fiber&, ReaderPool&)>& body) {
    test::TemporaryFolder scratch;
    config.scratch_folder = scratch.path().string();
    net::Loop loop;
    NullLog log;
    bool ran = false;
    loop.spawn([&](net::Fiber& fiber) {
        auto pool = ReaderPool::start(fiber, loop, config, log);
        REQUIRE_MESSAGE(pool.has_value(), pool.error().message);
        body(fiber, **pool);
        (*pool)->stop(fiber);
        ran = true;
    });
    loop.run();
    CHECK(ran);
}

PoolConfig probe_config() {
    PoolConfig config;
    config.reader_program = TOCSIN_TEMPLATE_PROBE;
    config.deadline_ms = short_deadline_ms;
    return config;
}

ScanRequest request_of(std::string what, std::string_view bytes = "Subject: x\r\n\r\nbody\r\n") {
    ScanRequest request;
    request.file_name = std::move(what);
    request.bytes = as_bytes(bytes);
    return request;
}

}  // namespace

TEST_CASE("each way to misbehave has its outcome, and the next request is served") {
    struct Case {
        const char* what;
        Outcome outcome;
    };
    for (const Case& c : {Case{"loop", Outcome::timed_out}, Case{"crash", Outcome::crashed},
                          Case{"violate", Outcome::violated}, Case{"exit_over_limit", Outcome::over_limit},
                          Case{"silent_exit", Outcome::crashed}, Case{"oversize", Outcome::violated},
                          Case{"garbage", Outcome::violated}, Case{"wrong_id", Outcome::violated},
                          Case{"question_twice", Outcome::violated}}) {
        CAPTURE(c.what);
        with_pool(probe_config(), [&](net::Fiber& fiber, ReaderPool& pool) {
            CHECK(to_string(pool.scan(fiber, request_of(c.what)).outcome) == to_string(c.outcome));
            CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        });
    }
}

TEST_CASE("a crash is tried once more, a time-out is not") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        CHECK(pool.scan(fiber, request_of("crash")).outcome == Outcome::crashed);
        CHECK(pool.status().deaths == 2);
        CHECK(pool.scan(fiber, request_of("loop")).outcome == Outcome::timed_out);
        CHECK(pool.status().deaths == 3);
    });
}

TEST_CASE("a reader may ask about earlier mail once, where somebody answers") {
    std::string asked;
    PoolConfig config = probe_config();
    config.answer_history = [&](const reader::HistoryQuestion& question, mail::Direction direction,
                                std::string_view account) {
        asked = question.profiles.at(0).key + " " + std::string(to_string(direction)) + " " +
                std::string(account);
        return reader::HistoryAnswer{
            .id = 0, .profiles = {reader::HistoryProfile{.prevalence = "rare"}}, .lists = {}};
    };
    with_pool(config, [&](net::Fiber& fiber, ReaderPool& pool) {
        const auto ask = [&](const char* what, bool with_account) {
            ScanRequest request = request_of(what);
            request.direction = mail::Direction::outbound;
            if (with_account)
                request.account_of = [](std::string_view from) { return "account of " + std::string(from); };
            return pool.scan(fiber, request);
        };
        CHECK(ask("history", true).detail == "rare");
        CHECK(asked == "example.org outbound account of anna@example.org");
        CHECK(ask("history", false).detail.empty());
        CHECK(ask("history_twice", true).outcome == Outcome::violated);
        CHECK(ask("history_uninvited", false).outcome == Outcome::violated);
    });
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        CHECK(pool.scan(fiber, request_of("history")).detail.empty());
    });
}

TEST_CASE("a reader may ask DNS for so many names in so many rounds, and waits once") {
    std::vector<Deadline> deadlines;
    PoolConfig config = probe_config();
    config.answer_dns = [&](net::Fiber&, const reader::DnsRound& round, Deadline deadline) {
        deadlines.push_back(deadline);
        return reader::DnsAnswers{
            0, std::vector<DnsAnswer>(round.questions.size(), DnsAnswer{DnsStatus::found, {"x"}})};
    };
    config.dns_ms = 50;
    with_pool(config, [&](net::Fiber& fiber, ReaderPool& pool) {
        const Deadline latest = net::deadline_in_ms(short_deadline_ms);
        ScanRequest request = request_of("dns");
        request.client_ip = "192.0.2.1";
        request.mail_from = "anna@example.org";
        CHECK(pool.scan(fiber, request).detail ==
              std::to_string(limits::dns_rounds) + " 192.0.2.1 anna@example.org");
        REQUIRE(deadlines.size() == limits::dns_rounds);
        CHECK(deadlines.front() == deadlines.back());  // the wait is for the message, not for the round
        CHECK(deadlines.front() < latest);
        CHECK(pool.scan(fiber, request_of("dns_rounds")).outcome == Outcome::violated);
        CHECK(pool.scan(fiber, request_of("dns_questions")).outcome == Outcome::violated);
        request.direction = mail::Direction::outbound;
        CHECK(pool.scan(fiber, request).outcome == Outcome::violated);
    });
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        CHECK(pool.scan(fiber, request_of("dns")).outcome == Outcome::violated);
    });
}

TEST_CASE("the breaker makes a pool of dying readers unavailable") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        for (std::uint32_t index = 0; index < limits::respawn_deaths; ++index)
            (void)pool.scan(fiber, request_of("violate"));
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::unavailable);
        CHECK(pool.status().breaker_trips == 1);
    });
}

TEST_CASE("a reader is replaced after its number of messages") {
    PoolConfig config = probe_config();
    config.messages_per_reader = 3;
    with_pool(config, [](net::Fiber& fiber, ReaderPool& pool) {
        for (int index = 0; index < 7; ++index)
            CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        CHECK(pool.status().recycled == 2);
    });
}

TEST_CASE("a reader is replaced when its time is over, also while it waits") {
    PoolConfig config = probe_config();
    config.reader_life_ms = 1;
    with_pool(config, [](net::Fiber& fiber, ReaderPool& pool) {
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        REQUIRE(net::sleep_until(fiber, net::deadline_in_ms(20)).has_value());
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        CHECK(pool.status().recycled >= 1);
        CHECK(pool.status().deaths == 0);
    });
    config.reader_life_ms = 60'000;
    with_pool(config, [](net::Fiber& fiber, ReaderPool& pool) {
        for (int message = 0; message < 3; ++message)
            CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        CHECK(pool.status().recycled == 0);
        CHECK(pool.status().readers == 1);
    });
}

TEST_CASE("a message over the limit never reaches a reader") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        ScanRequest request;
        // Only the size is looked at: the bytes behind this view are never read.
        static const std::byte one{};
        request.bytes = ByteView(&one, limits::message_bytes + 1);
        CHECK(pool.scan(fiber, request).outcome == Outcome::over_limit);
    });
}

TEST_CASE("a part is remembered after some sightings, by a fresh child's word") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        for (std::uint32_t sighting = 1; sighting < limits::cache_sightings_min; ++sighting)
            CHECK(pool.scan(fiber, request_of("cache")).detail.empty());
        pool.settle(fiber);
        CHECK(pool.status().cache.filled == 0);
        CHECK(pool.scan(fiber, request_of("cache")).detail.empty());
        pool.settle(fiber);
        CHECK(pool.status().cache.filled == 1);
        CHECK(pool.scan(fiber, request_of("cache")).detail == "known");
        CHECK(pool.scan(fiber, request_of("cache", "other bytes")).detail.empty());
    });
}

TEST_CASE("a reader that lies about a part's hash fills nothing") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        for (int index = 0; index < 4; ++index)
            CHECK(pool.scan(fiber, request_of("lying_cache")).detail.empty());
        pool.settle(fiber);
        CHECK(pool.status().cache.filled == 0);
        // The true owner of these bytes is not affected either.
        CHECK(pool.scan(fiber, request_of("cache")).detail.empty());
    });
}

TEST_CASE("a reload forgets remembered parts and goes on serving") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        for (int index = 0; index < 2; ++index) (void)pool.scan(fiber, request_of("cache"));
        pool.settle(fiber);
        REQUIRE(pool.reload(fiber).has_value());
        CHECK(pool.scan(fiber, request_of("cache")).detail.empty());
        CHECK(pool.status().reloads == 1);
    });
}

TEST_CASE("a template that is gone is started once, however many wait for it") {
    test::TemporaryFolder scratch;
    PoolConfig config = probe_config();
    config.readers_max = 4;
    config.scratch_folder = scratch.path().string();
    net::Loop loop;
    NullLog nothing;
    CountedLog log(nothing);
    std::size_t verdicts = 0;
    loop.spawn([&](net::Fiber& fiber) {
        auto pool = ReaderPool::start(fiber, loop, config, log);
        REQUIRE(pool.has_value());
        CHECK((*pool)->revive(fiber).has_value());
        std::ifstream children("/proc/thread-self/children");
        pid_t child = 0;
        while (children >> child) ::kill(child, SIGKILL);
        while ((*pool)->status().available)
            REQUIRE(net::sleep_until(fiber, net::deadline_in_ms(2)).has_value());
        net::TaskGroup scans(loop, 4);
        for (int i = 0; i < 4; ++i)
            REQUIRE(scans
                        .spawn([&](net::Fiber& own) {
                            if ((*pool)->scan(own, request_of("clean")).outcome == Outcome::verdict)
                                ++verdicts;
                        })
                        .has_value());
        CHECK(scans.join(fiber, net::deadline_in_ms(30'000)).has_value());
        CHECK((*pool)->status().available);
        (*pool)->stop(fiber);
    });
    loop.run();
    CHECK(verdicts == 4);
    CHECK(log.counts().at("reader.template_lost") == 1);
    CHECK(log.counts().at("reader.template_ready") == 2);
}

TEST_CASE("a missing reader program is an error that names it") {
    net::Loop loop;
    NullLog log;
    PoolConfig config;
    config.reader_program = "/nonexistent/tocsin-reader";
    test::TemporaryFolder scratch;
    config.scratch_folder = scratch.path().string();
    loop.spawn([&](net::Fiber& fiber) {
        auto pool = ReaderPool::start(fiber, loop, config, log);
        REQUIRE_FALSE(pool.has_value());
        CHECK(pool.error().message.find("/nonexistent/tocsin-reader") != std::string::npos);
    });
    loop.run();
}

TEST_CASE("the real reader finds the EICAR test string and remembers a shared attachment") {
    PoolConfig config;
    config.reader_program = TOCSIN_READER;
    std::string eicar =
        std::string(R"(X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-)") + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    std::string infected =
        "Subject: photos\r\nContent-Type: application/octet-stream; name=photo.com\r\n\r\n" + eicar;
    std::string shared = "Subject: copy\r\nContent-Type: application/octet-stream; name=a.bin\r\n\r\n" +
                         std::string(50'000, 'q');
    with_pool(config, [&](net::Fiber& fiber, ReaderPool& pool) {
        ScanOutcome found = pool.scan(fiber, request_of("", infected));
        REQUIRE(found.outcome == Outcome::verdict);
        CHECK(found.report.verdict == scan::Verdict::malware);
        for (std::uint32_t sighting = 0; sighting < limits::cache_sightings_min; ++sighting)
            (void)pool.scan(fiber, request_of("", shared));
        pool.settle(fiber);
        ScanOutcome remembered = pool.scan(fiber, request_of("", shared));
        CHECK(remembered.report.verdict == scan::Verdict::clean);
        CHECK(pool.status().cache.hits >= 1);
    });
}

TEST_CASE("what is remembered never makes a message stricter than it was") {
    PoolConfig config;
    config.reader_program = TOCSIN_READER;
    std::mt19937 random(1);
    std::string noise;  // so that it packs to a size that is remembered
    while (noise.size() < 6'000) noise += static_cast<char>('a' + random() % 26);
    const std::string locked = test::archive_of(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "list.txt", noise,
                                                "zip:encryption=zipcrypt", "s3cret!");
    // Opened by a word of the message, which whoever scans the attachment alone does not have.
    const std::string told =
        "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\n\r\nThe password is: s3cret! Please hurry.\r\n--b\r\n"
        "Content-Type: application/zip; name=a.zip\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n" +
        locked + "\r\n--b--\r\n";
    // More places than are remembered of one part, and fewer than a message may name.
    std::string many = "From: a@example.com\r\nContent-Type: text/html\r\n\r\n<html><body>";
    for (int number = 0; number < 700; ++number)
        many += "<a href=\"https://host" + std::to_string(number) +
                ".example.com/a/long/way/to/the/page\">x</a>\r\n";
    with_pool(config, [&](net::Fiber& fiber, ReaderPool& pool) {
        for (const std::string& mail : {told, many}) {
            const ScanOutcome first = pool.scan(fiber, request_of("", mail));
            REQUIRE(first.outcome == Outcome::verdict);
            REQUIRE(first.report.verdict != scan::Verdict::unscannable);
            for (std::uint32_t sighting = 0; sighting <= limits::cache_sightings_min; ++sighting) {
                (void)pool.scan(fiber, request_of("", mail));
                pool.settle(fiber);
            }
            const ScanOutcome last = pool.scan(fiber, request_of("", mail));
            CHECK(last.report.verdict == first.report.verdict);
            CHECK(last.report.limits_hit.size() == first.report.limits_hit.size());
            CHECK(last.report.urls.size() == first.report.urls.size());
        }
    });
}

TEST_CASE("a reader that died while it was idle costs no message a try") {
    with_pool(probe_config(), [](net::Fiber& fiber, ReaderPool& pool) {
        CHECK(pool.scan(fiber, request_of("last_words")).outcome == Outcome::verdict);
        CHECK(net::sleep_until(fiber, net::deadline_in_ms(100)).has_value());
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
        CHECK(pool.status().deaths == 0);
    });
}

TEST_CASE("a template that died is started once for all scans that want a reader") {
    class CountingLog final : public Log {
    public:
        void write(LogLevel, std::string_view event_id, std::initializer_list<LogField>) override {
            templates += event_id == "reader.template_ready" ? 1 : 0;
        }
        int templates = 0;
    };
    test::TemporaryFolder scratch;
    PoolConfig config = probe_config();
    config.scratch_folder = scratch.path().string();
    config.readers_max = 4;
    net::Loop loop;
    CountingLog log;
    loop.spawn([&](net::Fiber& fiber) {
        auto pool = ReaderPool::start(fiber, loop, config, log);
        REQUIRE(pool.has_value());
        (void)(*pool)->scan(fiber, request_of("kill_template"));
        CHECK(net::sleep_until(fiber, net::deadline_in_ms(100)).has_value());
        net::TaskGroup scans(loop, 8);
        int verdicts = 0;
        for (int index = 0; index < 8; ++index)
            REQUIRE(scans.spawn([&](net::Fiber& scanner) {
                verdicts += (*pool)->scan(scanner, request_of("behave")).outcome == Outcome::verdict ? 1 : 0;
            }));
        CHECK(scans.join(fiber, net::deadline_in_ms(20'000)).has_value());
        CHECK(verdicts == 8);
        CHECK(log.templates == 2);
        (*pool)->stop(fiber);
    });
    loop.run();
}

TEST_CASE("a template that hangs is killed, and the next scan gets another one") {
    PoolConfig config = probe_config();
    config.fork_deadline_ms = 200;
    config.messages_per_reader = 1;
    with_pool(config, [](net::Fiber& fiber, ReaderPool& pool) {
        (void)pool.scan(fiber, request_of("stop_template"));
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::unavailable);
        CHECK(net::sleep_until(fiber, net::deadline_in_ms(100)).has_value());
        CHECK(pool.scan(fiber, request_of("behave")).outcome == Outcome::verdict);
    });
}
