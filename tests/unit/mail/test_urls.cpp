#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/urls.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

TEST_CASE("urls: read as a browser reads them") {
    struct Case {
        std::string text, url;
    };
    const std::vector<Case> cases = {
        {"HTTP://WWW.Example.co.uk:8080/a/../b?x=1#f", "http://www.example.co.uk:8080/b?x=1#f"},
        {" https:\\\\evil.com\\path ", "https://evil.com/path"},
        {"http:evil.com", "http://evil.com"},
        {"http:////evil.com", "http://evil.com"},
        {"ht\ntp://a\tb.com/", "http://ab.com/"},
        {"http://0x7f.1/", "http://127.0.0.1/"},
        {"http://2130706433/", "http://127.0.0.1/"},
        {"http://017700000001/x", "http://127.0.0.1/x"},
        {"http://192.168.257/", "http://192.168.1.1/"},
        {"http://0x7f../", "http://0.0.0.127/"},
        {"http://256.256.256.256/", "http://256.256.256.256/"},
        {"http://%65vil.com/", "http://evil.com/"},
        {"http://b\xC3\xBC"
         "cher.de/",
         "http://xn--bcher-kva.de/"},
        {"http://ex\xC2\xAD"
         "ample.com/",
         "http://example.com/"},  // soft hyphen
        {"http://\xEF\xBD\x85xample\xE3\x80\x82"
         "com",
         "http://example.com"},  // full-width e, ideographic stop
        {"http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"},
        {"http://good.com@evil.com/", "http://good.com@evil.com/"},
        {"http://a@b:c@evil.com/", "http://a@b:c@evil.com/"},
        {"http://a.com/./%2e%2E/b/", "http://a.com/b/"},
        {"http://a.com:99999/", "http://a.com/"},
        {"http://a.com/x y?b c #d", "http://a.com/x%20y?b%20c%20#d"},
        {"http://a\x01.com/x #", "http://a.com/x%20"},
        {"mailto:joe@x.com?subject=hi", "mailto:joe@x.com?subject=hi"},
        {"javascript:alert('#?')", "javascript:alert('#?')"},
    };
    DomainNames domain_names;
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        const auto url = parse_url(text.text(), domain_names);
        REQUIRE(url);
        CHECK(url->url == c.url);
        const auto again = parse_url(url->url, domain_names);
        REQUIRE(again);
        CHECK(again->url == url->url);
        CHECK(again->domain.domain == url->domain.domain);
    }
    for (const char* text : {"", "//x.com", "no scheme", "1http://x", ":x", "http://", "http:/.//x"})
        CHECK_FALSE(parse_url(text, domain_names));
}

TEST_CASE("urls: the pieces") {
    DomainNames domain_names;
    const auto url =
        parse_url("https://user:pa%20ss@login.example.co.uk:444/p/a?a=1&b=%C3%A9+x&a=2&c#frag", domain_names);
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->username == "user");
    CHECK(url->password == "pa%20ss");
    CHECK(url->domain.root_domain == "example.co.uk");
    CHECK(url->domain.subdomain == "login");
    CHECK(url->domain.sld == "example");
    CHECK(url->domain.tld == "co.uk");
    CHECK(url->port == 444);
    CHECK(url->path == "/p/a");
    CHECK(url->query_params == "a=1&b=%C3%A9+x&a=2&c");
    CHECK(url->query_params_decoded.at("a") == std::vector<std::string>{"1", "2"});
    CHECK(url->query_params_decoded.at("b") == std::vector<std::string>{"é x"});
    CHECK(url->query_params_decoded.at("c") == std::vector<std::string>{""});
    CHECK(url->fragment == "frag");
    CHECK(parse_url("mailto:a@sub.example.com", domain_names)->domain.root_domain == "example.com");
    // Slashes give it an authority, which counts, and writing it out changes nothing.
    for (const char* text : {"mailto://a@one.example/b@two.example", "mailto:///b@two.example"}) {
        const auto odd = parse_url(text, domain_names);
        REQUIRE(odd.has_value());
        CHECK(parse_url(odd->url, domain_names)->url == odd->url);
        CHECK(odd->domain.domain ==
              (odd->url.find("one") != std::string::npos ? "one.example" : "two.example"));
    }
    CHECK(parse_url("http://127.1/", domain_names)->ip->ip == "127.0.0.1");
}

