#include "reader/codec_dns.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("a round of questions to DNS and its answers come back as they were written") {
    const DnsRound round{7, {{DnsType::txt, "a.b"}, {DnsType::mx, ""}, {DnsType::aaaa, "c.d"}}};
    const auto asked = decode_dns_round(encode(round));
    REQUIRE(asked);
    CHECK(asked->id == 7);
    CHECK(asked->questions == round.questions);
    const DnsAnswers answers{
        7, {{DnsStatus::found, {"\6v=DKIM1", std::string("\0\xff", 2)}}, {DnsStatus::none, {}}, {}}};
    const auto answered = decode_dns_answers(encode(answers));
    REQUIRE(answered);
    CHECK(answered->id == 7);
    CHECK(answered->answers == answers.answers);
}

TEST_CASE("what is too much of DNS is a failure of the answer, not of the datagram") {
    const DnsAnswer small{DnsStatus::found, {"x"}};
    DnsAnswers answers{1,
                       {{DnsStatus::found, {std::string(limits::dns_answer_bytes + 1, 'x')}},
                        {DnsStatus::found, std::vector<std::string>(limits::dns_answer_records + 1, "x")},
                        small}};
    const auto answered = decode_dns_answers(encode(answers));
    REQUIRE(answered);
    CHECK(answered->answers == std::vector<DnsAnswer>{{}, {}, small});
    // What comes first finds room: policies and records that speak for a domain are asked for before keys that a sender names.
    const DnsAnswer large{DnsStatus::found, {std::string(limits::dns_answer_bytes, 'x')}};
    answers.answers.assign(limits::dns_round_questions, large);
    answers.answers.back() = small;
    const std::string largest = encode(answers);
    CHECK(largest.size() <= limits::reply_bytes);
    const auto squeezed = decode_dns_answers(largest);
    REQUIRE(squeezed);
    CHECK(squeezed->answers.size() == limits::dns_round_questions);
    CHECK(squeezed->answers.front() == large);
    CHECK(squeezed->answers[limits::dns_round_questions - 2] == DnsAnswer{});
    CHECK(squeezed->answers.back() == small);
}

TEST_CASE("rounds and answers that are cut, longer, or name what is no name") {
    for (const std::string& whole : {encode(DnsRound{1, {{DnsType::a, "a.b"}}}),
                                     encode(DnsAnswers{1, {{DnsStatus::found, {"text"}}}})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CHECK_FALSE(decode_dns_round(whole.substr(0, size)));
            CHECK_FALSE(decode_dns_answers(whole.substr(0, size)));
        }
        CHECK_FALSE(decode_dns_round(whole + "x"));
        CHECK_FALSE(decode_dns_answers(whole + "x"));
    }
    const std::string round = encode(DnsRound{1, {{DnsType::a, "a.b"}}});
    for (const char bad : {' ', '\\', '\0', 'A'}) {
        std::string changed = round;
        changed[changed.size() - 3] = bad;
        CHECK_FALSE(decode_dns_round(changed));
    }
    std::string bad_type = round;
    bad_type[13] = static_cast<char>(DnsType::count_);
    CHECK_FALSE(decode_dns_round(bad_type));
    std::string bad_status = encode(DnsAnswers{1, {{DnsStatus::found, {"text"}}}});
    bad_status[13] = static_cast<char>(DnsStatus::count_);
    CHECK_FALSE(decode_dns_answers(bad_status));
    const DnsRound many{1, std::vector<DnsQuestion>(limits::dns_round_questions + 1, {DnsType::txt, "a.b"})};
    CHECK(decode_dns_round(encode(many))->questions.size() == limits::dns_round_questions);
    CHECK(decode_dns_round(encode(DnsRound{1, {{DnsType::txt, "no name"}}}))->questions.at(0).name.empty());
}
