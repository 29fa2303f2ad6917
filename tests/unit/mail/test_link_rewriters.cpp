// Links that others have rewritten: what stands behind them, from their own text alone.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/link_rewriters.hpp"
#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "mail/urls.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

Url unravelled(std::string_view text) {
    DomainNames domain_names;
    Url url = *parse_url(text, domain_names);
    unravel(url, domain_names);
    return url;
}

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text)
        out += std::string("%") + digits[static_cast<unsigned char>(c) >> 4U] +
               digits[static_cast<unsigned char>(c) & 15U];
    return out;
}

}  // namespace

TEST_CASE("rewritten links: the target that they carry") {
    struct Row {
        std::string encoder, link, target;
    };
    const std::vector<Row> rows = {
        {"proofpoint",
         "https://urldefense.proofpoint.com/v1/url?u=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc&k=x%3D&r=y",
         "https://evil.example/a?b=c"},
        {"proofpoint",
         "https://urldefense.proofpoint.com/v2/"
         "url?u=https-3A__evil.example_a-3Fb-3Dc&d=DwMFaQ&c=x&r=y&m=z&s=w&e=",
         "https://evil.example/a?b=c"},
        {"proofpoint", "https://urldefense.com/v3/__https://evil.example/a*b*c__;Pz0!!Abc!x-y_z$",
         "https://evil.example/a?b=c"},
        {"proofpoint", "https://urldefense.us/v3/__https:/evil.example/a**Ab__;Pz8!!Abc!x$",
         "https://evil.example/a??b"},
        {"proofpoint", "https://urldefense.com/v3/__https://evil.example/__;!!Abc!x$",
         "https://evil.example/"},
        {"proofpoint", "https://urldefense.com/v3/__https://evil.example/*__;w7w!!Abc!x$",
         "https://evil.example/ü"},
        {"azure_safelink",
         "https://eur01.safelinks.protection.outlook.com/"
         "?url=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc&data=05%7C01&sdata=x&reserved=0",
         "https://evil.example/a?b=c"},
        {"azure_safelink",
         "https://usg01.safelinks.protection.office365.us/"
         "?url=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc&data=05",
         "https://evil.example/a?b=c"},
        {"barracuda",
         "https://linkprotect.cudasvc.com/url?a=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc&c=E,1,x&typo=1",
         "https://evil.example/a?b=c"},
        {"mandrill",
         "https://mandrillapp.com/track/click/123/"
         "evil.example?p="
         "eyJzIjogInNpZyIsICJ2IjogMSwgInAiOiAie1widVwiOiAxLCBcInZcIjogMSwgXCJ1cmxcIjogXCJodHRwczpcL1wvZXZpbC5"
         "leGFtcGxlXC9hP2I9Y1wiLCBcImlkXCI6IFwieFwifSJ9",
         "https://evil.example/a?b=c"},
        {"mailjet", "https://x1.mjt.lu/lnk/AAAA/1/Hash_x/aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYT9iPWM",
         "https://evil.example/a?b=c"},
        {"aws_ses",
         "https://abc123.r.us-east-1.awstrack.me/L0/https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc/1/0100x/sig=12",
         "https://evil.example/a?b=c"},
        {"aws_ses",
         "https://abc123.r.eu-west-1.awstrack.me/CL0/https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc/1/0100x/sig=12",
         "https://evil.example/a?b=c"},
        {"postmark", "https://click.pstmrk.it/3s/evil.example%2Fa%3Fb%3Dc/xyz/AQ/sig/1",
         "https://evil.example/a?b=c"},
        {"postmark", "https://click.pstmrk.it/3/evil.example%2Fa/xyz/AQ/sig/1", "http://evil.example/a"},
        {"convertkit", "https://click.convertkit-mail2.com/abc/def/aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYT9iPWM",
         "https://evil.example/a?b=c"},
        {"monday_tracker",
         "https://trackingservice.monday.com/tracker/"
         "link?token=eyJhbGciOiJIUzI1NiJ9."
         "eyJvcmlnaW5hbFVybCI6ICJodHRwczovL2V2aWwuZXhhbXBsZS9hP2I9YyIsICJlbWFpbElkIjogIngifQ.sig&routing=eu",
         "https://evil.example/a?b=c"},
        {"monday_tracker",
         "https://trackingservice.monday.com/tracker/"
         "link?token=eyJhbGciOiJIUzI1NiJ9.eyJvcmlnaW5hbFVybCI6ICJtYWlsdG86YUBiLmNvbSJ9.sig",
         "mailto:a@b.com"},
        {"google_tag_manager",
         "https://www.googletagmanager.com/debug/clearcookies?url=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc",
         "https://evil.example/a?b=c"},
        {"google_open_redirect",
         "https://www.google.com/url?q=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc&sa=D&ust=1",
         "https://evil.example/a?b=c"},
        {"google_open_redirect", "https://google.co.uk/url?sa=t&url=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc",
         "https://evil.example/a?b=c"},
        {"google_open_redirect",
         "https://www.google.com/url?q=words&url=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc",
         "https://evil.example/a?b=c"},
        {"bing_open_redirect",
         "https://www.bing.com/ck/a?!&&p=abc&u=a1aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYT9iPWM&ntb=1",
         "https://evil.example/a?b=c"},
        {"indeed_open_redirect",
         "https://t.indeed.com/r?parenttk=x&target=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc",
         "https://evil.example/a?b=c"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.link);
        const Url url = unravelled(row.link);
        CHECK(url.url == row.target);
        REQUIRE(url.rewrite);
        CHECK(url.rewrite->original == row.link);
        CHECK(url.rewrite->encoders == std::vector<std::string>{row.encoder});
    }
}

