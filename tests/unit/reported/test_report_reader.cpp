// Every shape in which mail is reported, and every limit. Whole mails of each kind: tests/golden/reports.
#include <doctest/doctest.h>

#include "report_fixture.hpp"
#include "reported/level.hpp"

using namespace tocsin;
using namespace tocsin::reported;
using namespace tocsin::reported::test;

TEST_CASE("an attached message comes out byte for byte, with what its header says") {
    const Read read_it =
        read(report_of(part("Content-Type: text/plain\n", "is this real?") + message_part(phish())));
    REQUIRE(read_it.report.mails.size() == 1);
    const ReportedMail& mail = read_it.report.mails.front();
    CHECK(mail.shape == Shape::attached_message);
    CHECK(mail.grade == Grade::raw);
    CHECK(read_it.original(0) == phish());
    CHECK(mail.sender == "notice@evil.example");
    CHECK(mail.sender_name == "Bank");
    CHECK(mail.subject == "Act now");
    CHECK(mail.message_id == "<p1@evil.example>");
    CHECK(mail.recipients == std::vector<std::string>{"anna@company.example"});
    CHECK(mail.source_ip == "203.0.113.9");
    CHECK(mail.source_ip_from == SourceIpFrom::received);
    CHECK(mail.warnings.empty());
    CHECK(read_it.report.reporter == "anna@company.example");
    CHECK(read_it.report.comment == "is this real?");
    CHECK(read_it.report.warnings.empty());
}

TEST_CASE("messages as files: by name, by content, and not what is none") {
    struct Case {
        std::string name, content, type;
        std::size_t mails;
    };
    const std::vector<Case> cases = {{"a.eml", phish(), "application/octet-stream", 1},
                                     {"a.EML", phish(), "message/x-something", 1},
                                     {"no name ending", phish(), "application/octet-stream", 1},
                                     {"a.eml", "broken, but called a mail", "application/octet-stream", 1},
                                     {"a.txt", "From: here to there\n\nno mail", "text/plain", 0},
                                     {"a.pdf", "%PDF-1.4", "application/pdf", 0},
                                     {"a.eml", "", "application/octet-stream", 0}};
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CAPTURE(one.type);
        const Read read_it = read(report_of(file_part(one.name, one.content, one.type)));
        REQUIRE(read_it.report.mails.size() == one.mails);
        CHECK(warns(read_it.report.warnings, ReportWarning::nothing_found) == (one.mails == 0));
        if (one.mails == 0) continue;
        CHECK(read_it.report.mails.front().shape == Shape::eml_file);
        CHECK(read_it.report.mails.front().grade == Grade::raw);
        CHECK(read_it.original(0) == one.content);
    }
}

TEST_CASE("what was handed in as the mail itself is not looked at as a report") {
    const std::string forward = report_of(message_part(phish()));
    const Read read_it = read(forward, ReportForm::submitted);
    REQUIRE(read_it.report.mails.size() == 2);
    CHECK(read_it.report.mails[0].shape == Shape::submitted);
    CHECK(read_it.original(0) == forward);
    CHECK(read_it.report.mails[1].inside == 0);
    CHECK(read_it.report.reporter.empty());
    const Read nothing = read("", ReportForm::submitted);
    REQUIRE(nothing.report.mails.size() == 1);
    CHECK(nothing.report.mails[0].length == 0);
}

TEST_CASE("a mail in a mail stands behind it and says where; four deep, no more") {
    std::string nested = phish("deep@evil.example");
    for (std::size_t depth = 0; depth < limits::report_depth; ++depth)
        nested = report_of(message_part(nested));
    const Read at_limit = read(nested);
    REQUIRE(at_limit.report.mails.size() == limits::report_depth);
    for (std::size_t index = 1; index < limits::report_depth; ++index)
        CHECK(at_limit.report.mails[index].inside == index - 1);
    CHECK(at_limit.report.mails.back().message_id == "<deep@evil.example>");
    for (const ReportedMail& mail : at_limit.report.mails)
        CHECK_FALSE(warns(mail.warnings, ReportWarning::too_deep));
    const Read beyond = read(report_of(message_part(nested)));
    REQUIRE(beyond.report.mails.size() == limits::report_depth);
    CHECK(warns(beyond.report.mails.back().warnings, ReportWarning::too_deep));
}

