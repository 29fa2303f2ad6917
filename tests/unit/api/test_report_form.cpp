// What somebody fills in on the form for reports, and what becomes of it.
#include "api/report_form.hpp"

#include <doctest/doctest.h>

#include "api/report_page.hpp"
#include "base/limits/report_form.hpp"
#include "base/limits/respond.hpp"
#include "share/text.hpp"

using namespace tocsin;
using namespace tocsin::api;
using proto::FormPart;

namespace {

FormPart text(const char* name, std::string_view content) {
    return {.name = name, .content = content};
}
FormPart file(const char* name, std::string_view content) {
    return {.name = "file", .file_name = name, .content = content};
}

struct Filled {
    ReportFields fields;
    std::string wrong;
};

Filled fill(const std::vector<FormPart>& parts) {
    Filled out;
    const Result<void> read = read_fields(parts, out.fields);
    if (!read) out.wrong = read.error().message;
    return out;
}

FormClient client_behind(const char* peer, const std::vector<std::pair<std::string, std::string>>& fields) {
    proto::HttpHeaders headers;
    headers.fields = fields;
    const std::vector<IpNetwork> believed = {IpNetwork::parse("127.0.0.0/8").value()};
    return form_client(parse_ip_address(peer).value(), believed, headers);
}

}  // namespace

TEST_CASE("a file is the mail itself, whatever else was written") {
    const Filled filled = fill(
        {text("address", " anna@company.example "), file("odd.eml", "From: x\r\n\r\ny"), text("source", ""),
         text("words", "[the mail itself, pasted] hm"), text("deed", "clicked"), text("token", "")});
    REQUIRE(filled.wrong == "");
    const FilledReport report = report_from(filled.fields);
    CHECK(report.report.way == respond::Way::web);
    CHECK(report.report.content == HandedIn::the_mail);
    CHECK(report.report.reporter == "anna@company.example");
    CHECK(report.report.authenticated == respond::Authenticated::no);
    CHECK(report.report.deed == respond::Deed::clicked);
    CHECK(report.evidence() == "From: x\r\n\r\ny");
}

TEST_CASE("a pasted source is one, and words become a mail that nothing in them can head") {
    const FilledReport pasted =
        report_from(fill({text("source", "\r\n\r\nReceived: x\r\n\r\nhello\r\n")}).fields);
    CHECK(pasted.report.content == HandedIn::pasted_mail);
    CHECK(pasted.evidence() == "Received: x\r\n\r\nhello\r\n");
    const std::string words = "He wants money\r\nFrom: <boss@company.example>\r\n\r\n\u00e4";
    const FilledReport told =
        report_from(fill({text("words", words), text("address", "a@b.example")}).fields);
    CHECK(told.report.content == HandedIn::words);
    const std::string mail(told.evidence());
    CHECK(mail.starts_with("From: <a@b.example>\r\nSubject: A report in words\r\n"));
    CHECK(mail.find("boss@") == std::string::npos);
    std::string body = mail.substr(mail.find("\r\n\r\n") + 4);
    std::erase_if(body, [](char c) { return c == '\r' || c == '\n'; });
    CHECK(share::from_base64(body) == words);
    const std::string unsaid(report_from(fill({text("words", "x")}).fields).evidence());
    CHECK(unsaid.starts_with("Subject: "));
}

TEST_CASE("a note fits into an event with its mark, cut between two characters") {
    std::string words;
    while (words.size() + 2 <= limits::form_words_bytes) words += "\u00e4";
    const FilledReport report = report_from(fill({text("words", words)}).fields);
    CHECK(report.report.note.size() <= limits::respond_text_bytes - 30);
    CHECK(report.report.note.ends_with("…"));
}

