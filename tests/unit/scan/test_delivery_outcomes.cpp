// Outcomes of mail as bounces and complaints tell them: every form, stripped ones, and what is written to have another blamed.
// One whole mail of each form stands in tests/golden/outcomes.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "scan/delivery_outcomes.hpp"
#include "scan/outcome_fields.hpp"
#include "scan/outcome_texts.hpp"
#include "scan_fixture.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using testing::ParsedMail;

namespace {

using Kind = ReportedKind;

constexpr std::string_view returned =
    "--b\nContent-Type: message/rfc822\n\nReturn-Path: <bounce@shop.example>\nMessage-ID: <1@shop.example>\n"
    "X-Tocsin-Record: rec1\nFrom: News <news@shop.example>\nTo: anna@reader.example\n\nhello\n";

std::string multipart(std::string_view parts, std::string_view subtype = "report",
                      std::string_view head = "") {
    return fmt::format(
        "From: MAILER-DAEMON@mx.example\nTo: envelope@shop.example\n{}MIME-Version: 1.0\nContent-Type: "
        "multipart/{}; boundary=b\n\n{}--b--\n",
        head, subtype, parts);
}

std::string dsn_part(std::string_view report) {
    return fmt::format("--b\n\ntext\n--b\nContent-Type: message/delivery-status\n\n{}\n", report);
}

/// A notification about one recipient's group.
std::string dsn(std::string_view group) {
    return multipart(dsn_part(fmt::format("Reporting-MTA: dns; mx.example\n\n{}", group)) +
                     std::string(returned));
}

std::string feedback(std::string_view report, std::string_view original = returned) {
    return multipart(
        fmt::format("--b\n\ntext\n--b\nContent-Type: message/feedback-report\n\n{}\n{}", report, original));
}

DeliveryOutcomes outcomes_of(std::string_view mail) {
    const ParsedMail parsed(mail);
    DeliveryOutcomes lf = delivery_outcomes(parsed.tree());
    // Line ends play no part.
    const ParsedMail with_crlf(testing::crlf(mail));
    CHECK(delivery_outcomes(with_crlf.tree()) == lf);
    return lf;
}

ReportedOutcome only_outcome(std::string_view mail) {
    const DeliveryOutcomes found = outcomes_of(mail);
    REQUIRE(found.outcomes.size() == 1);
    CHECK_FALSE(found.cut);
    return found.outcomes.front();
}

}  // namespace

