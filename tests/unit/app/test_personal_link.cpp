#include <doctest/doctest.h>

#include <array>

#include "app/personal_link.hpp"

using namespace tocsin;
using namespace tocsin::app;

TEST_CASE("of a link that names its reader that is kept which all readers have") {
    const std::array<std::string, 2> readers = {"Anna.Adler@corp.example", "x@y.z"};
    struct Case {
        const char *url, *kept;
    };
    for (const Case& c : {
             Case{"https://evil.example/login?user=anna.adler@corp.example", "https://evil.example/login?user="},
             Case{"https://evil.example/login?user=ANNA.ADLER%40corp.example", "https://evil.example/login?user="},
             Case{"https://evil.example/?e=anna.adler@corp.example", "https://evil.example/?e="},
             Case{"https://evil.example/user/anna.adler@corp.example", "https://evil.example/user/"},
             Case{"https://evil.example/login#anna.adler@corp.example", "https://evil.example/login"},
             Case{"https://evil.example/a?id=17-x@y.z", "https://evil.example/a?id="},
             // base64 of the address as a program wrote it, with something behind it; base64 of it in lower case; hexadecimal.
             Case{"https://evil.example/r?m=QW5uYS5BZGxlckBjb3JwLmV4YW1wbGV8MTc", "https://evil.example/r?m="},
             Case{"https://evil.example/r/m/YW5uYS5hZGxlckBjb3JwLmV4YW1wbGU=", "https://evil.example/r/m/"},
             Case{"https://evil.example/r/m/616e6e612e61646c657240636f72702e6578616d706c65", "https://evil.example/r/m/"},
             // What follows may be what tells it from honest pages.
             Case{"https://tracker.example/u?email=x@y.z&c=123", "https://tracker.example/u?email=x@y.z&c=123"},
             Case{"https://evil.example/user/x@y.z/login", "https://evil.example/user/x@y.z/login"},
             Case{"https://big.example/?x@y.z", "https://big.example/?x@y.z"},
             Case{"https://big.example/u/x@y.z", "https://big.example/u/x@y.z"},
             // Nobody is named, or not more than a host would be left: it stays whole.
             Case{"https://evil.example/login?user=17", "https://evil.example/login?user=17"},
             Case{"https://evil.example/anna.adler@corp.example", "https://evil.example/anna.adler@corp.example"},
             Case{"https://evil.example/", "https://evil.example/"},
             Case{"anna.adler@corp.example", "anna.adler@corp.example"},
             Case{"", ""},
         }) {
        CAPTURE(c.url);
        CHECK(without_reader(c.url, readers) == c.kept);
    }
    CHECK(without_reader("https://evil.example/a?b=c", std::array<std::string, 3>{"", "@", "no-address"}) ==
          "https://evil.example/a?b=c");
}

TEST_CASE("a link to a host alone is about all of it") {
    for (const char* url : {"https://a.example", "https://a.example/", "https://u@a.example:8443/", ""})
        CHECK_FALSE(is_about_less_than_a_host(url));
    for (const char* url : {"https://a.example/x", "https://a.example?x", "a.example/?e="})
        CHECK(is_about_less_than_a_host(url));
}