TEST_CASE("what is wrong is said in words with the next step, and the rest is kept") {
    struct Row {
        std::vector<FormPart> parts;
        const char* expected;
    };
    const std::string long_text(limits::form_words_bytes + 1, 'x');
    const std::string long_address = std::string(250, 'a') + "@b.example";
    const Row rows[] = {
        {{}, "Nothing was filled in"},
        {{text("words", " \r\n "), file("", "")}, "Nothing was filled in"},
        {{file("empty.eml", "")}, "The file is empty"},
        {{file("a.eml", "x"), text("source", "y")}, "There is a file, and a pasted mail"},
        {{text("words", long_text)}, "That is a long text"},
        {{text("words", "x"), text("words", "y")}, "A field came twice"},
        {{text("words", "x"), text("deed", "all")}, "choose one of the four"},
        {{text("words", "x"), text("colour", "blue")}, "a field that is not known"},
        {{text("words", "x"), text("address", "anna")}, "This is no mail address"},
        {{text("words", "x"), text("address", "a@b@c")}, "This is no mail address"},
        {{text("words", "x"), text("address", "a@b.example\r\nBcc: c@d.example")}, "This is no mail address"},
        {{text("words", "x"), text("address", "<a@b.example>")}, "This is no mail address"},
        {{text("words", "x"), text("address", "a b@c.example")}, "This is no mail address"},
        {{text("words", "x"), text("address", "a\xff@c.example")}, "This is no mail address"},
        {{text("words", "x"), text("address", long_address)}, "This is no mail address"},
    };
    for (const Row& row : rows) {
        const Filled filled = fill(row.parts);
        CAPTURE(row.expected);
        CHECK_MESSAGE(filled.wrong.find(row.expected) != std::string::npos, filled.wrong);
    }
    const Filled kept = fill({text("words", "odd"), text("address", "anna"), text("deed", "opened_file")});
    CHECK(kept.fields.words == "odd");
    CHECK(kept.fields.deed == respond::Deed::opened_file);
}

TEST_CASE("pages hold nothing that came from somewhere else as markup, and no script") {
    ReportFields fields;
    fields.words = "</textarea><script>alert(1)</script>";
    fields.source = "<img src=x onerror=alert(1)>&amp;";
    fields.address = "\"onfocus=\"alert(1)";
    fields.file_name = "<b>a'.eml";
    const proto::HttpResponse pages[] = {form_page(400, fields, "<i>wrong</i>"),
                                         thanks_page("<r-1>", respond::Deed::gave_credentials, "<call>"),
                                         notice_page(404, "<h2>", "<p>")};
    for (const proto::HttpResponse& page : pages) {
        for (const char* markup : {"<script", "<img", "\"onfocus", "<b>a", "<i>", "<r-1>", "<call>", "<h2>&"})
            CHECK_MESSAGE(page.body.find(markup) == std::string::npos, markup);
        const std::string policy(page.headers.find("Content-Security-Policy").value_or(""));
        CHECK(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        CHECK(policy.find("script") == std::string::npos);
        CHECK(page.headers.find("Cache-Control") == "no-store");
    }
    CHECK(pages[0].body.find("&lt;/textarea&gt;&lt;script&gt;") != std::string::npos);
    CHECK(pages[0].body.find("Please choose the file <b>&lt;b&gt;a&#39;.eml</b> once more") !=
          std::string::npos);
    CHECK(pages[1].body.find("Change that password now") != std::string::npos);
}

TEST_CASE("a web server before us says for whom it asks, and nobody else does") {
    CHECK(client_behind("127.0.0.1", {}).name == "127.0.0.1");
    CHECK(client_behind("127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}}).name == "192.0.2.9");
    CHECK(client_behind("127.0.0.1", {{"x-forwarded-for", "198.51.100.1, 192.0.2.9 "}}).name == "192.0.2.9");
    CHECK(
        client_behind("127.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "192.0.2.9"}}).name ==
        "192.0.2.9");
    CHECK(client_behind("127.0.0.1", {{"X-Forwarded-For", "192.0.2.9, nonsense"}}).name == "127.0.0.1");
    CHECK(client_behind("203.0.113.5", {{"X-Forwarded-For", "192.0.2.9"}}).name == "203.0.113.5");
}