TEST_CASE("limits: mails, files, bytes, time") {
    SUBCASE("mails") {
        std::string parts;
        for (std::size_t index = 0; index < limits::reported_mails; ++index)
            parts += message_part(phish(std::to_string(index) + "@evil.example"));
        CHECK_FALSE(warns(read(report_of(parts)).report.warnings, ReportWarning::too_many_mails));
        const Read more = read(report_of(parts + message_part(phish())));
        CHECK(more.report.mails.size() == limits::reported_mails);
        CHECK(warns(more.report.warnings, ReportWarning::too_many_mails));
    }
    SUBCASE("files") {
        std::string parts;
        for (std::size_t index = 0; index < limits::report_files; ++index) parts += file_part("a.bin", "x");
        CHECK_FALSE(warns(read(report_of(parts)).report.warnings, ReportWarning::too_many_files));
        const Read more = read(report_of(parts + file_part("a.eml", phish())));
        CHECK(more.report.mails.empty());
        CHECK(warns(more.report.warnings, ReportWarning::too_many_files));
    }
    SUBCASE("a report that is too large is not begun") {
        const Read large = read(std::string(limits::report_bytes + 1, 'x'));
        CHECK(large.report.mails.empty());
        CHECK(warns(large.report.warnings, ReportWarning::too_large));
    }
    SUBCASE("originals that find no room are told without their bytes") {
        // Each level is kept whole, so that 39 MiB in a mail in a mail are 78.
        const std::string large = phish() + std::string(39U << 20, 'x');
        const Read nested = read(report_of(message_part(report_of(message_part(large)))));
        REQUIRE(nested.report.mails.size() == 2);
        CHECK(nested.report.mails[0].length > 39U << 20);
        CHECK(nested.report.mails[1].length == 0);
        CHECK(warns(nested.report.mails[1].warnings, ReportWarning::too_large));
    }
    SUBCASE("time") {
        const Read late =
            read(report_of(message_part(phish()) + file_part("a.eml", phish())), ReportForm::report, 1);
        CHECK(late.report.mails.size() == 1);
        CHECK(warns(late.report.mails[0].warnings, ReportWarning::out_of_time));
        CHECK(warns(late.report.warnings, ReportWarning::out_of_time));
    }
}

