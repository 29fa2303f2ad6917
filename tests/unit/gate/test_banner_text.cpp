// The banner in every encoding, read back by our own parser as a mail program would read it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "gate/banner_letters.hpp"
#include "gate/banner_text.hpp"
#include "mail/html_facts.hpp"
#include "support/bannered_mail.hpp"
#include "support/encoders.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using namespace tocsin::testing;

namespace {

std::string encoded(const std::string& encoding, const std::string& body) {
    if (encoding == "base64") return base64_encode(body);
    return encoding == "quoted-printable" ? quoted_printable_encode(body) : body;
}

std::string message(const std::string& type, const std::string& encoding, const std::string& body) {
    return "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: " + type +
           (encoding.empty() ? "" : "\r\nContent-Transfer-Encoding: " + encoding) + "\r\n\r\n" +
           encoded(encoding, body);
}

std::size_t longest_line(std::string_view text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        longest = std::max(longest, end - at);
        at = end + 2;
    }
    return longest;
}

/// What a person reads of a page, from a tree as browsers build it.
std::string read_page(const std::string& page) {
    mail::HtmlTrees trees;
    return mail::read_html(page, trees).facts.display_text;
}

/// `page` from its beginning, something, and the rest of it to its end.
bool is_page_with_insertion(std::string_view shown, std::string_view page) {
    std::size_t same = 0;
    while (same < page.size() && same < shown.size() && page[same] == shown[same]) ++same;
    return shown.size() > page.size() && shown.ends_with(page.substr(same));
}

}  // namespace

TEST_CASE("lines at the top of a text, in every encoding") {
    for (const std::string encoding : {"", "7bit", "8bit", "quoted-printable", "base64"})
        for (const std::string body : {"Hello", "Hello Bob\r\n\r\nbye\r\n", "ab = cd\r\nefgh"}) {
            CAPTURE(encoding);
            CAPTURE(body);
            const BanneredMail mail(message("text/plain; charset=utf-8", encoding, body));
            REQUIRE(mail.shown().size() == 1);
            const std::string shown = mail.shown()[0];
            CHECK(shown.starts_with("#####"));
            CHECK(
                shown.find(
                    "\r\n# Take care with this message\r\n# You have never had mail from this address before "
                    "today.\r\n# Ask the IT desk, 4711\r\n###") != std::string::npos);
            CHECK(shown.ends_with("#\r\n\r\n" + body));
            CHECK(longest_line(mail.text) <= 78);
            CHECK_FALSE(ParsedMail(mail.text)->ambiguous());
        }
}

TEST_CASE("letters of a charset") {
    using scan::BannerLetters;
    CHECK(in_letters("Grüße – “x” …", BannerLetters::ascii) == "Gruesse - \"x\" ...");
    CHECK(in_letters("Grüße – “x”", BannerLetters::latin1) == "Gr\xFC\xDF"
                                                              "e - \"x\"");
    CHECK(in_letters("Grüße", BannerLetters::utf8) == "Grüße");
    CHECK(in_letters("Łódź", BannerLetters::ascii) == "Lodz");
    CHECK_FALSE(in_letters("Внимание", BannerLetters::ascii));
    CHECK_FALSE(in_letters("Внимание", BannerLetters::latin1));
    for (const std::string bad : {"\xFF", "\xC3", "\xE2\x82", "\xC0\x80", "a\x80"}) {
        const ExactBuffer exact(bad);
        CHECK_FALSE(in_letters(exact.text(), BannerLetters::ascii));
    }
    const BannerWords german{.heading = "Vorsicht: Grüße von außen", .lines = {}, .fallback = "Take care."};
    const BannerWords russian{.heading = "Внимание", .lines = {}, .fallback = "Take care."};
    struct Case {
        const char *charset, *encoding, *body;
        std::string german, russian;
    };
    for (const Case& one : {
             Case{"utf-8", "8bit", "x", "Grüße von außen", "# Внимание"},
             Case{"utf-8", "base64", "x y z", "Grüße von außen", "# Внимание"},
             Case{"utf-8", "7bit", "x", "Gruesse von aussen", "# Take care."},
             Case{"us-ascii", "", "x", "Gruesse von aussen", "# Take care."},
             Case{"iso-8859-1", "quoted-printable", "x",
                  "Gr\xFC\xDF"
                  "e von au\xDF"
                  "en",
                  "# Take care."},
             Case{"koi8-r", "8bit", "\xF0\xD2", "Gruesse von aussen", "# Take care."},
         }) {
        CAPTURE(one.charset);
        CAPTURE(one.encoding);
        const std::string mail =
            message("text/plain; charset=" + std::string(one.charset), one.encoding, one.body);
        CHECK(BanneredMail(mail, german).shown().at(0).find("Vorsicht: " + one.german) != std::string::npos);
        CHECK(BanneredMail(mail, russian).shown().at(0).find(one.russian) != std::string::npos);
    }
}