TEST_CASE("a recipient's group of a delivery status notification") {
    struct Case {
        std::string group;
        Kind kind;
        std::string recipient, status, detail;
    };
    const std::string a = "a@reader.example";
    for (const Case& c : {
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: failed\nStatus: 5.1.1",
                  Kind::bounce_hard, a, "5.1.1", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: failed\nStatus: 4.4.7",
                  Kind::bounce_soft, a, "4.4.7", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: FAILED (permanently)\nStatus: 5.2.2 "
                  "(full)",
                  Kind::bounce_hard, a, "5.2.2", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: delayed\nStatus: 5.0.0",
                  Kind::bounce_soft, a, "5.0.0", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: relayed\nStatus: 2.0.0", Kind::delivered,
                  a, "2.0.0", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: expanded\nStatus: 2.0.0",
                  Kind::delivered, a, "2.0.0", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: delivered", Kind::delivered, a, "", ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: expired\nStatus: \nDiagnostic-Code: "
                  "timed out",
                  Kind::bounce_soft, a, "", "timed out"},
             // No action, or one that nobody knows: the class of the status tells.
             Case{"Final-Recipient: rfc822;a@reader.example\nStatus: 5.7.1", Kind::bounce_hard, a, "5.7.1",
                  ""},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: vanished\nStatus: 4.0.0",
                  Kind::bounce_soft, a, "4.0.0", ""},
             // No status: the server's answer tells.
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: failed\nDiagnostic-Code: smtp; 452 "
                  "4.2.2 full",
                  Kind::bounce_soft, a, "4.2.2", "smtp; 452 4.2.2 full"},
             Case{"Final-Recipient: rfc822;a@reader.example\nDiagnostic-Code: smtp; 550 no",
                  Kind::bounce_hard, a, "", "smtp; 550 no"},
             Case{"Final-Recipient: rfc822;a@reader.example\nAction: failed\nStatus: 5.1.1.1",
                  Kind::bounce_hard, a, "", ""},
             // Which address.
             Case{"Original-Recipient: rfc822;a@reader.example\nFinal-Recipient: "
                  "rfc822;b@inbox.example\nAction: failed",
                  Kind::bounce_hard, a, "", ""},
             Case{"Original-Recipient: x400;/S=A/\nFinal-Recipient: RFC822 ; <a@reader.example>\nAction: "
                  "failed",
                  Kind::bounce_hard, a, "", ""},
             Case{"Original-Recipient: rfc822;a+2Bx+3Dy@reader.example\nAction: failed", Kind::bounce_hard,
                  "a+x=y@reader.example", "", ""},
             Case{"Final-Recipient: rfc822;a+20@reader.example\nAction: failed", Kind::bounce_hard,
                  "a+20@reader.example", "", ""},
             Case{"Final-Recipient: a@reader.example\nAction: failed", Kind::bounce_hard, a, "", ""},
             Case{"Final-Recipient: LOCAL;a@reader.example\nAction: failed", Kind::bounce_hard, "", "", ""},
             Case{"Final-Recipient: rfc822;redacted@reader.example\nAction: failed", Kind::bounce_hard, "",
                  "", ""},
             Case{"Final-Recipient: rfc822;@\nAction: failed", Kind::bounce_hard, "", "", ""},
             Case{"Final-Recipient: rfc822;a@..\nAction: failed", Kind::bounce_hard, "", "", ""},
             Case{"Final-Recipient: rfc822;a@b c.example\nAction: failed", Kind::bounce_hard, "a@b", "", ""},
             Case{"Final-Recipient: rfc822;a@[192.0.2.1]\nAction: failed", Kind::bounce_hard, "a@[192.0.2.1]",
                  "", ""},
         }) {
        CAPTURE(c.group);
        const ReportedOutcome outcome = only_outcome(dsn(c.group));
        CHECK(to_string(outcome.kind) == to_string(c.kind));
        CHECK(outcome.recipient == c.recipient);
        CHECK(outcome.status == c.status);
        CHECK(outcome.detail == c.detail);
        CHECK(outcome.message_id == "<1@shop.example>");
        CHECK(outcome.record_id == "rec1");
        CHECK(outcome.original_mail_from == "bounce@shop.example");
        CHECK(outcome.original_from == "news@shop.example");
    }
}

TEST_CASE("groups: lines of blanks between them, no first group, several reports, a recipient named again") {
    const std::string a = "Final-Recipient: rfc822;a@x.example\nAction: failed\n";
    const std::string b = "Final-Recipient: rfc822;b@x.example\nAction: delayed\n";
    struct Case {
        std::string mail;
        std::vector<std::string> recipients;
    };
    for (const Case& c : {
             Case{multipart(dsn_part(a + "\n" + b)), {"a@x.example", "b@x.example"}},
             Case{multipart(dsn_part("\n\n\nReporting-MTA: dns; x\n \t\n" + a + "\n\n\n\n" + b)),
                  {"a@x.example", "b@x.example"}},
             Case{multipart(dsn_part("Reporting-MTA: dns; x\n" + a)), {"a@x.example"}},
             Case{multipart(dsn_part(a) + dsn_part(b)), {"a@x.example", "b@x.example"}},
             Case{multipart(dsn_part(a), "mixed"), {"a@x.example"}},
             Case{multipart(dsn_part(a + "\n" + b + "\n" + a +
                                     "\nFinal-Recipient: rfc822;A@X.example\nAction: delivered\n")),
                  {"a@x.example", "b@x.example"}},
             Case{multipart(dsn_part("Action: failed\n\nAction: failed\n")), {""}},
             Case{multipart(dsn_part("Reporting-MTA: dns; x\nStatus: 5.1.1\n")), {}},
             Case{multipart(dsn_part("")), {}},
             Case{multipart(dsn_part("no field at all")), {}},
             Case{multipart(dsn_part("Final-Recipient: rfc822;a@x.example\n")), {}},
         }) {
        CAPTURE(c.mail);
        std::vector<std::string> recipients;
        for (const ReportedOutcome& outcome : outcomes_of(c.mail).outcomes)
            recipients.push_back(outcome.recipient);
        CHECK(recipients == c.recipients);
    }
    // The envelope's sender, when no message came back: whom the notification is addressed to.
    CHECK(only_outcome(multipart(dsn_part(a))).original_mail_from == "envelope@shop.example");
    CHECK(only_outcome(multipart(dsn_part("X-Postfix-Sender: rfc822; s@shop.example\n\n" + a)))
              .original_mail_from == "s@shop.example");
}

