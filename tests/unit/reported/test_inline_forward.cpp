// Mails that were forwarded as text, in the forms and languages of mail programs.
#include <doctest/doctest.h>

#include "report_fixture.hpp"

using namespace tocsin;
using namespace tocsin::reported;
using namespace tocsin::reported::test;

namespace {

Read read_text(std::string_view text, std::string_view subject = "x", std::string_view type = "text/plain") {
    return read("From: Anna <anna@company.example>\r\nSubject: " + std::string(subject) +
                "\r\nContent-Type: " + std::string(type) + "; charset=utf-8\r\n\r\n" + std::string(text));
}

}  // namespace

TEST_CASE("the quoted header in the languages of mail programs") {
    struct Case {
        std::string_view program, text;
    };
    const std::vector<Case> cases = {
        {"Gmail", "---------- Forwarded message ---------\nFrom: Bank <n@evil.example>\nDate: D\nSubject: "
                  "S\nTo: t@x.example\n\nB"},
        {"Apple", "Begin forwarded message:\n\n> From: Bank <n@evil.example>\n> Subject: S\n> Date: D\n> To: "
                  "t@x.example\n>\n> B"},
        {"Thunderbird",
         "-------- Forwarded Message --------\nSubject: \tS\nDate: \tD\nFrom: \tBank <n@evil.example>\n"
         "To: \tt@x.example\n\n\nB"},
        {"Yahoo", "----- Forwarded Message -----\nFrom: Bank <n@evil.example>\nTo: t@x.example\nSent: "
                  "D\nSubject: S\n\nB"},
        {"Outlook", "________________________________\nFrom: Bank <n@evil.example>\nSent: D\nTo: "
                    "t@x.example\nSubject: S\n\nB"},
        {"German", "-----Ursprüngliche Nachricht-----\nVon: Bank <n@evil.example>\nGesendet: D\nAn: "
                   "t@x.example\nBetreff: S\n\nB"},
        {"French", "De : Bank <n@evil.example>\nEnvoyé : D\nÀ : t@x.example\nObjet : S\n\nB"},
        {"Spanish", "De: Bank <n@evil.example>\nEnviado: D\nPara: t@x.example\nAsunto: S\n\nB"},
        {"Italian", "Da: Bank <n@evil.example>\nInviato: D\nA: t@x.example\nOggetto: S\n\nB"},
        {"Dutch", "Van: Bank <n@evil.example>\nVerzonden: D\nAan: t@x.example\nOnderwerp: S\n\nB"},
        {"Swedish", "Från: Bank <n@evil.example>\nSkickat: D\nTill: t@x.example\nÄmne: S\n\nB"},
        {"Danish", "Fra: Bank <n@evil.example>\nSendt: D\nTil: t@x.example\nEmne: S\n\nB"},
        {"Polish", "Od: Bank <n@evil.example>\nWysłano: D\nDo: t@x.example\nTemat: S\n\nB"},
        {"Turkish", "Kimden: Bank <n@evil.example>\nGönderildi: D\nKime: t@x.example\nKonu: S\n\nB"},
        {"Russian", "От: Bank <n@evil.example>\nОтправлено: D\nКому: t@x.example\nТема: S\n\nB"},
        {"Japanese", "差出人: Bank <n@evil.example>\n送信日時: D\n宛先: t@x.example\n件名: S\n\nB"},
        {"Chinese", "发件人： Bank <n@evil.example>\n发送时间： D\n收件人： t@x.example\n主题： S\n\nB"}};
    for (const Case& one : cases) {
        CAPTURE(one.program);
        const Read read_it = read_text("Look.\n\n" + std::string(one.text) + "\n");
        REQUIRE(read_it.report.mails.size() == 1);
        const ReportedMail& mail = read_it.report.mails[0];
        CHECK(mail.shape == Shape::inline_forward);
        CHECK(mail.grade == Grade::text_only);
        CHECK(mail.sender == "n@evil.example");
        CHECK(mail.sender_name == "Bank");
        CHECK(mail.subject == "S");
        CHECK(mail.date == "D");
        CHECK(read_it.original(0).ends_with("\r\n\r\nB\r\n"));
        CHECK(read_it.report.comment == "Look.");
    }
}