TEST_CASE("rewritten links: what carries no target, or only looks like a rewriter, stays") {
    for (const std::string link : {
             "https://evil.example/v2/url?u=https-3A__a.example",
             "https://www.google.com/search?q=https%3A%2F%2Fa.example",
             "https://www.google.com/url?q=words",
             "https://www.google.com/url?q=%2Frelative",
             // Made to name a good target beside the one that counts.
             "https://www.google.com/url?q=https%3A%2F%2Fa.example&url=https%3A%2F%2Fb.example",
             "https://www.google.com/url?q=https%3A%2F%2Fa.example&q=https%3A%2F%2Fb.example",
             // Hosts that anybody may have.
             "https://google.github.io/url?q=https%3A%2F%2Fa.example",
             "https://google.blogspot.com/url?q=https%3A%2F%2Fa.example",
             "https://urldefense.xyz/v2/url?u=https-3A__a.example_",
             "https://convertkit-mail9.com/a/b/aHR0cHM6Ly9hLmV4YW1wbGUv",
             "https://evilmjt.lu/lnk/a/1/b/aHR0cHM6Ly9hLmV4YW1wbGUv",
             "https://google.evil.example/url?q=https%3A%2F%2Fa.example",
             "https://urldefense.com/v3/__https://a.example/",
             "https://urldefense.com/v2/url?d=x",
             "https://protect.mimecast.example/s/AbC?domain=a.example",
             "https://eur01.safelinks.protection.outlook.com/?data=05",
             "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fa.example",
             "https://mandrillapp.com/track/click/1/x?p=%21%21",
             "https://mandrillapp.com/track/click/1/x?p=eyJwIjoie1widXJsXCI6XCJodHRwczo",
             "https://trackingservice.monday.com/tracker/link?token=one",
             "https://trackingservice.monday.com/tracker/link?token=a.b.c",
             "https://x1.mjt.lu/lnk/AAAA/1/x/",
             "https://a.awstrack.me/L0/",
             "https://click.pstmrk.it/",
             "https://www.bing.com/ck/a?u=a1%FF",
             "https://t.indeed.com/r?target=javascript:alert(1)",
             "https://www.googletagmanager.com/gtm.js?id=x",
             "mailto:a@b.example?url=https%3A%2F%2Fa.example",
         }) {
        CAPTURE(link);
        const Url url = unravelled(link);
        CHECK_FALSE(url.rewrite);
        CHECK(url.url == link);
    }
}

TEST_CASE("rewritten links: rewriters around rewriters, the outermost first, up to a limit") {
    const std::string redirected = "https://www.google.com/url?q=" + escaped("https://evil.example/");
    const std::string twice = "https://eur01.safelinks.protection.outlook.com/?url=" + escaped(redirected);
    const Url url = unravelled(twice);
    CHECK(url.url == "https://evil.example/");
    REQUIRE(url.rewrite);
    CHECK(url.rewrite->original == twice);
    CHECK(url.rewrite->encoders == std::vector<std::string>{"azure_safelink", "google_open_redirect"});

    const std::string redirector = "https://www.google.com/url?q=";
    std::string deep;
    for (std::size_t at = 0; at <= limits::link_rewriters; ++at) deep += redirector;
    const Url cut = unravelled(deep + "https://evil.example/");
    CHECK(cut.url == redirector + "https://evil.example/");
    REQUIRE(cut.rewrite);
    CHECK(cut.rewrite->encoders.size() == limits::link_rewriters);
}

TEST_CASE("rewritten links in a message: targets are compared, and each is one link") {
    const std::string safe = "https://eur01.safelinks.protection.outlook.com/?url=";
    const auto anchor = [&](const std::string& target, const std::string& shown) {
        return "<a href=\"" + safe + escaped(target) + "\">" + shown + "</a> ";
    };
    const std::string bytes = "Content-Type: text/html\r\n\r\n" +
                              anchor("https://bank.example/", "https://bank.example/") +
                              anchor("https://evil.example/", "https://bank.example/x") +
                              anchor("https://bank.example/y", safe + escaped("https://bank.example/y")) +
                              "<p>see https://plain.example/</p>\r\n";
    MailTools tools;
    const MimeTree tree = parse_mime(as_bytes(bytes));
    const Message message = build_message(tree, 0, {}, tools);
    const std::vector<Link>& links = message.body.links;
    REQUIRE(links.size() == 4);
    CHECK(links[0].href_url.url == "https://bank.example/");
    CHECK(links[0].mismatched == false);
    CHECK(links[1].href_url.domain.domain == "evil.example");
    CHECK(links[1].mismatched == true);
    CHECK(links[2].mismatched == false);
    CHECK_FALSE(links[3].href_url.rewrite);
}
