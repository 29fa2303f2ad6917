// What a hunt says of a mail that it found: whether somebody got it, and what was known of it.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/hunt_report.hpp"

using namespace tocsin;
using namespace tocsin::cli;
using store::HeldState;

namespace {

FoundMail found_mail() {
    FoundMail mail;
    mail.facts.record_id = "r1";
    mail.facts.time = TimePoint{1'767'268'800'000'000};
    mail.facts.direction = "inbound";
    mail.facts.mail_from = "a@sender.example";
    mail.facts.recipient = "b@example.com";
    mail.facts.recipients = 3;
    mail.facts.subject = "Your invoice\x1b[31m";
    mail.in_journal = InJournal::yes;
    mail.rules = {"Invoice", "Stranger"};
    mail.verdict = "clean";
    mail.disposition = "accept";
    return mail;
}

}  // namespace

TEST_CASE("delivered is what passed and was not refused, and what a person released") {
    struct Row {
        const char* disposition;
        std::uint64_t passed_to;
        const char* reply;
        std::optional<HeldState> held;
        bool delivered;
    };
    for (const Row& row : {
             Row{"accept", 2, "250 2.0.0 queued", std::nullopt, true},
             Row{"accept", 2, "550 5.7.1 no", std::nullopt, false},
             Row{"accept", 2, "451 later", std::nullopt, false},
             Row{"accept", 0, "", std::nullopt, true},  // HTTP: who asked passes it on
             Row{"tag", 1, "", std::nullopt, true}, Row{"hold", 0, "", std::nullopt, false},
             Row{"hold", 0, "", HeldState::held, false}, Row{"hold", 0, "", HeldState::discarded, false},
             Row{"quarantine", 0, "", HeldState::released, true},
             Row{"quarantine", 0, "", HeldState::releasing, true},   // it may have been
             Row{"quarantine", 1, "250 ok", HeldState::held, true},  // some of its recipients got it
         }) {
        CAPTURE(row.disposition);
        CAPTURE(row.reply);
        FoundMail mail = found_mail();
        mail.disposition = row.disposition;
        mail.facts.passed_to = row.passed_to;
        mail.next_hop_reply = row.reply;
        mail.held_state = row.held;
        CHECK(was_delivered(mail) == row.delivered);
    }
}

TEST_CASE("what was known of a mail: a person's decision, else the verdict") {
    struct Row {
        const char* verdict;
        std::optional<HeldState> held;
        KnownAs known;
    };
    for (const Row& row : {
             Row{"clean", std::nullopt, KnownAs::good},
             Row{"suspicious", std::nullopt, KnownAs::unknown},
             Row{"unscannable", HeldState::held, KnownAs::unknown},
             Row{"phish", HeldState::held, KnownAs::hostile},
             Row{"malware", std::nullopt, KnownAs::hostile},
             Row{"phish", HeldState::released, KnownAs::good},
             Row{"clean", HeldState::discarded, KnownAs::hostile},
         }) {
        CAPTURE(row.verdict);
        FoundMail mail = found_mail();
        mail.verdict = row.verdict;
        mail.held_state = row.held;
        CHECK(known_as(mail) == row.known);
    }
}

TEST_CASE("a mail that is found, in words and as JSON") {
    FoundMail mail = found_mail();
    mail.next_hop_reply = "250 2.0.0 queued";
    mail.same_text = 214;
    CHECK(found_lines(mail).starts_with(
        "2026-01-01T12:00:00.000Z inbound r1  accept; the next hop said: 250 2.0.0 queued\n"
        "    from a@sender.example to b@example.com and 2 more\n"
        "    Your invoice"));
    CHECK(found_lines(mail).find('\x1b') == std::string::npos);
    CHECK(
        found_lines(mail).ends_with("    rules: Invoice; Stranger\n"
                                    "    214 messages have this text: tocsin journal list --campaign r1\n"));
    mail.held_state = HeldState::released;
    mail.decided_by = "anna";
    mail.disposition = "hold";
    mail.in_journal = InJournal::no;
    mail.next_hop_reply.clear();
    CHECK(found_lines(mail).find("hold, now released by anna; its record is not in the journal\n") !=
          std::string::npos);
    const auto json = found_json(mail).at("found");
    CHECK(json.at("id") == "r1");
    CHECK(json.at("delivered") == true);
    CHECK(json.at("held_state") == "released");
    CHECK(json.at("in_journal") == false);
    CHECK(json.at("recipients") == 3);
    CHECK(json.at("rules").size() == 2);
}

TEST_CASE("the counts at the end say what was not looked at") {
    HuntReport report;
    report.since = TimePoint{1'767'268'800'000'000};
    report.until = TimePoint{1'767'272'400'000'000};
    report.looked_at = 10;
    report.found = 2;
    report.delivered = 1;
    report.in_journal = 120;
    report.rules["/r/a.yml"] = {{"Fires", 2, 8, 0, 3, 1, 100}, 1};
    report.rules["/r/b.yml"] = {{"Silent", 0, 5, 5, 0, 0, 100}, 0};
    report.not_kept.counts = {100, 1, 2, 3};
    CHECK(report.no_longer_kept() == 4);
    const std::string text = hunt_text(report, false);
    CHECK(text.find("     75 %  Fires\n") != std::string::npos);
    CHECK(text.find("Silent") == std::string::npos);
    CHECK(text.find("1 of 2 rules were undecided about some mail: --all shows which\n") != std::string::npos);
    CHECK(text.find("From 2026-01-01T12:00:00.000Z to 2026-01-01T13:00:00.000Z: 10 mails looked at, 2 found, "
                    "1 of them "
                    "delivered or sent\n") != std::string::npos);
    for (const char* line :
         {"100 copies of a mailing of which one is kept\n", "1 not kept: larger than hunt.message_bytes\n",
          "2 not kept: more came than the disk took\n", "3 not kept: the disk was full or broken\n",
          "4 no longer kept, or came while nothing was kept, or were counted in the last seconds\n"})
        CHECK(text.find(line) != std::string::npos);
    CHECK(hunt_text(report, true).find("Silent") != std::string::npos);
    report.end = SweepEnd::interrupted;
    CHECK(hunt_text(report, false).ends_with("Interrupted: the rest was not looked at.\n"));
    CHECK(hunt_json(report).at("summary").at("not_kept").at("copy") == 100);
    CHECK(hunt_json(report).at("summary").at("interrupted") == true);
}
