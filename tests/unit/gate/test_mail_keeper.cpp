// Keeping mail for looking again: what is kept once, what is not kept and why, and that nobody waits for it.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "gate/mail_keeper.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "store/kept_mail_reader.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using store::NotKeptWhy;

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

class SetClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return time; }
    TimePoint time = test::noon;
};

struct Mail {
    store::Record record;
    scan::ScanReport report;
    std::uint64_t passed_to = 2;
    std::string content = "Subject: x\r\n\r\nbody\r\n";

    [[nodiscard]] MailToKeep view() const { return {record, report, passed_to, as_bytes(content)}; }
};

/// One of a mailing.
Mail bulk(std::string id) {
    Mail mail;
    mail.record = test::sample_record(std::move(id));
    mail.record.verdict = "clean";
    mail.record.disposition = "accept";
    mail.record.text_fingerprint = 0x1234;
    mail.record.link_domains = {"a.example", "b.example"};
    mail.record.attachment_sha256 = {std::string(64, 'a')};
    mail.report.findings.push_back({"rules", "Some rule", scan::Severity::info, "words", 0});
    return mail;
}

struct Keeping {
    explicit Keeping(std::size_t message_bytes = 1U << 20, std::uint64_t bytes_max = 1U << 30)
        : kept(*store::KeptMailStore::open(folder.path() / "hunt",
                                           {.bytes_max = bytes_max, .disk_free_bytes = 0})),
          blocking(loop, 1, 16), keeper(kept, blocking, clock, log, message_bytes) {}

    /// Writes what was offered.
    void write() {
        net::TaskGroup group(loop, 1);
        loop.spawn([&](net::Fiber& fiber) {
            REQUIRE(group.spawn([&](net::Fiber& own) { keeper.write_for_ever(own); }).has_value());
            group.stop_and_join(fiber, net::no_deadline);
        });
        loop.run();
    }
    [[nodiscard]] std::uint64_t not_kept(NotKeptWhy why) const {
        return keeper.counts().not_kept.at(static_cast<std::size_t>(why));
    }

    test::TemporaryFolder folder;
    SetClock clock;
    RememberingLog log;
    store::KeptMailStore kept;
    net::Loop loop;
    net::BlockingPool blocking;
    MailKeeper keeper;
};

std::vector<store::KeptEntry> entries_in(const Keeping& keeping) {
    std::vector<store::KeptEntry> entries;
    auto reader = store::KeptMailReader::open(keeping.folder.path() / "hunt", {});
    while (auto entry = reader->next()) {
        REQUIRE(entry->has_value());
        entries.push_back(std::move(**entry));
    }
    return entries;
}

}  // namespace

TEST_CASE("a mail is kept with the facts of its record") {
    Keeping keeping;
    const Mail mail = bulk("r1");
    keeping.keeper.offer(mail.view());
    CHECK(keeping.keeper.counts().kept == 0);  // nobody waited
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 1);
    const auto entries = entries_in(keeping);
    REQUIRE(entries.size() == 1);
    const auto& kept = std::get<store::KeptMail>(entries[0]);
    CHECK(kept.facts.record_id == "r1");
    CHECK(kept.facts.time == mail.record.time);
    CHECK(kept.facts.recipient == "one@example.org");
    CHECK(kept.facts.recipients == 2);
    CHECK(kept.facts.passed_to == 2);
    CHECK(kept.facts.customer == "acme");
    CHECK(kept.facts.text_fingerprint == 0x1234);
    CHECK(as_text(kept.content) == mail.content);
}

TEST_CASE("of a mailing the first is kept, and the others are counted") {
    Keeping keeping;
    for (const char* id : {"r1", "r2", "r3"}) keeping.keeper.offer(bulk(id).view());
    keeping.write();
    keeping.keeper.offer(bulk("r4").view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 1);
    CHECK(keeping.not_kept(NotKeptWhy::copy) == 3);
    const auto entries = entries_in(keeping);
    REQUIRE(entries.size() == 3);  // the mail, and what was counted beside each
    CHECK(std::get<store::NotKept>(entries[1]).of(NotKeptWhy::copy) == 2);
    CHECK(std::get<store::NotKept>(entries[1]).direction == "outbound");
    CHECK(std::get<store::NotKept>(entries[2]).of(NotKeptWhy::copy) == 1);
}

TEST_CASE("what differs in more than words and paths is another mail") {
    const auto same = campaign_key(bulk("r1").view());
    REQUIRE(same.has_value());
    Mail other = bulk("r2");
    bool is_copy = false;
    SUBCASE("recipient, size, subject and envelope sender do not tell copies apart") {
        other.record.recipients = {"third@example.org"};
        other.record.size_bytes = 5;
        other.record.subject = "Dear Anna";
        other.record.mail_from = "bounce-17@customer.example";
        is_copy = true;
    }
    SUBCASE("nor does the order in which links and files stand") {
        other.record.link_domains = {"b.example", "a.example"};
        is_copy = true;
    }
    SUBCASE("direction") {
        other.record.direction = "inbound";
    }
    SUBCASE("customer") {
        other.record.customer = "another";
    }
    SUBCASE("From") {
        other.record.header_from = "thief@customer.example";
    }
    SUBCASE("a further host") {
        other.record.link_domains.emplace_back("evil.example");
    }
    SUBCASE("another host") {
        other.record.link_domains[1] = "evil.example";
    }
    SUBCASE("attachment") {
        other.record.attachment_sha256 = {std::string(64, 'b')};
    }
    SUBCASE("verdict") {
        other.record.verdict = "suspicious";
    }
    SUBCASE("disposition") {
        other.record.disposition = "hold";
    }
    SUBCASE("whether anybody got it") {
        other.passed_to = 0;
    }
    SUBCASE("a finding") {
        other.report.findings.push_back({"rules", "Another", scan::Severity::info, "", 0});
    }
    CHECK((campaign_key(other.view()) == same) == is_copy);
}

