// URLs as people configure them.
#include <doctest/doctest.h>

#include "base/limits/hooks.hpp"
#include "base/web_url.hpp"

using namespace tocsin;

TEST_CASE("a URL: scheme, host, port, target") {
    struct Row {
        const char* text;
        WebScheme scheme;
        const char* host;
        std::uint16_t port;
        const char* target;
        const char* authority;
        bool is_private;
    };
    for (const Row& row : {
             Row{"https://Hooks.Example.org", WebScheme::https, "hooks.example.org", 443, "/",
                 "hooks.example.org", true},
             Row{"https://h.example:8443/a/b?c=d&e", WebScheme::https, "h.example", 8443, "/a/b?c=d&e",
                 "h.example:8443", true},
             Row{"https://h.example?x=1", WebScheme::https, "h.example", 443, "/?x=1", "h.example", true},
             Row{"http://127.0.0.1:8000/", WebScheme::http, "127.0.0.1", 8000, "/", "127.0.0.1:8000", true},
             Row{"http://[::1]:8000/x", WebScheme::http, "::1", 8000, "/x", "[::1]:8000", true},
             Row{"http://localhost/x", WebScheme::http, "localhost", 80, "/x", "localhost", true},
             Row{"http://127.0.0.1.evil.example/", WebScheme::http, "127.0.0.1.evil.example", 80, "/",
                 "127.0.0.1.evil.example", false},
             Row{"http://10.0.0.1/", WebScheme::http, "10.0.0.1", 80, "/", "10.0.0.1", false},
         }) {
        CAPTURE(row.text);
        const Result<WebUrl> url = parse_web_url(row.text);
        REQUIRE(url.has_value());
        CHECK(url->scheme == row.scheme);
        CHECK(url->host == row.host);
        CHECK(url->port == row.port);
        CHECK(url->target == row.target);
        CHECK(authority_of(*url) == row.authority);
        CHECK(is_private(*url) == row.is_private);
    }
    CHECK(has_ip_host(*parse_web_url("https://[2001:db8::1]/")));
    CHECK_FALSE(has_ip_host(*parse_web_url("https://h.example/")));
}

TEST_CASE("what is no such URL is told") {
    for (const std::string& bad : {std::string(),
                                   std::string("h.example/x"),
                                   std::string("ftp://h.example/"),
                                   std::string("https://"),
                                   std::string("https:///x"),
                                   std::string("https://h.example:0/"),
                                   std::string("https://h.example:65536/"),
                                   std::string("https://h.example:80x/"),
                                   std::string("https://h.example:/"),
                                   std::string("https://user@h.example/"),
                                   std::string("https://h.example/#x"),
                                   std::string("https://h.example/a b"),
                                   std::string("https://h.example/\r\nX: y"),
                                   std::string("https://[::1/"),
                                   std::string("https://[h.example]/"),
                                   std::string("https://[127.0.0.1]/"),
                                   std::string("https://[::1]x/"),
                                   std::string("https://-h.example/"),
                                   std::string("https://h.ex\xC3\xA4mple/"),
                                   "https://h.example/" + std::string(limits::web_url_bytes, 'x')}) {
        CAPTURE(bad);
        CHECK(parse_web_url(bad).error().code == ErrorCode::invalid_input);
    }
}