TEST_CASE("text without a quotation reports nothing") {
    for (const std::string_view text : {"", "Hello\n", "From: here\nto there\n", "> quoted\n> by hand\n"}) {
        CAPTURE(text);
        CHECK(read_text(text).report.mails.empty());
    }
}

TEST_CASE("links of a page are kept where the text does not show them") {
    const Read read_it = read_text(
        "<p>Look</p><p>From: Bank &lt;n@evil.example&gt;<br>Sent: D<br>To: t@x.example<br>Subject: S</p>"
        "<p>Pay <a href='https://evil.example/pay'>here</a> or at <a "
        "href='https://shown.example/'>https://shown.example/</a></p>",
        "x", "text/html");
    REQUIRE(read_it.report.mails.size() == 1);
    const std::string message = read_it.original(0);
    CHECK(message.find("\r\n<https://evil.example/pay>\r\n") != std::string::npos);
    CHECK(message.find("<https://shown.example/>") == std::string::npos);
}

TEST_CASE("a page that is too large is not read for quotations, and that is told") {
    const std::string quotation = "<p>From: a@x.example<br>Sent: D<br>To: t@x.example<br>Subject: S</p>";
    const auto page = [&](std::size_t size) {
        return read_text(quotation + std::string(size - quotation.size(), ' '), "x", "text/html").report;
    };
    CHECK(page(limits::report_page_bytes - 2).mails.size() == 1);
    CHECK(page(limits::report_page_bytes + 1).mails.empty());
    CHECK(warns(page(limits::report_page_bytes + 1).warnings, ReportWarning::cut));
}

TEST_CASE("a forward of a forward: each stands inside the one before, up to the limit") {
    const std::string block = "---------- Forwarded message ---------\nFrom: a@x.example\nDate: D\nSubject: "
                              "S\nTo: t@x.example\n\nB\n";
    std::string text;
    for (std::size_t i = 0; i < limits::inline_forwards; ++i) text += block;
    const Read at_limit = read_text(text);
    REQUIRE(at_limit.report.mails.size() == limits::inline_forwards);
    CHECK(at_limit.report.mails[0].inside == in_no_mail);
    CHECK(at_limit.report.mails[1].inside == 0);
    CHECK_FALSE(warns(at_limit.report.warnings, ReportWarning::cut));
    const Read beyond = read_text(text + block);
    CHECK(beyond.report.mails.size() == limits::inline_forwards);
    CHECK(warns(beyond.report.warnings, ReportWarning::cut));
}

TEST_CASE("an answer inside a reported mail is no forward, a marked forward is one") {
    const std::string quotation = "From: a@x.example\nSent: D\nTo: t@x.example\nSubject: S\n\nB\n";
    const auto inside = [](std::string_view subject, const std::string& text) {
        return read(report_of(
            message_part("From: c@d.example\r\nSubject: " + std::string(subject) + "\r\n\r\nhm\n\n" + text)));
    };
    CHECK(inside("Re: S", quotation).report.mails.size() == 1);
    CHECK(inside("Fwd: S", quotation).report.mails.size() == 2);
    const Read marked = inside("S", "---------- Forwarded message ---------\n" + quotation);
    REQUIRE(marked.report.mails.size() == 2);
    CHECK(marked.report.mails[1].inside == 0);
}

TEST_CASE("nothing quoted begins a field or ends the header of what is rebuilt") {
    const Read read_it = read_text("From: a@x.example\rBcc: b@x.example\nSubject: S\rX: y\nSent: D\n\nB\n");
    REQUIRE(read_it.report.mails.size() <= 1);
    for (std::size_t i = 0; i < read_it.report.mails.size(); ++i)
        CHECK(read_it.original(i).find("\nBcc:") == std::string::npos);
}