TEST_CASE("behind <body>, in every encoding and at every place of a base64 group") {
    for (const std::string encoding : {"", "8bit", "quoted-printable", "base64"})
        for (std::size_t filler = 0; filler < 60; ++filler) {
            CAPTURE(encoding);
            CAPTURE(filler);
            const std::string head =
                "<html><head><title>" + std::string(filler, 't') + "</title></head><body class=\"m\">";
            const std::string rest = "<p>the page = all</p></body></html>\r\n";
            const BanneredMail mail(message("text/html; charset=utf-8", encoding, head + rest));
            REQUIRE(mail.plan.places.size() == 1);
            CHECK(mail.plan.places[0].shape == scan::BannerShape::page);
            REQUIRE(mail.shown().size() == 1);
            const std::string shown = mail.shown()[0];
            CHECK(shown.starts_with(head));
            CHECK(shown.ends_with(rest));
            CHECK(read_page(shown).starts_with("Take care with this message"));
            CHECK(longest_line(mail.text) <= 998);
            CHECK_FALSE(ParsedMail(mail.text)->ambiguous());
        }
}

TEST_CASE("in front of a page, in every encoding") {
    const std::string page = "<!DOCTYPE html><p>no body tag</p>";
    for (const std::string encoding : {"", "quoted-printable", "base64"}) {
        CAPTURE(encoding);
        const BanneredMail mail(message("text/html; charset=utf-8", encoding, page));
        REQUIRE(mail.plan.places.size() == 1);
        CHECK(mail.plan.places[0].shape == scan::BannerShape::page_in_front);
        const std::string shown = mail.shown().at(0);
        CHECK(shown.ends_with(page));
        CHECK(mail::trim(shown).starts_with("<!DOCTYPE html>\r\n<html data-tabc123 style="));
        CHECK(read_page(shown).starts_with("Take care with this message"));
        CHECK_FALSE(ParsedMail(mail.text)->ambiguous());
    }
}

TEST_CASE("texts of the operator stay texts") {
    const BannerWords words{.heading = "<script>alert(\"1\")</script> & 'x'",
                            .lines = {"--b0--", "警告：" + std::string(300, 'w') + " 外部からのメールです",
                                      std::string(390, 'x')},
                            .fallback = "Take care."};
    const std::string mail =
        crlf("From: a@b.example\nContent-Type: multipart/alternative; boundary=b0\n\n--b0\nContent-Type: "
             "text/plain; "
             "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nthe text\n--b0\nContent-Type: text/html; "
             "charset=utf-8\n\n<html><body>the page\n--b0--\n");
    const BanneredMail changed(mail, words);
    REQUIRE(changed.shown().size() == 2);
    CHECK(changed.shown()[0].find("# -b0-\r\n") != std::string::npos);
    CHECK(changed.text.find("--b0--") == changed.text.rfind("--b0--"));
    CHECK(changed.shown()[0].ends_with("the text"));
    const std::string page = changed.shown()[1];
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("外部") == std::string::npos);
    CHECK(read_page(page).find("<script>alert(\"1\")</script> & 'x'") != std::string::npos);
    CHECK(read_page(page).find("外部からのメールです") != std::string::npos);
    CHECK(longest_line(changed.text) <= 998);
    CHECK_FALSE(ParsedMail(changed.text)->ambiguous());
}

TEST_CASE("tricks of a page do not get before, around or into the banner") {
    for (const std::string page : {
             "<style>*{display:none!important}</style>hello",
             "<html><head><style>body>table:first-child,body>div:first-child{display:none!important}</"
             "style></head><body>hello",
             "<html><body style=\"display:none\">hello",
             "<html><body>hello<body style=\"display:none\" hidden>",
             "<html><body hidden>hello",
             "<html style=\"display:none\" hidden><body>hello",
             "<!-- <body>hello",
             "<html><body title=\"hello",
             "<title>hello",
             "<textarea>hello",
             "<plaintext>hello",
             "<div style=\"display:none\"><body>hello",
             "<script><!-- <body>hello",
             "<frameset><frame src=x>hello",
             "<!--[if mso]><body style='mso-hide:all'><![endif]--><body>hello",
             "</div></span></html></body></table></x-t>hello<style>html{opacity:0}",
             "<select><option>hello",
             "<svg><foreignObject><body>hello",
             "<math><mtext></body></html><style>body{display:none}</style>hello",
             "<template><body>hello</template>",
             "hello <p>only",
             "",
         }) {
        CAPTURE(page);
        const BanneredMail mail(message("text/html; charset=utf-8", "", page));
        REQUIRE(mail.plan.places.size() == 1);
        const std::string shown = mail.shown().at(0);
        CHECK(read_page(shown).starts_with("Take care with this message"));
        CHECK(read_page(shown).find("Ask the IT desk, 4711") != std::string::npos);
        CHECK(is_page_with_insertion(shown, page));
    }
}

TEST_CASE("each element of the banner carries its own style, and none has a name") {
    const std::string page = banner_bytes(plain_words(), {.shape = scan::BannerShape::page}, {});
    std::size_t elements = 0;
    for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
        if (page[at + 1] == '/') continue;
        ++elements;
        const std::string tag = page.substr(at, page.find('>', at) - at);
        CHECK(tag.find("style=\"") != std::string::npos);
        CHECK(tag.find("all:initial!important") != std::string::npos);
        CHECK(tag.find("class=") == std::string::npos);
        CHECK(tag.find("id=") == std::string::npos);
    }
    CHECK(elements == 1 + 2 * 3);
    CHECK(page.find("z-index:2147483647!important") != std::string::npos);
}
