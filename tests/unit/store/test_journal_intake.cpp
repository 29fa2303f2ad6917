#include <doctest/doctest.h>

#include <soci/soci.h>

#include "base/limits.hpp"
#include "store/detail/intake_entry.hpp"
#include "store/detail/session.hpp"
#include "store/journal_store.hpp"
#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;
using test::sample_record;

namespace {

struct Fixture {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal{database};

    long long rows_of(const std::string& table) {
        long long rows = 0;
        database.state().writer << "SELECT COUNT(*) FROM " + table, soci::into(rows);
        return rows;
    }
    void take_in(const std::string& id) {
        const Record record = sample_record(id);
        REQUIRE(journal.take_in(std::span(&record, 1)).has_value());
    }
};

Record full_record() {
    Record record = sample_record("r1");
    record.client_name = "host.example";
    record.sasl_login = "anna";
    record.queue_id = "4XYZ";
    record.text_fingerprint = 0xFEDC'BA98'7654'3210;
    record.link_domains = {"www.example.com", "b.example"};
    record.attachment_sha256 = {std::string(64, 'b')};
    return record;
}

}  // namespace

TEST_CASE("an entry of the intake comes back as it was") {
    const Record in = full_record();
    const NextHopReply reply{"r0", "250 \"2.0.0\" ok"};
    const auto out = decode_intake(encode_intake({&in, 1}, {&reply, 1}));
    REQUIRE(out.has_value());
    REQUIRE(out->records.size() == 1);
    const Record& record = out->records[0];
    const auto texts = [](const Record& one) {
        return std::vector<std::string>{one.id,         one.direction,   one.listener,    one.client_ip,      one.client_name,
                                        one.sasl_login, one.queue_id,    one.helo,        one.mail_from,      one.subject,
                                        one.header_from, one.message_id, one.verdict,     one.disposition,    one.reasons,
                                        one.findings,   one.outcome,     one.customer,    one.held_id,        one.next_hop_reply,
                                        one.engine_version, one.content_sha256};
    };
    CHECK(texts(record) == texts(in));
    CHECK(record.time == in.time);
    CHECK(record.recipients == in.recipients);
    CHECK(record.link_domains == in.link_domains);
    CHECK(record.attachment_sha256 == in.attachment_sha256);
    CHECK(record.size_bytes == in.size_bytes);
    CHECK(record.ambiguous == in.ambiguous);
    CHECK(record.elapsed_us == in.elapsed_us);
    CHECK(record.text_fingerprint == in.text_fingerprint);
    REQUIRE(out->replies.size() == 1);
    CHECK(out->replies[0].record_id == "r0");
    CHECK(out->replies[0].reply == reply.reply);
}

TEST_CASE("a moment before 1970, empty lists and no records come back as they were") {
    Record in;
    in.id = "r1";
    in.time = TimePoint{-1};
    in.ambiguous = true;
    in.watch_number = UINT64_MAX;
    const auto out = decode_intake(encode_intake({&in, 1}, {}));
    REQUIRE(out.has_value());
    REQUIRE(out->records.size() == 1);
    CHECK(out->records[0].time == in.time);
    CHECK(out->records[0].ambiguous);
    CHECK(out->records[0].watch_number == UINT64_MAX);
    CHECK(out->records[0].recipients.empty());
    CHECK(out->records[0].watched.empty());
    const NextHopReply reply{"r0", ""};
    CHECK(decode_intake(encode_intake({}, {&reply, 1}))->replies.size() == 1);
}

TEST_CASE("an entry that an earlier version wrote is read") {
    const auto out = decode_intake(
        R"({"records":[{"id":"r1","subject":"Sch\u00f6n","recipients":["a@b.example"],"reasons":"[]","time_us":5,"size_bytes":6,)"
        R"("ambiguous":true,"elapsed_us":7,"text_fingerprint":8}],"replies":[["r0","250 ok"]]})");
    REQUIRE(out.has_value());
    REQUIRE(out->records.size() == 1);
    CHECK(out->records[0].subject == "Sch\u00f6n");
    CHECK(out->records[0].recipients == std::vector<std::string>{"a@b.example"});
    CHECK(out->records[0].time == TimePoint{5});
    CHECK(out->records[0].text_fingerprint == 8);
    CHECK(out->replies[0].reply == "250 ok");
}

TEST_CASE("an entry that was cut anywhere, or has a byte too many, is an error") {
    const Record in = full_record();
    const NextHopReply reply{"r0", "250 ok"};
    const std::string whole = encode_intake({&in, 1}, {&reply, 1});
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        CAPTURE(bytes);
        // A buffer of just that size: who reads behind it is found.
        const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
        CHECK(decode_intake({cut.data(), cut.size()}).error().code == ErrorCode::corrupt);
    }
    CHECK(!decode_intake(whole + "0"));
}