TEST_CASE("a text that is similar is a copy, another one is not, and the first of many texts is forgotten") {
    Keeping keeping;
    Mail mail = bulk("r1");
    keeping.keeper.offer(mail.view());
    mail.record.text_fingerprint ^= 0x11;
    keeping.keeper.offer(mail.view());
    CHECK(keeping.not_kept(NotKeptWhy::copy) == 1);
    for (std::uint64_t number = 1; number <= 8; ++number) {
        mail.record.text_fingerprint = number * 0x1111'1111'1111'1111;
        keeping.keeper.offer(mail.view());
    }
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 9);
    keeping.keeper.offer(mail.view());
    keeping.keeper.offer(bulk("r1").view());
    keeping.write();
    CHECK(keeping.not_kept(NotKeptWhy::copy) == 2);
    CHECK(keeping.keeper.counts().kept == 10);
}

TEST_CASE("a mail stands for itself when little is known of it") {
    Mail mail = bulk("r1");
    SUBCASE("too little text") {
        mail.record.text_fingerprint = 0;
    }
    SUBCASE("no verdict") {
        mail.record.outcome = "timed_out";
    }
    SUBCASE("more links than a record names") {
        for (std::size_t number = 0; number < limits::record_link_domains; ++number)
            mail.record.link_domains.push_back(std::to_string(number) + ".example");
    }
    CHECK_FALSE(campaign_key(mail.view()).has_value());
    Keeping keeping;
    keeping.keeper.offer(mail.view());
    keeping.keeper.offer(mail.view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 2);
}

TEST_CASE("a mailing is kept anew when the file of the first one is gone") {
    Keeping keeping;
    keeping.keeper.offer(bulk("r1").view());
    keeping.write();
    keeping.clock.time = test::after_noon(7'200);
    Mail other = bulk("r2");
    other.record.customer = "another";
    keeping.keeper.offer(other.view());
    keeping.write();
    REQUIRE(keeping.kept.remove_before(test::after_noon(7'200)).value() == 1);
    for (const char* id : {"r3", "r4"}) keeping.keeper.offer(bulk(id).view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 3);
    CHECK(keeping.not_kept(NotKeptWhy::copy) == 1);
}

TEST_CASE("what is too large is counted") {
    Keeping keeping(100);
    Mail mail = bulk("r1");
    mail.content = std::string(101, 'x');
    keeping.keeper.offer(mail.view());
    mail.content.pop_back();
    keeping.keeper.offer(mail.view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 1);
    CHECK(keeping.not_kept(NotKeptWhy::too_large) == 1);
    CHECK(keeping.log.text.empty());
}

TEST_CASE("a queue that is full takes nothing more, says so once, and once when that is over") {
    Keeping keeping(limits::kept_message_bytes);
    Mail mail = bulk("r1");
    mail.record.text_fingerprint = 0;
    std::size_t fit = 0;
    SUBCASE("with messages") {
        fit = limits::kept_queue_messages;
    }
    SUBCASE("with bytes") {
        mail.content = std::string(limits::kept_queue_bytes / 4, 'x');
        fit = 4;
    }
    SUBCASE("with one that is larger than the queue") {
        mail.content = std::string(limits::kept_queue_bytes + 1, 'x');
        fit = 1;
    }
    for (std::size_t number = 0; number < fit + 3; ++number) keeping.keeper.offer(mail.view());
    CHECK(keeping.not_kept(NotKeptWhy::queue_full) == 3);
    CHECK(keeping.log.text == "hunt.not_kept error=more mail comes than the disk takes: the queue is full\n");
    keeping.write();
    CHECK(keeping.keeper.counts().kept == fit);
    CHECK(keeping.log.text.ends_with("full\nhunt.kept_again not_kept=3\n"));
    keeping.keeper.offer(mail.view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == fit + 1);
}

TEST_CASE("a disk that does not take it loses kept mail and nothing else; a copy is kept when it is mended") {
    Keeping keeping;
    const std::filesystem::path folder = keeping.folder.path() / "hunt";
    std::filesystem::rename(folder, keeping.folder.path() / "away");
    for (const char* id : {"r1", "r2"}) keeping.keeper.offer(bulk(id).view());
    keeping.write();
    keeping.keeper.offer(bulk("r3").view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 0);
    CHECK(keeping.not_kept(NotKeptWhy::not_written) == 2);
    CHECK(keeping.not_kept(NotKeptWhy::copy) == 1);
    CHECK(keeping.log.text.starts_with("hunt.not_kept error="));
    CHECK(keeping.log.text.find("hunt.not_kept", 1) == std::string::npos);
    std::filesystem::rename(keeping.folder.path() / "away", folder);
    keeping.keeper.offer(bulk("r4").view());
    keeping.write();
    CHECK(keeping.keeper.counts().kept == 1);
    CHECK(keeping.log.text.ends_with("hunt.kept_again not_kept=2\n"));
    // What was counted while nothing could be written is written down now.
    const auto entries = entries_in(keeping);
    REQUIRE(entries.size() == 2);
    CHECK(std::get<store::NotKept>(entries[1]).of(NotKeptWhy::not_written) == 2);
    CHECK(std::get<store::NotKept>(entries[1]).of(NotKeptWhy::copy) == 1);
}
