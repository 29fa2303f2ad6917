#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "mail/transfer_decoding.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::base64_encode;

namespace {

std::vector<DataUri> search(std::string_view text, std::size_t uris_max = 16) {
    const ExactBuffer buffer(text);
    return find_data_uris(buffer.view(), uris_max);
}

}  // namespace

TEST_CASE("data: URIs in HTML, CSS and text") {
    struct Row {
        std::string text;
        std::string media_type;
        std::string content;
    };
    const std::vector<Row> rows = {
        {"<a href=\"data:text/html;base64,QUJD\">x</a>", "text/html", "ABC"},
        {"<a href='data:text/html;base64,QUJD'>x</a>", "text/html", "ABC"},
        {"<a href=data:text/html;base64,QUJD>x</a>", "text/html", "ABC"},
        {"<a href=\" data:text/html;base64,QUJD\">x</a>", "text/html", "ABC"},
        {"<a href=\"DATA:Text/HTML;charset=utf-8;BASE64,QUJD\">", "text/html", "ABC"},
        {"<img src=\"data:image/png;base64,QU\r\nJD\r\n\">", "image/png", "ABC"},
        {"<img src=\"data:;base64,QUJD\">", "", "ABC"},
        {"url(data:image/svg+xml;base64,QUJD)", "image/svg+xml", "ABC"},
        {"url(\"data:image/svg+xml,%3Csvg%20a=(1)%3E\")", "image/svg+xml", "<svg a=(1)>"},
        {"see data:text/plain,a%41b next", "text/plain", "aAb"},
        {"see <data:text/plain,a b>", "text/plain", "a b"},
        {"<a href=\"data:text/html,<b>it's</b>\">", "text/html", "<b>it's</b>"},
        {"<a href=\"data:text/html;base64,%51%55%4A%44\">", "text/html", "ABC"},
        {"<a href=\"data:,hello\">", "", "hello"},
        {"<a href=\"data: text/html ; base64 ,QUJD\">", "text/html", "ABC"},
        {"data:text/html,%4", "text/html", "%4"},
        {"\"data:text/html,never closed and so on", "text/html", "never"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto uris = search(row.text);
        REQUIRE(uris.size() == 1);
        CHECK(uris[0].media_type == row.media_type);
        CHECK(as_text(uris[0].bytes) == row.content);
        CHECK(uris[0].offset == std::min(row.text.find("data:"), row.text.find("DATA:")));
    }
}

TEST_CASE("data: URIs: ordinary text has none") {
    for (const char* text :
         {"Our data: one, two, three", "metadata:text/html,x", "data:", "data:text/html", "data:a b/c d,x",
          "data:image/,x", "data:/png,x", "DATA: 2024, 2025", "data: , x", "my-data:text/plain,x"}) {
        CAPTURE(text);
        CHECK(search(text).empty());
    }
}

TEST_CASE("data: URIs: limits") {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "<a href=\"data:text/html,x\">";
    CHECK(search(text, 7).size() == 7);
    CHECK(search(text, 100).size() == 20);
    CHECK(search(text, 0).empty());
    CHECK(search("data:text/html;" + std::string(900, 'p') + ",x").size() == 1);
    CHECK(search("data:text/html;" + std::string(2000, 'p') + ",x").empty());
    std::string unclosed;
    for (int i = 0; i < 200'000; ++i) unclosed += "\"data:text/html,x ";
    CHECK(search(unclosed, 1'000'000).size() == 200'000);
}

TEST_CASE("data: URIs: properties") {
    CHECK(rc::check("encode, find, compare", [] {
        const auto data = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const auto uris = search("<img src=\"data:image/gif;base64," + base64_encode(data, 0) + "\">");
        RC_ASSERT(uris.size() == 1U);
        RC_ASSERT(as_text(uris[0].bytes) == data);
    }));
}