TEST_CASE("what is wrong with a container is said") {
    CHECK(warns(read(report_of(file_part("a.zip", "PK\x03\x04 and no more"))).report.warnings,
                ReportWarning::damaged));
    const std::string cut_tnef("\x78\x9F\x3E\x22\x01\x00\x01\x03\x90\x06\x00\xFF\xFF\x00\x00", 15);
    CHECK(warns(read(report_of(file_part("winmail.dat", cut_tnef))).report.warnings, ReportWarning::damaged));
    const std::string no_message("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    CHECK(warns(read(report_of(file_part("a.msg", no_message))).report.warnings, ReportWarning::damaged));
    CHECK(warns(read(report_of(file_part("xarf.json", "{", "application/json"))).report.warnings,
                ReportWarning::damaged));
    // A spreadsheet is no Outlook file, and a document no zip of mails.
    const std::string compound("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    CHECK(read(report_of(file_part("a.xls", compound + std::string(600, '\0')))).report.mails.empty());
    CHECK_FALSE(warns(read(report_of(file_part("a.docx", "PK\x03\x04 and no more"))).report.warnings,
                      ReportWarning::damaged));
}

TEST_CASE("a feedback report: with the mail, its header, nothing; redacted") {
    const std::string feedback =
        part("Content-Type: message/feedback-report\n",
             crlf("Feedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n"
                  "Original-Rcpt-To: bert@company.example\nSource-IP: 198.51.100.7\n"));
    const auto arf = [&](const std::string& returned) {
        return read(report_of(feedback + returned, "abuse", "multipart/report; report-type=feedback-report"));
    };
    const std::string redacted =
        phish().replace(phish().find("anna@company.example"), 20, "[redacted]          ");
    struct Case {
        std::string returned;
        Grade grade;
        std::vector<ReportWarning> warnings;
    };
    const std::vector<Case> cases = {
        {message_part(phish()), Grade::raw, {}},
        {file_part("a.eml", phish()), Grade::raw, {}},
        {part("Content-Type: text/rfc822-headers\n", phish().substr(0, phish().find("\r\n\r\n"))),
         Grade::text_only,
         {ReportWarning::header_only}},
        {part("Content-Type: text/plain\n", "sorry"), Grade::text_only, {ReportWarning::nothing_sent}},
        {message_part(redacted), Grade::text_only, {ReportWarning::redacted}}};
    for (const Case& one : cases) {
        CAPTURE(one.returned);
        const Read read_it = arf(one.returned);
        REQUIRE(read_it.report.mails.size() == 1);
        const ReportedMail& mail = read_it.report.mails[0];
        CHECK(mail.shape == Shape::feedback_report);
        CHECK(mail.grade == one.grade);
        CHECK(mail.warnings == one.warnings);
        CHECK(mail.feedback_type == "abuse");
        CHECK(mail.provider == "company.example");
        CHECK(mail.source_ip == "198.51.100.7");
        CHECK(mail.source_ip_from == SourceIpFrom::report);
        CHECK(mail.recipients.front() == "bert@company.example");
    }
}

TEST_CASE("where the source address comes from, when the report does not say it") {
    struct Case {
        std::string header, ip;
        SourceIpFrom from;
    };
    const std::vector<Case> cases = {
        {"X-Originating-IP: [203.0.113.1]\nReceived-SPF: pass client-ip=203.0.113.2\n", "203.0.113.1",
         SourceIpFrom::x_originating_ip},
        {"Received-SPF: pass (helo=203.0.113.8) client-ip=203.0.113.2;\n", "203.0.113.2",
         SourceIpFrom::received_spf},
        {"Authentication-Results: mx; spf=pass (sender IP is 203.0.113.3)\n", "203.0.113.3",
         SourceIpFrom::authentication_results},
        {"Received: from [10.0.0.1]\nReceived: from [192.168.1.1] by x ([203.0.113.4])\n", "203.0.113.4",
         SourceIpFrom::received},
        {"Received: from x ([2001:db8::7])\n", "2001:db8::7", SourceIpFrom::received},
        {"X-Originating-IP: [127.0.0.1]\nReceived: from localhost ([::1])\n", "", SourceIpFrom::nobody}};
    for (const Case& one : cases) {
        CAPTURE(one.header);
        const Read read_it = read(report_of(message_part(crlf(one.header + "From: a@b.example\n\nx"))));
        REQUIRE(read_it.report.mails.size() == 1);
        CHECK(read_it.report.mails[0].source_ip == one.ip);
        CHECK(read_it.report.mails[0].source_ip_from == one.from);
    }
}

TEST_CASE("what the reporter says stands at the beginning of the subject") {
    CHECK(claim_of("1|junk") == Claim::junk);
    CHECK(claim_of("2|") == Claim::not_junk);
    CHECK(claim_of("3|Phish") == Claim::phishing);
    for (const std::string_view other : {"", "3", "4|", " 3|", "Re: 3|"})
        CHECK(claim_of(other) == Claim::none);
}

TEST_CASE("a comment keeps its lines, loses what paints terminals, and is cut") {
    CHECK(comment_text("\n one\n\ttwo \x1b[31m\n") == "one\ntwo ?[31m");
    CHECK(comment_text(std::string(limits::report_comment_bytes * 3, 'x')).size() <=
          limits::report_comment_bytes);
    std::string lines;
    for (int i = 0; i < 10'000; ++i) lines += "line\n";
    CHECK(comment_text(lines).size() <= limits::report_comment_bytes);
}

TEST_CASE("reports that are cut or scribbled anywhere are read within their bounds") {
    const std::string whole = report_of(part("Content-Type: text/plain\n", "hello") + message_part(phish()) +
                                        file_part("a.eml", phish()));
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        const Read cut = read(std::string_view(whole).substr(0, size));
        CHECK(cut.report.mails.size() <= 2);
        for (const ReportedMail& mail : cut.report.mails)
            CHECK(mail.offset + mail.length <= cut.originals.size());
    }
}