TEST_CASE("urls: limits on length and parameters") {
    DomainNames domain_names;
    const auto url = parse_url("http://a.com/" + std::string(2 * limits::url_bytes, 'x'), domain_names);
    REQUIRE(url);
    CHECK(url->url.size() <= limits::url_bytes);
    std::string query = "http://a.com/?";
    for (std::size_t i = 0; i < limits::query_parameters + 10; ++i) query += "p" + std::to_string(i) + "=1&";
    CHECK(parse_url(query, domain_names)->query_params_decoded.size() == limits::query_parameters);
}

TEST_CASE("urls: references against a base") {
    DomainNames domain_names;
    const auto base = parse_url("https://example.com/dir/page?q#f", domain_names);
    struct Case {
        std::string reference, with_base, without;
    };
    const std::vector<Case> cases = {
        {"http://x.com/", "http://x.com/", "http://x.com/"},
        {"//x.com/a", "https://x.com/a", "http://x.com/a"},
        {"/root", "https://example.com/root", ""},
        {"leaf", "https://example.com/dir/leaf", ""},
        {"?n=1", "https://example.com/dir/page?n=1", ""},
        {"../up", "https://example.com/up", ""},
        {"#top", "", ""},
        {"", "", ""},
        {"www.x.com/a", "https://example.com/dir/www.x.com/a", "http://www.x.com/a"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.reference);
        const auto resolved = resolve_url(c.reference, base, domain_names);
        CHECK((resolved ? resolved->url : "") == c.with_base);
        const auto alone = resolve_url(c.reference, std::nullopt, domain_names);
        CHECK((alone ? alone->url : "") == c.without);
    }
}

TEST_CASE("urls: typed ones") {
    DomainNames domain_names;
    for (const char* text :
         {"example.com", "www.example.com/x", "http://x", "EXAMPLE.org:80", "mailto:a@b.com"})
        CHECK(parse_typed_url(text, domain_names));
    for (const char* text :
         {"example", "a b.com", "a@b.com", "node.js", "1.5", "", "click here", "example.invalidtld"})
        CHECK_FALSE(parse_typed_url(text, domain_names));
}

