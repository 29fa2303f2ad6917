#include <doctest/doctest.h>

#include <algorithm>

#include <string>

#include "base/limits.hpp"
#include "store/journal_store.hpp"
#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;
using test::after_noon;
using test::sample_held;
using test::sample_record;

namespace {

struct Fixture {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal{database};

    std::string ids(const RecordFilter& filter) {
        std::string all;
        const auto records = journal.list(filter);
        REQUIRE(records.has_value());
        for (const auto& record : *records) all += record.id + " ";
        return all;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a record comes back as it was") {
    const Record in = sample_record("r1");
    REQUIRE(journal.append(std::span(&in, 1)).has_value());
    const auto out = journal.get("r1");
    REQUIRE(out.has_value());
    CHECK(out->id == in.id);
    CHECK(out->time == in.time);
    CHECK(out->direction == in.direction);
    CHECK(out->listener == in.listener);
    CHECK(out->client_ip == in.client_ip);
    CHECK(out->helo == in.helo);
    CHECK(out->mail_from == in.mail_from);
    CHECK(out->recipients == in.recipients);
    CHECK(out->size_bytes == in.size_bytes);
    CHECK(out->subject == in.subject);
    CHECK(out->header_from == in.header_from);
    CHECK(out->message_id == in.message_id);
    CHECK(out->verdict == in.verdict);
    CHECK(out->disposition == in.disposition);
    CHECK(out->ambiguous == in.ambiguous);
    CHECK(out->reasons == in.reasons);
    CHECK(out->findings == in.findings);
    CHECK(out->outcome == in.outcome);
    CHECK(out->customer == in.customer);
    CHECK(out->held_id == in.held_id);
    CHECK(out->next_hop_reply == in.next_hop_reply);
    CHECK(out->engine_version == in.engine_version);
    CHECK(out->elapsed_us == in.elapsed_us);
    CHECK(out->content_sha256 == in.content_sha256);
    CHECK(journal.get("r2").error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Fixture, "a batch is stored whole or not at all") {
    const std::vector<Record> first = {sample_record("a"), sample_record("b")};
    REQUIRE(journal.append(first).has_value());
    const std::vector<Record> second = {sample_record("c"), sample_record("b"), sample_record("d")};
    CHECK(journal.append(second).error().code == ErrorCode::conflict);
    CHECK(journal.get("c").error().code == ErrorCode::not_found);
    // With its held messages: a held id that exists undoes the record too.
    const std::vector<Record> third = {sample_record("e")};
    const std::vector<Held> held = {test::sample_held("h1", "e")};
    REQUIRE(journal.append(third, held).has_value());
    CHECK(HeldStore(database).get("h1")->record_id == "e");
    const std::vector<Record> fourth = {sample_record("f")};
    CHECK(journal.append(fourth, held).error().code == ErrorCode::conflict);
    CHECK(journal.get("f").error().code == ErrorCode::not_found);
    CHECK(journal.append({}).has_value());
    CHECK(journal.append(std::vector<Record>(limits::journal_batch + 1)).error().code == ErrorCode::limit);
}

TEST_CASE_FIXTURE(Fixture, "listings: newest first, each filter, pages") {
    std::vector<Record> records;
    for (int index = 0; index < 5; ++index)
        records.push_back(sample_record("r" + std::to_string(index), index));
    records[1].mail_from = "other@example.com";
    records[2].recipients = {"three_x@example.org"};
    records[3].customer = "umbrella";
    records[3].subject = "Invoice ä";
    records[4].verdict = "clean";
    records[4].disposition = "accept";
    records[4].direction = "inbound";
    records[4].content_sha256 = std::string(64, 'b');
    records[3].time = records[2].time;  // the same moment: by id
    REQUIRE(journal.append(records).has_value());

    CHECK(ids({}) == "r4 r3 r2 r1 r0 ");
    struct Row {
        const char* what;
        RecordFilter filter;
        const char* expected;
    };
    const std::vector<Row> table = {
        {"sender", {.sender = "SENDER@customer.EXAMPLE"}, "r4 r3 r2 r0 "},
        {"sender is matched whole", {.sender = "sender"}, ""},
        {"recipient", {.recipient = "TWO@example.net"}, "r4 r3 r1 r0 "},
        {"recipient, no wildcard", {.recipient = "three%x@example.org"}, ""},
        {"customer", {.customer = "umbrella"}, "r3 "},
        {"subject", {.subject = "INVOICE"}, "r3 "},
        {"subject with a per cent sign", {.subject = "100% r"}, "r4 r2 r1 r0 "},
        {"a per cent sign is no wildcard", {.subject = "Q%t"}, ""},
        {"nor is an underscore", {.subject = "_"}, ""},
        {"verdict", {.verdict = "clean"}, "r4 "},
        {"disposition", {.disposition = "hold"}, "r3 r2 r1 r0 "},
        {"direction", {.direction = "inbound"}, "r4 "},
        {"content", {.content_sha256 = std::string(64, 'b')}, "r4 "},
        {"from", {.from = test::after_noon(2)}, "r4 r3 r2 "},
        {"until", {.until = test::after_noon(2)}, "r1 r0 "},
        {"two conditions",
         {.customer = "acme", .from = test::after_noon(1), .until = test::after_noon(4)},
         "r2 r1 "},
        {"limit", {.limit = 2}, "r4 r3 "},
        {"next page", {.before_id = "r3", .limit = 2}, "r2 r1 "},
        {"page after an unknown id", {.before_id = "none"}, ""},
        {"text that is SQL", {.sender = "' OR 1=1 --"}, ""},
        {"text with NUL", {.sender = std::string("a\0b", 3)}, ""},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        CHECK(ids(row.filter) == row.expected);
        RecordFilter unlimited = row.filter;
        unlimited.limit = 1;
        if (row.filter.limit == 100)
            CHECK(journal.count(unlimited).value_or(99) ==
                  static_cast<std::uint64_t>(std::ranges::count(std::string(row.expected), ' ')));
    }
}

TEST_CASE_FIXTURE(Fixture, "hostile text is stored, made valid, and cut with a mark") {
    Record record = sample_record("r1");
    record.subject = std::string("a\0b\xff", 4) + "'); DROP TABLE journal; --";
    record.header_from = std::string(limits::record_text_bytes + 100, 'x');
    record.recipients = {"line\nbreak@example.org", "", "last@example.org"};
    record.reasons = std::string(limits::record_json_bytes + 1, '1');
    record.findings = "";
    REQUIRE(journal.append(std::span(&record, 1)).has_value());
    const auto out = journal.get("r1");
    REQUIRE(out.has_value());
    CHECK(out->subject == "a\xEF\xBF\xBD"
                          "b\xEF\xBF\xBD'); DROP TABLE journal; --");
    CHECK(out->header_from.size() == limits::record_text_bytes);
    CHECK(out->header_from.ends_with("x\xE2\x80\xA6"));
    CHECK(out->recipients == std::vector<std::string>{"line\xEF\xBF\xBD"
                                                      "break@example.org",
                                                      "", "last@example.org"});
    CHECK(out->reasons == R"(["not kept: too long, or not UTF-8"])");
    CHECK(out->findings == "[]");
}

TEST_CASE_FIXTURE(Fixture, "a listing is bounded") {
    for (std::size_t done = 0; done < limits::listing_rows + 10; done += 10) {
        std::vector<Record> records;
        for (std::size_t index = done; index < done + 10; ++index)
            records.push_back(sample_record("r" + std::to_string(index), static_cast<std::int64_t>(index)));
        REQUIRE(journal.append(records).has_value());
    }
    CHECK(journal.list({.limit = 1'000'000})->size() == limits::listing_rows);
}

TEST_CASE_FIXTURE(Fixture,
                  "records are found by what their links lead to, by attachments, by login and queue id") {
    Record one = sample_record("r1", 1), two = sample_record("r2", 2);
    one.link_domains = {"www.Bad.example", "www.bad.example", "cdn.example"};
    one.attachment_sha256 = {std::string(64, 'B'), std::string(64, 'b')};
    one.sasl_login = "acme";
    one.queue_id = "4F3";
    two.link_domains = {"bad.example.", "xbad.example"};
    REQUIRE(journal.append(std::vector{one, two}).has_value());
    auto by_link = [&](const char* domain) { return ids({.link_domain = domain}); };
    CHECK(by_link("bad.example") == "r2 r1 ");
    CHECK(by_link("WWW.bad.example") == "r1 ");
    CHECK(by_link("ad.example") == "");
    CHECK(by_link("example") == "r2 r1 ");
    CHECK(by_link("cdn.example.net") == "");
    CHECK(by_link("") == "");
    CHECK(ids({.attachment_sha256 = std::string(64, 'b')}) == "r1 ");
    CHECK(ids({.attachment_sha256 = std::string(64, 'c')}) == "");
    CHECK(ids({.sasl_login = "acme"}) == "r1 ");
    CHECK(ids({.queue_id = "4F3"}) == "r1 ");
    const auto back = journal.get("r1");
    REQUIRE(back.has_value());
    CHECK(back->sasl_login == "acme");
    CHECK(back->queue_id == "4F3");
}

TEST_CASE_FIXTURE(Fixture, "the next hop's answers go in together with new records, or not at all") {
    Record one = sample_record("r1", 1), two = sample_record("r2", 2);
    one.next_hop_reply.clear();
    REQUIRE(journal.append(std::span(&one, 1)).has_value());
    const std::vector<NextHopReply> replies{{"r1", "250 2.0.0 ok"}}, unknown{{"r9", "250"}};
    REQUIRE(journal.append(std::span(&two, 1), {}, replies).has_value());
    CHECK(journal.get("r1")->next_hop_reply == "250 2.0.0 ok");
    const Record three = sample_record("r3", 3);
    CHECK(journal.append(std::span(&three, 1), {}, unknown).error().code == ErrorCode::not_found);
    CHECK_FALSE(journal.get("r3").has_value());
}

TEST_CASE_FIXTURE(Fixture, "old records go, the oldest first, but not those whose message waits") {
    std::vector<Record> records;
    for (int number = 0; number < 5; ++number)
        records.push_back(sample_record("r" + std::to_string(number), number));
    std::vector<Held> held = {sample_held("h1", "r1"), sample_held("h2", "r2")};
    REQUIRE(journal.append(records, held).has_value());
    HeldStore holding(database);
    REQUIRE(
        holding.move("h2", HeldState::held, HeldState::discarded, {"a", ""}, after_noon(9), "").has_value());
    CHECK(journal.remove_before(after_noon(4), 2).value() == 2);  // r0 and r2: r1 waits
    CHECK_FALSE(journal.get("r0").has_value());
    CHECK(journal.get("r1").has_value());
    CHECK_FALSE(journal.get("r2").has_value());
    CHECK_FALSE(holding.get("h2").has_value());
    CHECK(holding.acts("h2")->empty());
    CHECK(journal.remove_before(after_noon(4), 2).value() == 1);  // r3
    CHECK(journal.remove_before(after_noon(4), 2).value() == 0);
    CHECK(journal.count({}).value() == 2);
    CHECK(journal.list({.recipient = "one@example.org"})->size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "copies of one text are found by the fingerprint of any of them") {
    std::vector<Record> records;
    const std::uint64_t texts[] = {0xF0F0F0F0F0F0F0F0, 0xF0F0F0F0F0F0F0FF, 0x0F0F0F0F0F0F0F0F, 0};
    for (int number = 0; number < 4; ++number) {
        records.push_back(sample_record("r" + std::to_string(number), number));
        records.back().text_fingerprint = texts[number];
    }
    REQUIRE(journal.append(records).has_value());
    const auto like = [&](std::uint64_t text) {
        return RecordFilter{.text_fingerprints = journal.similar_fingerprints(text).value()};
    };
    CHECK(ids(like(texts[0])) == "r1 r0 ");
    CHECK(ids(like(texts[2])) == "r2 ");
    CHECK(ids(like(0)) == "");
    CHECK(ids(like(0x123456789ABCDEF0)) == "");
    CHECK(journal.count(like(texts[1])).value() == 2);
    CHECK(journal.get("r2")->text_fingerprint == texts[2]);
    CHECK(journal.get("r3")->text_fingerprint == 0);
}