TEST_CASE("complaints: full, redacted, stripped, and reports that are none") {
    const ReportedOutcome full =
        only_outcome(feedback("Feedback-Type: abuse\nOriginal-Mail-From: <m@shop.example>\nOriginal-Rcpt-To: "
                              "<a@reader.example>\nIncidents: 999999"));
    CHECK(full.kind == Kind::complaint);
    CHECK(full.recipient == "a@reader.example");
    CHECK(full.original_mail_from == "m@shop.example");
    CHECK(full.message_id == "<1@shop.example>");
    CHECK(full.record_id == "rec1");
    CHECK(full.detail == "abuse");

    SUBCASE("several recipients") {
        const DeliveryOutcomes two = outcomes_of(
            feedback("Feedback-Type: Fraud\nOriginal-Rcpt-To: a@x.example\nOriginal-Rcpt-To: b@x.example"));
        REQUIRE(two.outcomes.size() == 2);
        CHECK(two.outcomes[1].recipient == "b@x.example");
        CHECK(two.outcomes[1].detail == "Fraud");
    }
    SUBCASE("without a recipient the only one in To is taken, and nobody out of several") {
        CHECK(only_outcome(feedback("Feedback-Type: abuse")).recipient == "anna@reader.example");
        const std::string_view list =
            "--b\nContent-Type: text/rfc822-headers\n\nTo: a@x.example, b@x.example\nX-Tocsin-Record: rec2\n";
        const ReportedOutcome outcome = only_outcome(feedback("Feedback-Type: abuse", list));
        CHECK(outcome.recipient.empty());
        CHECK(outcome.record_id == "rec2");
        CHECK(outcome.message_id.empty());
    }
    SUBCASE("nothing but the type") {
        const ReportedOutcome bare = only_outcome(feedback("Feedback-Type: x-new\n", ""));
        CHECK(bare == ReportedOutcome{.kind = Kind::complaint, .detail = "x-new"});
    }
    SUBCASE("redacted names are nobody's") {
        const std::string_view original = "--b\nContent-Type: message/rfc822\n\nFrom: n@shop.example\nTo: "
                                          "[Redacted]@x.example\n\n[redacted]\n";
        CHECK(only_outcome(feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: redacted@x.example", original))
                  .recipient == "");
    }
    SUBCASE("no complaints") {
        for (const char* type : {"auth-failure", "AUTH-FAILURE", "not-spam", "dmarc", "", "\n"})
            CHECK(outcomes_of(feedback(fmt::format("Feedback-Type: {}\nVersion: 1", type))).outcomes.empty());
        CHECK(outcomes_of(feedback("Version: 1")).outcomes.empty());
        CHECK(outcomes_of(feedback("")).outcomes.empty());
    }
}

TEST_CASE("a message attached with the recipient that Microsoft names") {
    const auto mail = [](std::string_view part_field, std::string_view first_field) {
        return multipart(
            fmt::format(
                "--b\nContent-Type: message/rfc822\n{}\n{}From: n@shop.example\nMessage-ID: <7@x>\n\nx\n",
                part_field, first_field),
            "mixed");
    };
    const std::string field = "X-HmXmrOriginalRecipient: <f@reader.example>\n";
    for (const std::string& one : {mail("", field), mail(field, "")}) {
        const ReportedOutcome outcome = only_outcome(one);
        CHECK(outcome.kind == Kind::complaint);
        CHECK(outcome.recipient == "f@reader.example");
        CHECK(outcome.message_id == "<7@x>");
        CHECK(outcome.original_mail_from.empty());  // the addressee is the feedback loop's address
    }
    CHECK(outcomes_of(mail("", "")).outcomes.empty());  // somebody forwards a mail
    CHECK(outcomes_of(field + "From: a@x.example\n\nx").outcomes.empty());
}

TEST_CASE("bounces for people: qmail's and Exim's") {
    const std::string hi =
        "From: MAILER-DAEMON@x.example\nTo: s@shop.example\n\nHi. This is the qmail-send program at x.\n";
    const std::string copy =
        "\n--- Below this line is a copy of the message.\n\nMessage-ID: <9@x>\nFrom: n@shop.example\n\nx\n";
    const ReportedOutcome one =
        only_outcome(hi + "\n<a@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n" + copy);
    CHECK(one.kind == Kind::bounce_hard);
    CHECK(one.status == "5.1.1");
    CHECK(one.message_id == "<9@x>");
    CHECK(one.original_mail_from == "s@shop.example");
    // No empty line before the recipient, no copy, an answer without an enhanced code.
    const ReportedOutcome bare = only_outcome(hi + "<a@x.example>:\nRemote host said: 452 later\n");
    CHECK(bare.kind == Kind::bounce_soft);
    CHECK(bare.status.empty());
    CHECK(outcomes_of(hi + copy + "<a@x.example>:\n550 5.1.1 in the copy\n").outcomes.empty());
    CHECK(outcomes_of("From: a@x.example\n\nHello!\n\n<a@x.example>:\n550 5.1.1 no\n").outcomes.empty());
    // qmail with a part for the copy.
    const std::string as_parts =
        multipart("--b\n\nHi. This is the qmail-send program at x.\n\n<a@x.example>:\n550 5.1.1 no\n\n" +
                      std::string(returned),
                  "mixed");
    CHECK(only_outcome(as_parts).message_id == "<1@shop.example>");

    const auto exim = [](std::string_view field, std::string_view text) {
        return fmt::format(
            "From: Mailer-Daemon@x.example\nTo: s@shop.example\nX-Failed-Recipients: {}\n\n{}\n", field,
            text);
    };
    const ReportedOutcome whole_text =
        only_outcome(exim("a@x.example", "The server said: 450 4.2.1 try later"));
    CHECK(whole_text.kind == Kind::bounce_soft);
    CHECK(whole_text.status == "4.2.1");
    const DeliveryOutcomes two = outcomes_of(
        exim("a@x.example, <b@x.example>\nX-Failed-Recipients: c@x.example",
             "  a@x.example\n    unknown: 550 no\n  B@x.example\n    host said: 421 4.3.0 x\n\n"));
    REQUIRE(two.outcomes.size() == 3);
    CHECK(two.outcomes[0].detail == "unknown: 550 no");
    CHECK(two.outcomes[1].status == "4.3.0");
    CHECK(two.outcomes[2].detail.empty());
    CHECK(two.outcomes[2].kind == Kind::bounce_hard);
    const auto kind_for = [&](std::string_view reason) {
        return only_outcome(exim("a@x.example", fmt::format("  a@x.example\n    {}\n", reason))).kind;
    };
    CHECK(kind_for("retry timeout exceeded") == Kind::bounce_soft);
    CHECK(kind_for("all hosts failed: 550 no; retry timeout exceeded") == Kind::bounce_hard);
    CHECK(kind_for("Unrouteable address") == Kind::bounce_hard);
    CHECK(outcomes_of(exim("nobody, <>, @", "x: 550 5.1.1 no")).outcomes.empty());
}

TEST_CASE("a report that is not the message's own is none") {
    const std::string bounce = dsn("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1");
    const std::string complaint = feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: a@x.example");
    for (const std::string& inner : {bounce, complaint}) {
        const auto outer = [&](std::string_view type) {
            return "From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
                   "boundary=o\n\n--o\n\nlook\n--o\n" +
                   std::string(type) + inner + "\n--o--\n";
        };
        CHECK(outcomes_of(outer("Content-Type: message/rfc822\n\n")).outcomes.empty());
        CHECK(outcomes_of(outer("")).outcomes.empty());  // a multipart inside the multipart
    }
    // A bounce of a bounce tells of the outer one.
    const std::string twice =
        multipart(dsn_part("Final-Recipient: rfc822;outer@x.example\nAction: failed\n") +
                  "--b\nContent-Type: message/rfc822\n\nMIME-Version: 1.0\nMessage-ID: <in@x>\nContent-Type: "
                  "multipart/report; "
                  "boundary=i\n\n--i\nContent-Type: message/delivery-status\n\nFinal-Recipient: "
                  "rfc822;inner@x.example\nAction: failed\n\n--i--\n");
    const ReportedOutcome outcome = only_outcome(twice);
    CHECK(outcome.recipient == "outer@x.example");
    CHECK(outcome.message_id == "<in@x>");
}

TEST_CASE("readings that disagree tell nothing; those that agree do") {
    const std::string_view group = "Final-Recipient: rfc822;{}@x.example\nAction: failed\n";
    const auto part = [&](std::string_view boundary, std::string_view name) {
        return fmt::format("--{}\nContent-Type: message/delivery-status\n\n{}\n", boundary,
                           fmt::format(fmt::runtime(group), name));
    };
    const auto mail = [&](std::string_view first, std::string_view second) {
        return "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=one\nContent-Type: "
               "multipart/report; boundary=two\n\n" +
               part("one", first) + "--one--\n" + part("two", second) + "--two--\n";
    };
    const ParsedMail disagree(mail("a", "b"));
    REQUIRE(disagree->ambiguous());
    REQUIRE(disagree->readings.size() > 1);
    CHECK(delivery_outcomes(disagree.tree()).outcomes.empty());
    const ParsedMail agree(mail("a", "a"));
    REQUIRE(agree->readings.size() > 1);
    CHECK(delivery_outcomes(agree.tree()).outcomes.size() == 1);
    // Where a limit of the parser hid bytes, nobody knows what else there is to read.
    std::string many = "X: y\n";
    for (std::size_t i = 0; i < limits::header_fields + 1; ++i) many += "X-Field: y\n";
    const ParsedMail hidden(multipart(dsn_part(fmt::format(fmt::runtime(group), "a")), "report", many));
    REQUIRE_FALSE(hidden->limits_hit.empty());
    CHECK(delivery_outcomes(hidden.tree()).outcomes.empty());
}

TEST_CASE("limits: recipients, bytes of a report, lengths of fields") {
    std::string groups, addresses, paragraphs;
    for (int i = 0; i < 10'000; ++i) {
        groups += fmt::format("Final-Recipient: rfc822;u{}@x.example\nAction: failed\nStatus: 5.1.1\n\n", i);
        addresses += fmt::format("{}u{}@x.example", i == 0 ? "" : ",\n ", i);
        paragraphs += fmt::format("<u{}@x.example>:\nno\n\n", i);
    }
    for (const std::string& mail :
         {multipart(dsn_part(groups)), "X-Failed-Recipients: " + addresses + "\n\ntext\n",
          "From: x@x.example\n\nHi. This is the qmail-send program\n\n" + paragraphs,
          feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: u@x.example\n" + [] {
              std::string fields;
              for (int i = 0; i < 1000; ++i) fields += fmt::format("Original-Rcpt-To: u{}@x.example\n", i);
              return fields;
          }())}) {
        const DeliveryOutcomes found = outcomes_of(mail);
        CHECK(found.outcomes.size() == limits::reported_outcomes);
        CHECK(found.cut);
    }
    // Exactly as many as are kept: nothing is cut.
    groups.clear();
    for (std::size_t i = 0; i < limits::reported_outcomes; ++i)
        groups += fmt::format("Final-Recipient: rfc822;u{}@x.example\nAction: failed\n\n", i);
    CHECK(outcomes_of(multipart(dsn_part(groups))).outcomes.size() == limits::reported_outcomes);
    CHECK_FALSE(outcomes_of(multipart(dsn_part(groups))).cut);

    const std::string long_comment = "X: " + std::string(limits::outcome_report_bytes, 'x') + "\n\n";
    const DeliveryOutcomes beyond = outcomes_of(
        multipart(dsn_part("Final-Recipient: rfc822;a@x.example\nAction: failed\n\n" + long_comment +
                           "Final-Recipient: rfc822;b@x.example\nAction: failed\n")));
    CHECK(beyond.outcomes.size() == 1);
    CHECK(beyond.cut);

    const std::string local(limits::outcome_address_bytes, 'l');
    const ReportedOutcome long_fields = only_outcome(multipart(
        dsn_part("Final-Recipient: rfc822;" + local + "@x.example\nAction: failed\nDiagnostic-Code: smtp; " +
                 std::string(2000, 'd') + "\n") +
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <" + std::string(limits::outcome_id_bytes, 'i') +
        ">\nFrom: x@" + std::string(limits::outcome_address_bytes, 'd') + ".example\n\nx\n"));
    CHECK(long_fields.recipient.empty());
    CHECK(long_fields.message_id.empty());
    CHECK(long_fields.original_from.empty());
    CHECK(long_fields.detail.size() <= limits::outcome_detail_bytes);
    CHECK(long_fields.detail.ends_with("…"));
}

