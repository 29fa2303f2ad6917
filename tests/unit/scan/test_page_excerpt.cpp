#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scan/page_excerpt.hpp"

using namespace tocsin::scan;

TEST_CASE("a page as it is, as markup in lower case, and as text") {
    struct Row {
        std::string page, markup, text;
    };
    const std::vector<Row> rows = {
        {"", "", ""},
        {"Dear  Reader", "dear reader", "dear reader"},
        {"<h1>Dear \r\n ANNA</h1>\n<P CLASS='Foo  Bar'>Some Text", "<h1>dear anna</h1><p class=\"foo bar\">some text",
         "dear anna some text"},
        {"next LINE <A HREF=\"https://Shop.Example/Leave?u=ABC\">Click  Me</A>",
         "next line <a href=\"https://shop.example/leave?u=abc\">click me</a>",
         "next line https://Shop.Example/Leave?u=ABC click me "},
        {"a<!-- a < comment > -->b", "ab", "ab"},
        {"<img SRC='http://a.example/X'>x", "<img src=\"http://a.example/x\">x", "http://a.example/X x"},
        // Pieces begin and end anywhere.
        {"u=77\">leave</a> <a hr", "u=77\">leave</a><a hr", "u=77\">leave "},
        {"<!-- never ends", "", ""},
        {"<", "<", ""},
        {"<a href=", "<a href=", ""},
        {"<a href=\"", "<a href=\"", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.page);
        CHECK(page_excerpt(row.page) == "<html>" + row.page + "\n<html>" + row.markup + "\n" + row.text);
    }
}
