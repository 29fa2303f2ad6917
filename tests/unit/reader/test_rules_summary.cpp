// What rules said of a message, on its way from the reader to the daemon.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/text_hygiene.hpp"
#include "report_generator.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

scan::RulesSummary sample() {
    return {.asked = 642,
            .matched = 3,
            .undecided = 40,
            .points = 11,
            .suspicious_from = 5,
            .phish_from = 8,
            .hostility = 0.25,
            .missing = {{"$tranco_1m", 12}, {"history", 31}},
            .coaching = "Do not open its links.",
            .version = "0123456789abcdef",
            .judged = scan::JudgedHow::as_copy};
}

std::string encoded(const scan::RulesSummary& rules) {
    Reply reply;
    reply.report.rules = rules;
    return encode(reply);
}

/// What the daemon reads; fails the test where it refuses.
scan::RulesSummary passed(const scan::RulesSummary& rules) {
    const std::optional<Reply> reply = decode_reply(encoded(rules));
    REQUIRE(reply.has_value());
    return reply->report.rules;
}

bool is_refused(const std::string& datagram) {
    const ExactBuffer exact(datagram);
    return !decode_reply(exact.text()).has_value();
}

/// Where two datagrams that differ in one number differ first: its lowest byte.
std::size_t place_of(const std::string& one, const std::string& other) {
    return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

void put(std::string& datagram, std::size_t place, std::uint32_t value) {
    for (std::size_t byte = 0; byte < sizeof value; ++byte)
        datagram[place + byte] = static_cast<char>(value >> (8 * byte) & 0xFFU);
}

/// Place and present value of the hostility, of the number of missing answers.
struct Places {
    std::size_t hostility, missing;
};
Places places() {
    scan::RulesSummary none = sample(), one = sample();
    none.hostility = 0;
    one.hostility = 0.000001;
    const std::size_t hostility = place_of(encoded(none), encoded(one));
    return {hostility, hostility + sizeof(std::uint32_t)};
}

}  // namespace

TEST_CASE("what rules said comes back as it was sent, also of a part") {
    const scan::RulesSummary sent = sample();
    scan::ScanReport part;
    part.rules = sent;
    const std::optional<scan::ScanReport> report = decode_part_report(encode_part_report(part));
    REQUIRE(report.has_value());
    for (const scan::RulesSummary& rules : {passed(sent), report->rules}) {
        CHECK(rules.asked == 642);
        CHECK(rules.matched == 3);
        CHECK(rules.undecided == 40);
        CHECK(rules.points == 11);
        CHECK(rules.suspicious_from == 5);
        CHECK(rules.phish_from == 8);
        CHECK(rules.hostility == doctest::Approx(0.25));
        REQUIRE(rules.missing.size() == 2);
        CHECK(rules.missing[0].name == "$tranco_1m");
        CHECK(rules.missing[0].rules == 12);
        CHECK(rules.missing[1].name == "history");
        CHECK(rules.missing[1].rules == 31);
        CHECK(rules.coaching == sent.coaching);
        CHECK(rules.version == sent.version);
        CHECK(rules.judged == sent.judged);
    }
}

TEST_CASE("a hostility is a probability, whatever was computed") {
    for (const auto& [sent, read] :
         {std::pair(0.0, 0.0), std::pair(1.0, 1.0), std::pair(-3.0, 0.0), std::pair(7.5, 1.0)}) {
        scan::RulesSummary rules;
        rules.hostility = sent;
        CHECK(passed(rules).hostility == read);
    }
    const std::size_t place = places().hostility;
    std::string datagram = encoded(sample());
    put(datagram, place, 1'000'000);
    CHECK(decode_reply(datagram)->report.rules.hostility == 1.0);
    for (const std::uint32_t beyond : {1'000'001U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
        put(datagram, place, beyond);
        CHECK(is_refused(datagram));
    }
}

TEST_CASE("more missing answers than there may be are cut by the sender and refused by the receiver") {
    scan::RulesSummary rules = sample();
    rules.missing.clear();
    for (std::uint32_t at = 0; at < limits::missing_answers + 40; ++at)
        rules.missing.push_back({"$list" + std::to_string(at), at});
    const scan::RulesSummary cut = passed(rules);
    REQUIRE(cut.missing.size() == limits::missing_answers);
    CHECK(cut.missing.back().rules == limits::missing_answers - 1);

    std::string datagram = encoded(rules);
    const std::size_t place = places().missing;
    REQUIRE(static_cast<std::uint8_t>(datagram[place]) == limits::missing_answers);
    for (const std::uint32_t count :
         {static_cast<std::uint32_t>(limits::missing_answers) + 1, 0xFFFFU, 0xFFFFFFFFU}) {
        put(datagram, place, count);
        CHECK(is_refused(datagram));
    }
}

TEST_CASE("texts of rules are cut and clean") {
    scan::RulesSummary rules = sample();
    rules.coaching = "line\r\nline\x1b[31m" + std::string(100'000, 'c');
    rules.version = std::string(100'000, 'v');
    rules.missing = {{std::string(100'000, 'm') + "\x01\xFF", 1}, {"\xFF\xFE\x00", 2}};
    const std::string datagram = encoded(rules);
    CHECK(datagram.size() < 3'000);
    const scan::RulesSummary read = passed(rules);
    for (const std::string& text :
         {read.coaching, read.version, read.missing[0].name, read.missing[1].name}) {
        CHECK(is_clean_text(text));
        CHECK(text.size() <= 600);
    }
}

TEST_CASE("every changed byte of what rules said is refused or keeps every bound") {
    const std::string datagram = encoded(sample());
    for (std::size_t at = 0; at < datagram.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = datagram;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            const ExactBuffer exact(changed);
            const std::optional<Reply> reply = decode_reply(exact.text());
            if (!reply) continue;
            const scan::RulesSummary& rules = reply->report.rules;
            CHECK((rules.hostility >= 0 && rules.hostility <= 1));
            CHECK(rules.missing.size() <= limits::missing_answers);
            CHECK((is_clean_text(rules.coaching) && is_clean_text(rules.version)));
            for (const scan::MissingAnswer& missing : rules.missing) CHECK(is_clean_text(missing.name));
        }
}

TEST_CASE("any summary at all fits beside any report, and is stable") {
    CHECK(rc::check("encode, decode, encode", [] {
        Reply reply = test::any_reply();
        scan::RulesSummary& rules = reply.report.rules;
        for (std::uint32_t* number : {&rules.asked, &rules.matched, &rules.undecided, &rules.points,
                                      &rules.suspicious_from, &rules.phish_from})
            *number = *rc::gen::arbitrary<std::uint32_t>();
        rules.hostility = *rc::gen::inRange(-100, 1'100) / 1'000.0;
        for (std::size_t index = test::any_count(); index > 0; --index)
            rules.missing.push_back({test::any_text(), *rc::gen::arbitrary<std::uint32_t>()});
        rules.coaching = test::any_text();
        rules.version = test::any_text();
        const std::string datagram = encode(reply);
        RC_ASSERT(datagram.size() <= limits::reply_bytes);
        const ExactBuffer exact(datagram);
        const std::optional<Reply> read = decode_reply(exact.text());
        RC_ASSERT(read.has_value());
        RC_ASSERT(read->report.rules.missing.size() <= limits::missing_answers);
        RC_ASSERT(encode(*read) == datagram);
    }));
}