TEST_CASE("urls: found in running text") {
    struct Case {
        std::string text;
        std::vector<std::string> urls;
    };
    const std::vector<Case> cases = {
        {"see http://a.com/x, and (https://b.com/(y)).", {"http://a.com/x", "https://b.com/(y)"}},
        {"<http://a.com> \"http://b.com\" [http://c.com]", {"http://a.com", "http://b.com", "http://c.com"}},
        {"Go to WWW.Example.org/z!", {"http://WWW.Example.org/z"}},
        {"at foo.de/bar; and/or 1.2/3 or file.txt/x", {"http://foo.de/bar"}},
        {"user@x.com/y hxxp://d.com xhttp://no.com", {}},
        {"mailto:joe@x.com, mailto:nobody", {"mailto:joe@x.com"}},
        {"http://a.com/?u=http://b.com/q", {"http://a.com/?u=http://b.com/q"}},
        {"「http://j.jp/」と", {"http://j.jp/"}},
        {"HTTPS://A.COM/B?", {"HTTPS://A.COM/B"}},
        {"http:// http://. www. www..", {}},
        {"ftp://f.org/file", {"ftp://f.org/file"}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        std::vector<std::string> urls;
        for (const FoundInText& found : find_urls(text.text(), limits::links)) {
            CHECK(found.offset + found.length <= c.text.size());
            urls.push_back(found.url);
        }
        CHECK(urls == c.urls);
    }
}

TEST_CASE("urls: of one that is too long, the host stays") {
    const std::string user(2 * limits::url_bytes, 'u'), slashes(2 * limits::url_bytes, '/');
    struct Row {
        std::string text, host, path;
    };
    const std::vector<Row> rows = {
        {"https://" + user + "@evil.com/x", "evil.com", "/x"},
        {"https://bank.com:" + user + "@evil.com:8080/x?y", "evil.com", "/x"},
        {"https:" + slashes + "evil.com/x", "evil.com", "/x"},
        {"HTTPS:\\" + user + "@evil.com\\x", "evil.com", "/x"},
        {"https://evil.com/@" + user, "evil.com", ""},
        {"https://evil.com?@" + user, "evil.com", ""},
        {"https://ht\ntp@" + user + "@evil.com#x", "evil.com", ""},
        {"https://" + user + ".evil.com/x", "",
         "/x"},  // no name that could be asked for, but its end is there
        {"ssh://" + user + "@evil.com/x", "evil.com", "/x"},
    };
    DomainNames domain_names;
    for (const Row& row : rows) {
        CAPTURE(row.text.substr(0, 40));
        const std::string kept = shortened_url(row.text, limits::url_bytes);
        CHECK(kept.size() <= limits::url_bytes);
        CHECK(shortened_url(kept, limits::url_bytes) == kept);
        for (const std::optional<Url>& url :
             {parse_url(row.text, domain_names), parse_url(kept, domain_names)}) {
            REQUIRE(url);
            CHECK(url->domain.domain.ends_with("evil.com"));
            if (!row.host.empty()) CHECK(url->domain.domain == row.host);
            CHECK(url->path.starts_with(row.path));
        }
    }
    CHECK(shortened_url("  https://a.com/ ", 5) == "https");
    CHECK(shortened_url("javascript:" + user, limits::url_bytes).starts_with("javascript:u"));
    CHECK(shortened_url(user + "://x", limits::url_bytes).size() == limits::url_bytes);
    // In running text, too, and what follows is found as well.
    for (const std::string before : {"https://" + user + "@", "www." + user + ".", "https:" + slashes}) {
        const std::vector<FoundInText> found =
            find_urls("see " + before + "evil.com/x and http://b.com/y", 10);
        REQUIRE(found.size() >= 2);
        CHECK(found[0].cut);
        const std::optional<Url> url = parse_url(found[0].url, domain_names);
        REQUIRE(url);
        CHECK(url->domain.domain.ends_with("evil.com"));
        CHECK(found.back().url == "http://b.com/y");
        CHECK_FALSE(found.back().cut);
    }
}

TEST_CASE("urls: the search is bounded and takes linear time") {
    for (const std::string unit : {"http:", "www.", "a.b/", "://", "http://", "a/", "a.", "www.a.",
                                   "http://(", "mailto:", "http://x)", "http://,"}) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        CHECK(find_urls(text, 100).size() <= 100);
    }
    // No @ behind any of them, one behind the end of the word, one that the last can reach: two megabytes took half a minute.
    for (const std::string after : {"", " a@b.example", "x@b.example"}) {
        std::string text;
        while (text.size() < 2'000'000) text += "mailto:";
        const std::vector<FoundInText> found = find_urls(text + after, 1'000'000);
        CHECK(found.empty() == !after.starts_with("x"));
        if (!found.empty()) CHECK(found.back().url.find("mailto:x@") != std::string::npos);
    }
    std::string many;
    for (int i = 0; i < 50; ++i) many += "http://a.com ";
    CHECK(find_urls(many, 7).size() == 7);
}

TEST_CASE("urls: how an address is written that a browser takes for another one") {
    using Names = std::vector<std::string>;
    struct Row {
        std::string text, ip, original;
        Names encoders;
        bool v4_to_v6 = false;
    };
    const std::vector<Row> rows = {
        {"http://3405803785/", "203.0.113.9", "3405803785", {"decimal_integer"}},
        {"http://0313.0.0161.011/", "203.0.113.9", "0313.0.0161.011", {"octal"}},
        {"http://0xCB.0.113.011/", "203.0.113.9", "0xCB.0.113.011", {"hexadecimal", "octal"}},
        {"http://203.28937/", "203.0.113.9", "203.28937", {"decimal_integer"}},
        {"http://[::ffff:203.0.113.9]/", "::ffff:203.0.113.9", "::ffff:203.0.113.9", {}, true},
        {"http://[::ffff:cb00:7109]/", "::ffff:203.0.113.9", "::ffff:cb00:7109", {}, true},
    };
    DomainNames domain_names;
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto url = parse_url(row.text, domain_names);
        REQUIRE(url);
        REQUIRE(url->ip);
        CHECK(url->ip->ip == row.ip);
        REQUIRE(url->ip->translation);
        CHECK(url->ip->translation->original == row.original);
        CHECK(url->ip->translation->encoders == row.encoders);
        CHECK(url->ip->translation->v4_to_v6 == row.v4_to_v6);
    }
    for (const std::string plain : {"http://203.0.113.9/", "http://[2001:db8::9]/"}) {
        const auto url = parse_url(plain, domain_names);
        REQUIRE(url);
        REQUIRE(url->ip);
        CHECK_FALSE(url->ip->translation);
    }
}
