#include <doctest/doctest.h>

#include <algorithm>

#include <string>

#include "base/limits.hpp"
#include "store/journal_store.hpp"
#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;
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
