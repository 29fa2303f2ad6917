#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "scan/normal_link.hpp"
#include "scan_fixture.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

TEST_CASE("a link is read as a browser reads it") {
    mail::DomainNames names;
    for (const auto& [written, read] : std::vector<std::pair<std::string, std::string>>{
             {"https://evil.example/x?u=1#a", "https://evil.example/x?u=1#a"},
             {"HTTPS://Evil.Example/X", "https://evil.example/X"},
             {"https:evil.example/x", "https://evil.example/x"},
             {"https:/\\evil.example/x", "https://evil.example/x"},
             {"https:///evil.example/", "https://evil.example/"},
             {"https://evil.example\\@good.example/", "https://evil.example/@good.example/"},
             {"https://evil%2eexample/", "https://evil.example/"},
             {"https://evil\xE3\x80\x82" "example/", "https://evil.example/"},
             {"https://\xEF\xBD\x85vil.example/", "https://evil.example/"},
             {"https://ev\xC2\xADil.example/", "https://evil.example/"},
             {"https://ev\til.example/", "https://evil.example/"},
             {"https://evil.example./", "https://evil.example/"},
             {"https://b\xC3\xBC" "cher.example/", "https://xn--bcher-kva.example/"},
             {"http://3221225985/", "http://192.0.2.1/"},
             {"http://0xC0000201/", "http://192.0.2.1/"},
             {"http://0300.0.02.1/", "http://192.0.2.1/"},
             {"http://192.0.513/", "http://192.0.2.1/"},
             {"https://evil.example:443/login", "https://evil.example/login"},
             {"https://evil.example/./login", "https://evil.example/login"},
             {"https://evil.example/a/../login", "https://evil.example/login"},
             {"https://evil.example", "https://evil.example"},
             {"http://evil.example:8080/login", "http://evil.example:8080/login"},
             {"http://192.0.2.1:80/", "http://192.0.2.1/"},
             {"javascript:alert(1)", "javascript:alert(1)"},
             {"not a link", "not a link"},
             {"", ""},
         }) {
        CAPTURE(written);
        CHECK(normal_link(written, names) == read);
        CHECK(normal_link(normal_link(written, names), names) == read);
    }
}

TEST_CASE("a page's links are found where its base leads, and in its words") {
    const auto urls_of = [](const std::string& page) {
        std::string urls;
        for (const FoundUrl& url : scan_file(engines(), as_bytes("<html><body>" + page + "</body></html>"), "a.html", {}).urls)
            urls += url.source + " " + url.url + "\n";
        return urls;
    };
    CHECK(urls_of("<base href=\"https://evil.example/a/\"><a href=\"/login\">x</a><form action=\"b\">") ==
          "html https://evil.example/a/\nhtml https://evil.example/login\nform https://evil.example/a/b\n");
    CHECK(urls_of("<base href='https://one.example'><base href='https://two.example'><a href='x'>") ==
          "html https://one.example\nhtml https://two.example\nhtml https://one.example/x\n");
    CHECK(urls_of("<a href=\"/login\">x</a><a href=\"#top\">") == "");
    CHECK(urls_of("<p>see https://evil.example/x now or www.bad.example</p>") ==
          "text https://evil.example/x\ntext http://www.bad.example\n");
    CHECK(urls_of("<style>a{background:url(https://style.example/x)}</style>") == "");
}
