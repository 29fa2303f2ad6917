// Mail that goes round the filters: what is seen, for whom it is held, and what is not held against anybody.
#include "gate/detours.hpp"

#include <doctest/doctest.h>

using namespace tocsin;
using namespace tocsin::gate;

namespace {

constexpr std::int64_t hour = 3'600LL * 1'000'000;

TimePoint at(std::int64_t hours) {
    return {1'700'000'000LL * 1'000'000 + hours * hour};
}

DetourRules rules(DetourMode mode = DetourMode::hold) {
    return {
        .mode = mode,
        .window_us = 24 * hour,
        .is_free_mail = [](std::string_view domain) { return domain == "gmail.com" || domain == "gmx.de"; },
        .is_file_store = [](std::string_view host) { return host == "dropbox.com" || host == "we.tl"; }};
}

/// Anna of the house writes to her own mailbox.
struct Mail {
    Envelope envelope;
    scan::ScanReport report;
    bool ours = true;

    Mail() {
        envelope.direction = mail::Direction::outbound;
        envelope.recipients = {"anna.muster@gmail.com"};
        report.facts.header_from = "anna.muster@company.example";
        report.facts.header_from_name = "Anna Muster";
        report.facts.subject = "offer";
        report.facts.attachment_sha256 = {std::string(64, 'a')};
    }
    std::optional<FoundDetour> find(const BlockedFiles& blocked = BlockedFiles(), TimePoint now = at(0),
                                    DetourMode mode = DetourMode::hold) const {
        return find_detour(rules(mode), blocked, {envelope, report, ours}, now);
    }
};

/// A link from a partner.
Mail link(const char* url = "https://www.dropbox.com/s/x") {
    Mail mail;
    mail.ours = false;
    mail.envelope.direction = mail::Direction::inbound;
    mail.envelope.recipients = {"bert@company.example"};
    mail.report.facts = {};
    mail.report.facts.header_from = "Partner@firm.example";
    mail.report.urls = {{"https://firm.example/", "html"}, {url, "html"}};
    return mail;
}

store::Record blocked_record(const char* id, std::int64_t hours) {
    store::Record record;
    record.id = id;
    record.time = at(hours);
    record.direction = "inbound";
    record.header_from = "partner@firm.example";
    record.recipients = {"Bert@Company.example"};
    record.disposition = "quarantine";
    record.attachment_sha256 = {std::string(64, 'b')};
    return record;
}

BlockedFiles blocked(std::initializer_list<store::Record> records) {
    BlockedFiles out;
    for (const store::Record& record : records) out.note(record);
    return out;
}

}  // namespace

TEST_CASE("company mail to one's own mailbox elsewhere is held for that recipient, with words") {
    Mail mail;
    mail.envelope.recipients = {"client@gmail.com", "a.muster@gmail.com", "carl@company.example"};
    const auto found = mail.find();
    REQUIRE(found);
    CHECK(found->kind == Detour::own_mailbox);
    CHECK(found->recipients == std::vector<std::string>{"a.muster@gmail.com"});
    CHECK(found->reason.find("a.muster@gmail.com") != std::string::npos);
    CHECK(found->for_sender == found->coaching);
    CHECK(found->coaching.starts_with("Company papers stay in company mailboxes"));
    std::vector<Decision> decisions(3, Decision{Disposition::accept, "nothing found"});
    CHECK(hold_detour(*found, mail.envelope.recipients, decisions));
    CHECK(decisions[0].disposition == Disposition::accept);
    CHECK(decisions[1].disposition == Disposition::hold);
    CHECK(decisions[1].reason == found->reason);
    CHECK(decisions[2].disposition == Disposition::accept);
}

TEST_CASE("a file, an attached mail, or the company's mail below the text is something that leaves") {
    Mail mail;
    mail.report.facts.attachment_sha256.clear();
    CHECK_FALSE(mail.find());
    for (const char* subject : {"Fwd: offer", "WG: Angebot", "RE: offer", "tr: offre"}) {
        CAPTURE(subject);
        mail.report.facts.subject = subject;
        CHECK(mail.find());
    }
    mail.report.facts.subject = "regards";
    CHECK_FALSE(mail.find());
    scan::PartSummary inside;
    inside.depth = 1;
    inside.media_type = "message/rfc822";
    mail.report.parts = {inside};
    CHECK(mail.find());
}

TEST_CASE("what is nobody's own mailbox, or no employee's mail, is left alone") {
    Mail mail;
    SUBCASE("another person") {
        mail.envelope.recipients = {"bert.meier@gmail.com"};
    }
    SUBCASE("no free mail provider") {
        mail.envelope.recipients = {"anna.muster@muster.example"};
    }
    SUBCASE("a customer's mail") {
        mail.ours = false;
    }
    SUBCASE("inbound") {
        mail.envelope.direction = mail::Direction::inbound;
    }
    SUBCASE("from a free mailbox") {
        mail.report.facts.header_from = "anna.muster@gmx.de";
    }
    SUBCASE("without a sender") {
        mail.report.facts.header_from = "";
    }
    CHECK_FALSE(mail.find());
}

TEST_CASE(
    "a link to a file store after a file was held back is held for all, and a stranger is told nothing") {
    const BlockedFiles files = blocked({blocked_record("r1", -30), blocked_record("r2", -2)});
    const auto found = link().find(files);
    REQUIRE(found);
    CHECK(found->kind == Detour::link_after_file);
    CHECK(found->recipients.empty());
    CHECK(found->reason ==
          "a link to www.dropbox.com, 2 h after a file of the same sender was held back (record r2)");
    CHECK(found->for_sender.find("held back") == std::string::npos);
    CHECK(link("https://we.tl/t-x").find(files));
    std::vector<Decision> decisions{{Disposition::tag, "x"}, {Disposition::reject, "y"}};
    CHECK(hold_detour(*found, {"a@company.example", "b@company.example"}, decisions));
    CHECK(decisions[0].disposition == Disposition::hold);
    CHECK(decisions[1].disposition == Disposition::reject);
}

TEST_CASE("a link alone, another sender, another house, another time or a link elsewhere is no detour") {
    const BlockedFiles files = blocked({blocked_record("r1", -2)});
    CHECK_FALSE(link().find());
    CHECK_FALSE(link("https://notdropbox.com/").find(files));
    CHECK_FALSE(link("https://dropbox.com.evil.example/").find(files));
    CHECK_FALSE(link().find(files, at(23)));
    CHECK(link().find(files, at(21)));
    Mail other = link();
    other.report.facts.header_from = "other@firm.example";
    CHECK_FALSE(other.find(files));
    other = link();
    other.envelope.recipients = {"bert@elsewhere.example"};
    CHECK_FALSE(other.find(files));
    other = link();
    other.envelope.direction = mail::Direction::outbound;
    CHECK_FALSE(other.find(files));
}

TEST_CASE("what was released, passed, or had no file is not gone round") {
    BlockedFiles files = blocked({blocked_record("r1", -2)});
    files.note_release(blocked_record("r1", -2));
    CHECK(files.senders() == 0);
    store::Record record = blocked_record("r2", -2);
    for (const char* passed : {"accept", "tag", "tempfail"}) {
        record.disposition = passed;
        files.note(record);
    }
    record = blocked_record("r3", -2);
    record.attachment_sha256.clear();
    files.note(record);
    CHECK_FALSE(link().find(files));
    record = blocked_record("r5", -2);
    record.reasons =
        R"x(["a link to we.tl, 2 h after a file of the same sender was held back (record r1)","coaching: x"])x";
    files.note(record);
    CHECK_FALSE(link().find(files));
    // A name of a file that says the same is no reason of ours.
    record.reasons =
        R"x(["The attachment a link to x after a file of the same sender was held back (record )"])x";
    files.note(record);
    CHECK(link().find(files));
    files.note_release(record);
    files.note(blocked_record("r4", -3));
    files.note_release(blocked_record("r9", -3));
    CHECK(link().find(files));
}

TEST_CASE("a mode says what happens") {
    CHECK_FALSE(Mail().find(BlockedFiles(), at(0), DetourMode::off));
    const auto found = Mail().find(BlockedFiles(), at(0), DetourMode::observe);
    REQUIRE(found);
    std::vector<Decision> decisions{{Disposition::accept, "nothing found"}};
    CHECK(hold_detour(*found, {"anna.muster@gmail.com"}, decisions));
    CHECK(decisions[0].disposition == Disposition::accept);
    decisions = {{Disposition::quarantine, "malware"}};
    CHECK_FALSE(hold_detour(*found, {"anna.muster@gmail.com"}, decisions));
}

TEST_CASE("a flood of senders takes no more room, and the one of longest ago is forgotten first") {
    BlockedFiles files(3);
    for (int sender = 0; sender < 50; ++sender) {
        store::Record record = blocked_record("r", sender);
        record.header_from = "sender" + std::to_string(sender) + "@firm.example";
        for (int message = 0; message < 10; ++message) files.note(record);
        CHECK(files.senders() <= 3);
    }
    const std::vector<std::string> to = {"x@company.example"};
    CHECK(files.latest("inbound", "sender49@firm.example", to, at(0)));
    CHECK_FALSE(files.latest("inbound", "sender3@firm.example", to, at(0)));
    store::Record many = blocked_record("many", 100);
    many.recipients.clear();
    for (int domain = 0; domain < 100; ++domain)
        many.recipients.push_back("a@d" + std::to_string(domain) + ".example");
    files.note(many);
    CHECK(files.latest("inbound", "partner@firm.example", to, at(0)));
}
