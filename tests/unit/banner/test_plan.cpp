#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "support/bannered_mail.hpp"

using namespace tocsin;
using namespace tocsin::testing;
using scan::BannerHindrance;
using scan::BannerShape;

namespace {

std::string part(const std::string& type, const std::string& body, const std::string& more = "") {
    return "Content-Type: " + type + "\n" + more + "\n" + body;
}

std::string multipart(const std::string& subtype, std::initializer_list<std::string> parts,
                      const std::string& more = "", const std::string& boundary = "b0") {
    std::string out = "Content-Type: multipart/" + subtype + "; boundary=" + boundary + more + "\n\n";
    for (const std::string& one : parts) out += "--" + boundary + "\n" + one + "\n";
    return out + "--" + boundary + "--\n";
}

BanneredMail bannered(const std::string& body) {
    return BanneredMail(crlf("From: a@b.example\nSubject: s\nMIME-Version: 1.0\n" + body));
}

const std::string text = part("text/plain; charset=utf-8", "the text");
const std::string html = part("text/html; charset=utf-8", "<html><body><p>the page</p></body></html>");

/// "text+page": shapes of the places, then why others have none.
std::string outline(const BanneredMail& mail) {
    std::string out;
    for (const scan::BannerPlace& place : mail.plan.places)
        out += std::string(out.empty() ? "" : "+") + (place.shape == BannerShape::text   ? "text"
                                                      : place.shape == BannerShape::page ? "page"
                                                                                         : "front");
    if (mail.plan.hindrance != BannerHindrance::none)
        out += "-" + std::string(to_string(mail.plan.hindrance));
    return out;
}

}  // namespace

TEST_CASE("which parts get a banner") {
    struct Case {
        const char* name;
        std::string body, expected;
    };
    const std::string pdf = part("application/pdf", "JVBERi0=", "Content-Transfer-Encoding: base64\n");
    const std::string attached =
        part("text/html; name=a.html", "<body>x", "Content-Disposition: attachment; filename=a.html\n");
    const std::string letter = part("message/rfc822", "Subject: inner\n\ninner text");
    const std::string signature = part("application/pgp-signature", "x");
    for (const Case& one : {
             Case{"text", text, "text"},
             Case{"page", html, "page"},
             Case{"no type at all", "\nhello", "text"},
             Case{"alternatives", multipart("alternative", {text, html}), "text+page"},
             Case{"two pages, programs take the last", multipart("alternative", {html, html}), "page+page"},
             Case{"text and files", multipart("mixed", {text, pdf, attached}), "text"},
             Case{"second text is below", multipart("mixed", {text, html}), "text"},
             Case{"behind a blank text", multipart("mixed", {part("text/plain", " "), html}), "text+page"},
             Case{"file first", multipart("mixed", {pdf, html}), "page"},
             Case{"page with pictures", multipart("related", {html, pdf}), "page"},
             Case{"related that names its start", multipart("related", {html, html}, "; start=\"<x>\""),
                  "page+page"},
             Case{"nested",
                  multipart("mixed", {multipart("alternative", {text, multipart("related", {html}, "", "b2")},
                                                "", "b1"),
                                      pdf}),
                  "text+page"},
             Case{"enriched text alone", part("text/enriched", "<bold>hello</bold>"), "-other_view"},
             Case{"XHTML alone", part("application/xhtml+xml", "<html><body>x</body></html>"), "-other_view"},
             Case{"below a blank unknown text", multipart("mixed", {part("text/x-foo", " "), html}), "page"},
             Case{"files only", multipart("mixed", {pdf, attached}), "-no_text"},
             Case{"a letter only", multipart("mixed", {letter}), "-no_text"},
             Case{"text beside a letter", multipart("mixed", {text, letter}), "text"},
             Case{"signed", multipart("signed", {text, signature}), "-signed"},
             Case{"signed below a list's footer",
                  multipart("mixed", {multipart("signed", {text, signature}, "", "b1"), text}), "-signed"},
             Case{"text above what is signed",
                  multipart("mixed", {text, multipart("signed", {text, signature}, "", "b1")}), "text"},
             Case{"encrypted", multipart("encrypted", {part("application/pgp-encrypted", "Version: 1"), pdf}),
                  "-encrypted"},
             Case{"S/MIME", part("application/pkcs7-mime; smime-type=enveloped-data", "x"), "-encrypted"},
             Case{"S/MIME as a file hinders nothing",
                  multipart("mixed", {part("application/pkcs7-mime", "x"), text}), "text"},
             Case{"PGP in the text", part("text/plain", "\n-----BEGIN PGP SIGNED MESSAGE-----\nx"),
                  "-signed"},
             Case{"encrypted by PGP", part("text/plain", "-----BEGIN PGP MESSAGE-----\nx"), "-encrypted"},
             Case{"PGP below a text", part("text/plain", "hi\n-----BEGIN PGP MESSAGE-----\nx"), "text"},
             Case{"AMP", multipart("alternative", {text, part("text/x-amp-html", "<html>"), html}),
                  "text+page-other_view"},
             Case{"invitation",
                  multipart("alternative", {text, html, part("text/calendar", "BEGIN:VCALENDAR")}),
                  "text+page"},
             Case{"two boundaries",
                  "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--b\n\ny\n--a--\n",
                  "-ambiguous"},
             Case{"UTF-16", part("text/plain; charset=utf-16", "x"), "-charset"},
             Case{"UTF-7", part("text/html; charset=utf-7", "<body>+ADw-"), "-charset"},
             Case{"unknown charset", part("text/plain; charset=x-mine", "x"), "-charset"},
             Case{"UTF-16 whatever it says", part("text/plain; charset=utf-8", "\xFF\xFEx"), "-charset"},
             Case{"Japanese text", part("text/plain; charset=iso-2022-jp", "x"), "text"},
             Case{"Japanese page", part("text/html; charset=iso-2022-jp", "<html><body>x"), "front"},
             Case{"one alternative in UTF-16",
                  multipart("alternative", {part("text/plain; charset=utf-16", "x"), html}), "page-charset"},
             Case{"no <body>", part("text/html", "<p>x"), "front"},
             Case{"styles that hide", part("text/html", "<html><body style='display:none'>x"), "front"},
         }) {
        CAPTURE(one.name);
        const BanneredMail mail = bannered(one.body);
        CHECK(outline(mail) == one.expected);
        CHECK(mail.refused == 0);
        for (const scan::BannerPlace& place : mail.plan.places) CHECK(place.group_bytes <= 2);
    }
}

TEST_CASE("no more places than the limit, and the plan says so") {
    std::string many = "Content-Type: multipart/alternative; boundary=b0\n\n";
    for (std::size_t i = 0; i < limits::banner_places + 1; ++i) many += "--b0\n" + text + "\n";
    const BanneredMail mail = bannered(many + "--b0--\n");
    CHECK(mail.plan.places.size() == limits::banner_places);
    CHECK(mail.plan.hindrance == BannerHindrance::too_many_places);
    CHECK(mail.refused == 0);
}

TEST_CASE("what is read from every beginning of a message can be checked") {
    const std::string whole =
        crlf("From: a@b.example\nMIME-Version: 1.0\n" +
             multipart("mixed", {multipart("alternative", {text, html}, "", "b1"), text}));
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const BanneredMail mail(std::string_view(whole).substr(0, size));
        const bool has_body = whole.substr(0, size).find("\r\n\r\n") != std::string::npos;
        CHECK((mail.refused == 0 || !has_body));
    }
}
