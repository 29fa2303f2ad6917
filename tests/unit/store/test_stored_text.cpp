#include <doctest/doctest.h>

#include <string>

#include "store/stored_text.hpp"

using namespace tocsin::store;

TEST_CASE("stored text is valid UTF-8 without NUL") {
    const std::string bad = "\xEF\xBF\xBD";
    struct Row {
        std::string in, out;
    };
    const Row table[] = {
        {"", ""},
        {"plain", "plain"},
        {"ä€😀", "ä€😀"},
        {std::string("\0", 1), bad},
        {"\xC0\x80", bad + bad},                      // NUL in two bytes
        {"\xE0\x80\x80", bad + bad + bad},            // overlong
        {"\xED\xA0\x80", bad + bad + bad},            // a surrogate
        {"\xF4\x90\x80\x80", bad + bad + bad + bad},  // beyond U+10FFFF
        {"\xE2\x82", bad + bad},                      // cut
        {"\x80x", bad + "x"},
        {"\xC3(", bad + "("},
    };
    for (const auto& row : table) {
        CAPTURE(row.in);
        CHECK(stored_text(row.in, 100) == row.out);
        CHECK(is_storable(row.in, 100) == (row.in == row.out));
    }
}

TEST_CASE("long text is cut between characters and marked") {
    CHECK(stored_text("abcdef", 6) == "abcdef");
    CHECK(stored_text("abcdefg", 6) == "abc…");
    CHECK(stored_text("ääää", 7) == "ää…");
    CHECK(stored_text("abcdefg", 3) == "…");
    CHECK(stored_text("abcdefg", 2) == "");
    CHECK_FALSE(is_storable("abcdefg", 6));
}

TEST_CASE("keys, patterns and lists") {
    CHECK(search_key("ÄbC@X.Example") == "Äbc@x.example");
    CHECK(contains_pattern("50%_\\") == "%50\\%\\_\\\\%");
    CHECK(list_from_stored(stored_list({"a", "", "b"}, 100)) == std::vector<std::string>{"a", "", "b"});
    CHECK(list_from_stored(stored_list({}, 100)).empty());
}