TEST_CASE("rubbish in fields does not come out of a report") {
    const std::string rubbish("\x01\x1b[31m\x80\xff\xe2\x80\xae\x7f", 12);
    const ReportedOutcome outcome = only_outcome(multipart(
        dsn_part("Final-Recipient: rfc822;a" + rubbish +
                 "@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: " + rubbish + " no\n") +
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <" + rubbish + "@x>\nX-Tocsin-Record: a" + rubbish +
        "\nFrom: x" + rubbish + "@x.example\n\nx\n"));
    CHECK(outcome.recipient.empty());
    CHECK(outcome.message_id.empty());
    CHECK(outcome.record_id.empty());
    CHECK(outcome.detail == "??[31m??? no");
}

TEST_CASE("whose record: the lowest field that is one") {
    struct Case {
        std::string header, record;
    };
    for (const Case& c : {
             Case{"X-Tocsin-Record: above\nX-Tocsin-Record: below", "below"},
             Case{"X-Tocsin-Record: good\nx-tocsin-record: not good", "good"},
             Case{"X-Tocsin-Verdict: clean; action=accept;\n record=r1; found=\"x: y\"", "r1"},
             Case{"X-Tocsin-Record: r2\nX-Tocsin-Verdict: clean; record=r1", "r2"},
             Case{"X-Tocsin-Verdict: clean; found=\"record=r1\"", ""},
             Case{"X-Tocsin-Record: " + std::string(limits::outcome_id_bytes + 1, 'r'), ""},
             Case{"X-Tocsin-Record:", ""},
         }) {
        CAPTURE(c.header);
        const std::string original = "--b\nContent-Type: text/rfc822-headers\n\n" + c.header + "\n\n";
        CHECK(only_outcome(feedback("Feedback-Type: abuse", original)).record_id == c.record);
    }
}

