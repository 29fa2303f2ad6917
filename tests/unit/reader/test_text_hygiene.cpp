#include "reader/text_hygiene.hpp"

#include <doctest/doctest.h>

#include "base/bytes.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("what is clean text, and what becomes of the rest") {
    using namespace std::string_view_literals;
    struct Case {
        std::string_view text;
        bool clean;
        std::string_view cleaned;
    };
    for (const Case& one : {
             Case{""sv, true, ""sv},
             Case{"plain\ttext\r\n"sv, true, "plain\ttext\r\n"sv},
             Case{"a\0b"sv, false,
                  "a\xEF\xBF\xBD"
                  "b"sv},
             Case{"\xC3\xA9"sv, true, "\xC3\xA9"sv},
             Case{"\xE2\x82\xAC \xF0\x9F\x92\xA9"sv, true, "\xE2\x82\xAC \xF0\x9F\x92\xA9"sv},
             Case{"\xC0\x80"sv, false, "\xEF\xBF\xBD\xEF\xBF\xBD"sv},  // overlong NUL
             Case{"\xE0\x80\x80"sv, false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"sv},
             Case{"\xED\xA0\x80"sv, false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"sv},  // surrogate
             Case{"\xF4\x90\x80\x80"sv, false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"sv},
             Case{"\xC3"sv, false, "\xEF\xBF\xBD"sv},  // cut off
             Case{"\xE2\x82"sv, false, "\xEF\xBF\xBD\xEF\xBF\xBD"sv},
             Case{"x\xFFy"sv, false, "x\xEF\xBF\xBDy"sv},
         }) {
        CAPTURE(to_hex(as_bytes(one.text)));
        ExactBuffer exact(one.text);
        CHECK(is_clean_text(exact.text()) == one.clean);
        CHECK(clean_text(exact.text(), 100) == one.cleaned);
        CHECK(is_clean_text(clean_text(one.text, 100)));
    }
}

TEST_CASE("text is cut between characters") {
    CHECK(clean_text("abc", 2) == "ab");
    CHECK(clean_text("a\xE2\x82\xAC", 3) == "a");
    CHECK(clean_text("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
    CHECK(clean_text("\xFF\xFF", 5) == "\xEF\xBF\xBD");
    CHECK(clean_text("abc", 0).empty());
}
