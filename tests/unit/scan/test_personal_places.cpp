// Where a copy may differ: what is plain to everybody is found, everything else is refused.
#include <doctest/doctest.h>

#include <string>

#include "scan/personal_places.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

/// The page with everything outside the places as "·"; "refused" when there are none by decision.
std::string shown(std::string_view page) {
    const ExactBuffer buffer(page);
    const auto places = personal_places(as_text(buffer.view()));
    if (!places) return "refused";
    std::string text(page.size(), '.');
    for (const PersonalPlace& place : *places)
        for (std::size_t i = place.begin; i < place.end; ++i)
            text[i] = place.kind == PlaceKind::words ? 'w' : 'p';
    return text;
}

struct Row {
    std::string_view page, places;
};

constexpr Row rows[] = {
    {"", ""},
    {"abc", "www"},
    {"<p>ab</p>c", "...ww....w"},
    {"<p class='x y' id=z>a", "....................w"},
    {"<br/>a<BR >b", ".....w.....w"},
    {"<a href=\"https://h.example/u?id=1\">x</a>", "...........................pppppp..w...."},
    {"<a href='http://h.example/u'>x</a>", "..........................p..w...."},
    {"<img src=\"https://h.example/u\">", "............................p.."},
    // No path, no web link, a host that differs, user names, backslashes: no place.
    {"<a href=\"https://h.example\">x</a>", "............................w...."},
    {"<a href=\"https://h.example?u=1\">x</a>", "................................w...."},
    {"<a href=\"https://a@h.example/u\">x</a>", "................................w...."},
    {"<a href=\"mailto:a/b\">x</a>", ".....................w...."},
    {"<a href=\"https:///u\">x</a>", ".....................w...."},
    {"<a href=\"https://h\\u/v\">x</a>", "........................w...."},
    {"<a title=\"https://h.example/u\">x</a>", "...............................w...."},
    {"<a href=https://h.example/u>x</a>", "............................w...."},
    // Skipped, and never a place.
    {"<!-- a --><!DOCTYPE html><?x?>b", "..............................w"},
    {"<style>a{}</style>b", "..................w"},
    {"<title>a</title>b", "................w"},
    {"<meta charset=\"utf-8\">a", "......................w"},
    {"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>a",
     "......................................................................w"},
    // What runs, what asks, what others read otherwise.
    {"<script>a</script>", "refused"},
    {"<!-- <ScRiPt> -->", "refused"},
    {"<form><input></form>", "refused"},
    {"<svg></svg>", "refused"},
    {"<iframe src='https://h.example/u'>", "refused"},
    {"<p onclick='a'>", "refused"},
    {"<button formaction='https://h.example/u'>", "refused"},
    {"<meta http-equiv=refresh content='0;url=https://h.example/'>", "refused"},
    {"<meta charset=utf-7>", "refused"},
    {"<meta content='text/html; charset = \"hz-gb-2312\"'>", "refused"},
    {"a < b", "refused"},
    {"a<", "refused"},
    {"<p", "refused"},
    {"<p a", "refused"},
    {"<p a='", "refused"},
    {"<p a='<b>'>", "refused"},
    {"<p a=b'c>", "refused"},
    {"<p =a>", "refused"},
    {"<p \"a\">", "refused"},
    {"<!-- a", "refused"},
    {"<!a", "refused"},
    {"<style>a", "refused"},
    {"<style>a</style", "refused"},
    {"</p", "refused"},
    {"</ p>", "refused"},
};

}  // namespace

TEST_CASE("places of a page") {
    for (const Row& row : rows) {
        CAPTURE(row.page);
        CHECK(shown(row.page) == row.places);
    }
}

TEST_CASE("what may stand in a place") {
    for (const std::string_view text : {"", "Anna", "Dr. O'Neil-Smith, 4711", "Jürgen", "a_b@c.example"})
        CHECK(harmless_there(PlaceKind::words, text));
    for (const std::string_view path : {"u=4711&v=a/b", "AbC-_.~%20=", "?x"})
        CHECK(harmless_there(PlaceKind::link_path, path));
    for (unsigned value = 0; value < 256; ++value) {
        const std::string one(1, static_cast<char>(value));
        CAPTURE(value);
        const bool markup =
            std::string_view("<>\"&;:/\\()[]{}=+*!?#$%^`|~").find(one[0]) != std::string_view::npos;
        if (value < 0x20 || value == 0x7F || markup) CHECK_FALSE(harmless_there(PlaceKind::words, one));
        const bool ends_link = std::string_view("<>\"'\\ ();:@#").find(one[0]) != std::string_view::npos;
        if (value < 0x20 || value >= 0x7F || ends_link)
            CHECK_FALSE(harmless_there(PlaceKind::link_path, one));
    }
}

TEST_CASE("charsets in which ASCII is ASCII") {
    for (const std::string_view name : {"", "utf-8", "us-ascii", "iso-8859-15", "windows-1252"})
        CHECK(plain_charset(name));
    for (const std::string_view name :
         {"utf-7", "utf-16", "utf-16le", "hz-gb-2312", "iso-2022-jp", "x", "unicode-1-1-utf-7"})
        CHECK_FALSE(plain_charset(name));
}