TEST_CASE("status codes and answers inside sentences") {
    struct Case {
        std::string text, status;
        char reply_class;
    };
    for (const Case& c :
         {Case{"550 5.1.1 no", "5.1.1", '5'}, Case{"said: 550-5.7.26 no", "5.7.26", '5'},
          Case{"(#4.4.1)", "4.4.1", '4'}, Case{"host x [5.1.1.1]: 550 no", "", '5'},
          Case{"550 4.1.1 the classes differ", "", '5'}, Case{"after 485 hours", "", '\0'},
          Case{"Exim 4.9.2 at 5.6.7", "", '\0'}, Case{"a: 421 x\nb: 550 5.1.1 y", "5.1.1", '5'},
          Case{"", "", '\0'}, Case{"5", "", '\0'}, Case{"550", "", '\0'}, Case{"#5.1", "", '\0'},
          Case{"#5.1.1234", "", '\0'}, Case{"#5.123.456", "5.123.456", '5'}, Case{": 599 x", "", '\0'}}) {
        CAPTURE(c.text);
        const ExactBuffer exact(c.text);
        CHECK(answer_codes(exact.text()).status == c.status);
        CHECK(answer_codes(exact.text()).reply_class == c.reply_class);
    }
    for (const char* none : {"", "1.1.1", "3.0.0", "5", "5.1", "5.1.", "5..1", "5.1.1x", "5.1.1.1", "x5.1.1"})
        CHECK(enhanced_status(none).empty());
    CHECK(enhanced_status(" 2.1.5\t") == "2.1.5");
    CHECK(decode_xtext("a+2Bb+3Dc+2bd+20+") == "a+b=c+2bd+20+");
}

TEST_CASE("outcomes are a part of the report, and say nothing about the verdict") {
    const std::string bounce = dsn("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1");
    const ScanReport report = scan_message(scan::test::engines(), as_bytes(bounce), {});
    REQUIRE(report.outcomes.size() == 1);
    CHECK(report.outcomes[0].recipient == "a@x.example");
    CHECK(report.verdict == Verdict::clean);
    CHECK(scan_message(scan::test::engines(), as_bytes(std::string("From: a@x.example\n\nhello\n")), {})
              .outcomes.empty());
}