TEST_CASE("what is not an entry is an error") {
    for (const char* entry : {"", "{}", "[]", R"({"records":[{}]})", R"({"records":1})", R"({"records":[],"replies":[["a"]]})",
                              R"({"records":[],"replies":[[1,2]]})", "2;", "2;0;", "2;0;0;0;", "2;-1;0;",
                              "2;18446744073709551616;0;", "2;1;0;",
                              "2;99999999;", "2;0;1;5:a", "2;0;1;1:a", "3;0;0;"}) {
        CAPTURE(entry);
        const auto out = decode_intake(entry);
        REQUIRE(!out.has_value());
        CHECK(out.error().code == ErrorCode::corrupt);
    }
}

TEST_CASE_FIXTURE(Fixture, "hostile text is taken in, valid and cut") {
    Record record = sample_record("r1");
    record.subject = std::string("a\0b\xFF", 4) + std::string(limits::record_text_bytes, 'x');
    record.recipients = {std::string("bad\xC3", 4)};
    record.findings = "\xFF";
    REQUIRE(journal.take_in(std::span(&record, 1)).has_value());
    const auto out = journal.get("r1");
    REQUIRE(out.has_value());
    CHECK(out->subject.starts_with("a\xEF\xBF\xBD" "b\xEF\xBF\xBD"));
    CHECK(out->subject.size() <= limits::record_text_bytes);
    CHECK(out->recipients == std::vector<std::string>{"bad\xEF\xBF\xBD"});
    CHECK(out->findings == R"(["not kept: too long, or not UTF-8"])");
}

TEST_CASE_FIXTURE(Fixture, "what was taken in is found at once, by everything, and filed once") {
    const Record record = full_record();
    REQUIRE(journal.take_in(std::span(&record, 1)).has_value());
    CHECK(rows_of("journal") == 0);
    RecordFilter by_link, by_attachment, by_recipient;
    by_link.link_domain = "example.com";
    by_attachment.attachment_sha256 = std::string(64, 'b');
    by_recipient.recipient = "two@EXAMPLE.net";
    CHECK(journal.count(by_link) == 1);
    CHECK(rows_of("journal_intake") == 0);
    CHECK(journal.count(by_attachment) == 1);
    CHECK(journal.count(by_recipient) == 1);
    CHECK(journal.similar_fingerprints(record.text_fingerprint)->size() == 1);
    CHECK(journal.file_away() == 0);
    CHECK(rows_of("journal") == 1);
}

TEST_CASE_FIXTURE(Fixture, "replies find records that were taken in before them, together or earlier") {
    take_in("r1");
    const Record second = sample_record("r2");
    const std::vector<NextHopReply> replies = {{"r1", "250 first"}, {"r2", "250 second"}, {"gone", "250 nobody"}};
    REQUIRE(journal.take_in(std::span(&second, 1), replies).has_value());
    CHECK(journal.get("r1")->next_hop_reply == "250 first");
    CHECK(journal.get("r2")->next_hop_reply == "250 second");
    REQUIRE(journal.take_in({}, std::vector<NextHopReply>{{"r1", "250 again"}}).has_value());
    CHECK(journal.get("r1")->next_hop_reply == "250 again");
    CHECK(journal.unfiled()->empty());
}

TEST_CASE_FIXTURE(Fixture, "filing takes one batch after the other") {
    const std::size_t rows = limits::filing_batch + 3;
    for (std::size_t number = 0; number < rows; ++number) take_in("r" + std::to_string(number));
    CHECK(journal.file_away() == limits::filing_batch);
    CHECK(rows_of("journal") == static_cast<long long>(limits::filing_batch));
    CHECK(journal.file_away() == 3);
    CHECK(journal.file_away() == 0);
    // One row may hold more than a batch; it is never split.
    std::vector<Record> many;
    for (std::size_t number = 0; number < limits::journal_batch; ++number)
        many.push_back(sample_record("m" + std::to_string(number)));
    REQUIRE(journal.take_in(many).has_value());
    many.push_back(sample_record("too many"));
    CHECK(journal.take_in(many).error().code == ErrorCode::limit);
    CHECK(journal.file_away() == 1);
    CHECK(journal.count({}) == rows + limits::journal_batch);
}

TEST_CASE_FIXTURE(Fixture, "an entry that cannot be filed stands in nobody's way, and is kept") {
    take_in("before");
    take_in("same");
    take_in("same");
    database.state().writer << "INSERT INTO journal_intake (number, entry) VALUES (50, 'not JSON')";
    database.state().writer << "INSERT INTO journal_intake (number, entry) VALUES (51, '{}')";
    take_in("after");
    CHECK(journal.get("before").has_value());
    CHECK(journal.get("same").has_value());
    CHECK(journal.get("after").has_value());
    CHECK(journal.unfiled()->size() == 3);
    CHECK(rows_of("journal_intake") == 3);
    take_in("later");
    CHECK(journal.get("later").has_value());
    CHECK(journal.unfiled()->size() == 3);
}
