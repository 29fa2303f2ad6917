#include "reader/codec_txt.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("names that DNS may be asked for") {
    for (const char* name : {"a.b", "s1._domainkey.shop.example", "_dmarc.XN--P1AI.example", "1.2"})
        CHECK_MESSAGE(is_txt_name(name), name);
    for (const std::string& name :
         {std::string(), std::string("com"), std::string("."), std::string("a..b"), std::string(".a.b"),
          std::string("a.b."), std::string("a b.c"), std::string("a\\.b"), std::string("a\0.b", 4),
          std::string("\xc3\xa4.b"), std::string(64, 'a') + ".b",
          std::string("a.") + std::string(limits::domain_name_bytes, 'b')})
        CHECK_FALSE_MESSAGE(is_txt_name(name), name);
}

TEST_CASE("a question about TXT records and its answer come back as they were written") {
    const TxtQuestion question{7, {"a.b", "", "c.d"}};
    const auto asked = decode_txt_question(encode(question));
    REQUIRE(asked);
    CHECK(asked->id == 7);
    CHECK(asked->names == question.names);
    const TxtAnswer answer{
        7, {{TxtStatus::found, {"v=DKIM1", std::string("\0\xff", 2)}}, {TxtStatus::none, {}}, {}}};
    const auto answered = decode_txt_answer(encode(answer));
    REQUIRE(answered);
    CHECK(answered->id == 7);
    CHECK(answered->records == answer.records);
}

TEST_CASE("what is too much of DNS is a failure of the answer, not of the datagram") {
    TxtAnswer answer{1,
                     {{TxtStatus::found, {std::string(limits::txt_record_bytes + 1, 'x')}},
                      {TxtStatus::found, std::vector<std::string>(limits::txt_records + 1, "x")},
                      {TxtStatus::found, {"x"}}}};
    const auto answered = decode_txt_answer(encode(answer));
    REQUIRE(answered);
    CHECK(answered->records == std::vector<TxtRecords>{{}, {}, {TxtStatus::found, {"x"}}});
    answer.records.assign(
        limits::txt_names,
        {TxtStatus::found,
         std::vector<std::string>(limits::txt_records, std::string(limits::txt_record_bytes, 'x'))});
    const std::string largest = encode(answer);
    CHECK(largest.size() <= limits::reply_bytes);
    CHECK(decode_txt_answer(largest));
}

TEST_CASE("questions and answers about TXT records that are cut, longer, or name what is no name") {
    for (const std::string& whole :
         {encode(TxtQuestion{1, {"a.b"}}), encode(TxtAnswer{1, {{TxtStatus::found, {"text"}}}})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CHECK_FALSE(decode_txt_question(whole.substr(0, size)));
            CHECK_FALSE(decode_txt_answer(whole.substr(0, size)));
        }
        CHECK_FALSE(decode_txt_question(whole + "x"));
        CHECK_FALSE(decode_txt_answer(whole + "x"));
    }
    std::string bad_name = encode(TxtQuestion{1, {"a.b"}});
    bad_name.back() = ' ';
    CHECK_FALSE(decode_txt_question(bad_name));
    std::string bad_status = encode(TxtAnswer{1, {{TxtStatus::none, {}}}});
    bad_status[bad_status.size() - 5] = 9;
    CHECK_FALSE(decode_txt_answer(bad_status));
    CHECK(decode_txt_question(encode(TxtQuestion{1, std::vector<std::string>(limits::txt_names + 1, "a.b")}))
              ->names.size() == limits::txt_names);
    CHECK(decode_txt_question(encode(TxtQuestion{1, {"no name"}}))->names.at(0).empty());
}
