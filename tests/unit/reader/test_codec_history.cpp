#include "reader/codec_history.hpp"

#include <doctest/doctest.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

HistoryQuestion sample_question() {
    HistoryQuestion question;
    question.id = 77;
    question.header_from = "anna@example.org";
    question.profiles = {{HistorySubject::sender, "example.org", "example.org"},
                         {HistorySubject::reply_to, "b@example.net", "b@example.net"}};
    question.lists = {{HistoryList::recipient_emails, "j\xC3\xBCrgen@example.org"},
                      {HistoryList::sender_domains, "example.org"}};
    return question;
}

HistoryAnswer sample_answer() {
    HistoryAnswer answer;
    answer.id = 77;
    HistoryProfile known;
    known.prevalence = "uncommon";
    known.solicited = true;
    known.any_false_positives = true;
    known.days_known = 12;
    known.first_contact = 12;
    known.last_outbound = 0;
    answer.profiles = {HistoryProfile{.prevalence = "new"}, known};
    answer.lists = {HistoryMembership::yes, HistoryMembership::unknown, HistoryMembership::no};
    return answer;
}

}  // namespace

TEST_CASE("a history question comes back as it was asked") {
    const std::string datagram = encode(sample_question());
    CHECK(tag_of(datagram) == MessageTag::history_question);
    const auto question = decode_history_question(datagram);
    REQUIRE(question.has_value());
    CHECK(question->id == 77);
    CHECK(question->header_from == "anna@example.org");
    CHECK(question->profiles == sample_question().profiles);
    CHECK(question->lists == sample_question().lists);
}

TEST_CASE("a history answer comes back as it was given") {
    const std::string datagram = encode(sample_answer());
    CHECK_FALSE(tag_of(datagram).has_value());
    const auto answer = decode_history_answer(datagram);
    REQUIRE(answer.has_value());
    CHECK(answer->id == 77);
    CHECK(answer->profiles == sample_answer().profiles);
    CHECK(answer->lists == sample_answer().lists);
}

TEST_CASE("the largest history question fits, and more is cut") {
    HistoryQuestion question;
    const std::string longest(limits::history_address_bytes, 'a');
    for (int at = 0; at < 100; ++at) {
        question.profiles.push_back({HistorySubject::sender, longest, longest});
        question.lists.push_back({HistoryList::sender_emails, longest});
    }
    const std::string datagram = encode(question);
    CHECK(datagram.size() <= limits::reply_bytes);
    const auto decoded = decode_history_question(datagram);
    REQUIRE(decoded.has_value());
    CHECK(decoded->profiles.size() == static_cast<std::size_t>(HistorySubject::count_));
    CHECK(decoded->lists.size() == limits::history_questions);
    CHECK(decoded->lists.front().text == longest);
}

TEST_CASE("a text that cannot be asked about crosses as an empty one, never as a part of it") {
    for (const std::string& text : {std::string(limits::history_address_bytes + 1, 'a'),
                                    std::string("a\xFF@example.org"), std::string("a\0b", 3)}) {
        CHECK_FALSE(can_ask_about(text));
        HistoryQuestion question;
        question.lists = {{HistoryList::sender_emails, text}};
        const auto decoded = decode_history_question(encode(question));
        REQUIRE(decoded.has_value());
        CHECK(decoded->lists.front().text.empty());
    }
    CHECK(can_ask_about(""));
}

TEST_CASE("every truncation of a history datagram is refused, and so is every byte more") {
    const std::string question = encode(sample_question()), answer = encode(sample_answer());
    for (std::size_t size = 0; size < question.size(); ++size)
        CHECK_FALSE(decode_history_question(ExactBuffer(question.substr(0, size)).text()).has_value());
    for (std::size_t size = 0; size < answer.size(); ++size)
        CHECK_FALSE(decode_history_answer(ExactBuffer(answer.substr(0, size)).text()).has_value());
    CHECK_FALSE(decode_history_question(question + 'x').has_value());
    CHECK_FALSE(decode_history_answer(answer + 'x').has_value());
    CHECK_FALSE(decode_history_answer(question).has_value());
    CHECK_FALSE(decode_history_question(answer).has_value());
}

TEST_CASE("a changed byte of a history question is refused, or it keeps every bound") {
    const std::string datagram = encode(sample_question());
    for (std::size_t at = 0; at < datagram.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = datagram;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            const auto question = decode_history_question(ExactBuffer(changed).text());
            if (!question) continue;
            CHECK(encode(*question) == changed);
            for (const auto& one : question->profiles) CHECK(one.subject < HistorySubject::count_);
            for (const auto& one : question->lists) {
                CHECK(one.list < HistoryList::count_);
                CHECK(can_ask_about(one.text));
            }
        }
    }
}

TEST_CASE("hostile history questions") {
    const auto with = [](auto&& fill) {
        ByteWriter out;
        out.u8(static_cast<std::uint8_t>(MessageTag::history_question));
        out.u64(1);
        out.string("");
        fill(out);
        return decode_history_question(out.take()).has_value();
    };
    CHECK(with([](ByteWriter& out) { out.u32(0), out.u32(0); }));
    // Counts that lie, or go over the bound.
    CHECK_FALSE(with([](ByteWriter& out) { out.u32(0xFFFFFFFF); }));
    CHECK_FALSE(with([](ByteWriter& out) { out.u32(0), out.u32(limits::history_questions + 1); }));
    // A subject and a list that nobody knows; a text over the bound.
    CHECK_FALSE(
        with([](ByteWriter& out) { out.u32(1), out.u8(4), out.string(""), out.string(""), out.u32(0); }));
    CHECK_FALSE(with([](ByteWriter& out) { out.u32(0), out.u32(1), out.u8(4), out.string(""); }));
    CHECK_FALSE(with([](ByteWriter& out) {
        out.u32(0), out.u32(1), out.u8(0), out.string(std::string(limits::history_address_bytes + 1, 'a'));
    }));
    CHECK_FALSE(with([](ByteWriter& out) { out.u32(0), out.u32(1), out.u8(0), out.string("\xC0\xAF"); }));
}
