#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "rules/glob.hpp"
#include "rules/strings.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

using enum EditDistance::Kind;

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (; times > 0; --times) out += text;
    return out;
}

/// The textbook's table, to compare with.
std::size_t slow_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t column = 0; column < row.size(); ++column) row[column] = column;
    for (std::size_t at = 0; at < left.size(); ++at) {
        std::size_t diagonal = row[0]++;
        for (std::size_t column = 0; column < right.size(); ++column) {
            const std::size_t replaced = diagonal + (left[at] == right[column] ? 0 : 1);
            diagonal = row[column + 1];
            row[column + 1] = std::min({replaced, row[column] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

TEST_CASE("strings: simple case folding") {
    struct Row {
        std::string text, folded;
    };
    for (const Row& c : std::vector<Row>{
             {"", ""},
             {"PayPal", "paypal"},
             {"ÄÖÜ ß", "äöü ß"},
             {"ẞ", "ß"},              // simple, not "ss"
             {"ΣΑΣ ς", "σασ σ"},      // both small sigmas are one
             {"\u212A\u017F", "ks"},  // Kelvin sign, long s: other sizes
             {"İI", "İi"},            // no Turkish rules
             {"ПРИВЕТ", "привет"},
             {"\U00010400", "\U00010428"},  // Deseret
             {"\u1E9E\xFF", "ß\xFF"},       // what is no UTF-8 stays
         }) {
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        CHECK(fold(text.text()) == c.folded);
        CHECK(equal_folded(text.text(), c.folded));
    }
    CHECK_FALSE(equal_folded("STRASSE", "straße"));
    CHECK_FALSE(equal_folded("abc", "ab"));
    CHECK_FALSE(equal_folded("\xFF", "\xFE"));  // U+FFFD is none of them
    CHECK_FALSE(equal_folded("\xFF", "\uFFFD"));
}

TEST_CASE("strings: contains, starts_with, ends_with") {
    struct Row {
        std::string text, needle;
        bool contains, starts, ends, icontains, istarts, iends;
    };
    for (const Row& c : std::vector<Row>{
             {"Your PayPal invoice", "paypal", false, false, false, true, false, false},
             {"Your PayPal invoice", "your", false, false, false, true, true, false},
             {"Your PayPal invoice", "INVOICE", false, false, false, true, false, true},
             {"Your PayPal invoice", "Your", true, true, false, true, true, false},
             {"x", "", true, true, true, true, true, true},
             {"", "x", false, false, false, false, false, false},
             {"300 \u212A", "k", false, false, false, true, false, true},
             {"\u212Aelvin", "KELVIN", false, false, false, true, true, true},
             {"k", "\u212A", false, false, false, true, true, true},
             {"ÄRGER", "ärger", false, false, false, true, true, true},
             {"\x80\x80", "\x80", true, true, true, true, true, true},
             {"aaab", "AAB", false, false, false, true, false, true},
         }) {
        CAPTURE(c.text);
        CAPTURE(c.needle);
        const ExactBuffer text(c.text), needle(c.needle);
        CHECK(contains(text.text(), needle.text(), Case::exact) == c.contains);
        CHECK(starts_with(text.text(), needle.text(), Case::exact) == c.starts);
        CHECK(ends_with(text.text(), needle.text(), Case::exact) == c.ends);
        CHECK(contains(text.text(), needle.text(), Case::folded) == c.icontains);
        CHECK(starts_with(text.text(), needle.text(), Case::folded) == c.istarts);
        CHECK(ends_with(text.text(), needle.text(), Case::folded) == c.iends);
    }
}

TEST_CASE("strings: count and length") {
    CHECK(count("aaa", "aa", Case::exact) == 1);
    CHECK(count("a b c", " ", Case::exact) == 2);
    CHECK(count("Click CLICK click", "click", Case::exact) == 1);
    CHECK(count("Click CLICK click", "click", Case::folded) == 3);
    CHECK(count("äb", "", Case::exact) == 3);  // as in Go
    CHECK(count("", "x", Case::exact) == 0);
    CHECK(length("") == 0);
    CHECK(length("naïve") == 5);
    CHECK(length("\U0001F600\u0301") == 2);  // code points, not what a person counts
    CHECK(length("a\xFF\xFE") == 3);
}

TEST_CASE("strings: globs") {
    struct Row {
        std::string pattern, text;
        bool exact, folded;
    };
    for (const Row& c : std::vector<Row>{
             {"*safe sender*", "This is a Safe Sender.", false, true},
             {"secure share", "Secure Share", false, true},
             {"secure share", "secure share!", false, false},
             {"*onload*", "<svg\nonload=\n>", true, true},
             {"docu*", "docusign", true, true},
             {"*sign", "docusign", true, true},
             {"*sign", "docusigns", false, false},
             {"a*b*c", "aXXbYYc", true, true},
             {"a*b*c", "acb", false, false},
             {"*a*a*", "a", false, false},
             {"aa*aa", "aaa", false, false},  // the ends may not overlap
             {"aa*aa", "aaaa", true, true},
             {"", "", true, true},
             {"", "x", false, false},
             {"*", "", true, true},
             {"***", "x\r\ny", true, true},
             {"?", "", false, false},
             {"?", "ä", true, true},
             {"?", "\U0001F600", true, true},
             {"??", "ä", false, false},
             {"*?", "", false, false},
             {"*?", "\u20AC", true, true},
             {"re?iew*", "re\u00ADiew it", true, true},
             {"*p?y?al*", "my PäyPal", false, true},
             {"*p?yp?l*", "my PäyPal", false, true},
             {"*??x*", "ax bcx", true, true},
             {"*?x?", "xxx", true, true},
             {"*[x]\\*", "a[x]\\b", true, true},  // neither sets nor escapes
             {"*[x]*", "x", false, false},
             {"*\u212A*", "kelvin", false, true},
             {"*?", "\x80\x80\xFF", true, true},  // broken UTF-8 harms nothing
             {"\xC3*", "\xC3\xA4", true, true},
         }) {
        CAPTURE(c.pattern);
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        const Glob glob(c.pattern);
        CHECK(glob.matches(text.text(), Case::exact) == c.exact);
        CHECK(glob.matches(text.text(), Case::folded) == c.folded);
        CHECK(glob.matches_folded(fold(text.text())) == c.folded);
    }
}

TEST_CASE("strings: a hostile text cannot make a glob go back and forth") {
    const std::string text = repeated("a", 1U << 18);
    CHECK_FALSE(Glob(repeated("*a", 50) + "*b").matches(text, Case::exact));
    CHECK_FALSE(Glob("*" + repeated("a", 200) + "b*").matches(text, Case::exact));
    CHECK_FALSE(Glob("*?a?a?b*").matches(text, Case::exact));
    CHECK(Glob(repeated("*a", 50) + "*").matches(text, Case::exact));
}

TEST_CASE("strings: edit distance") {
    struct Row {
        std::string left, right;
        std::size_t exact, folded;
    };
    for (const Row& c : std::vector<Row>{
             {"", "", 0, 0},
             {"", "abc", 3, 3},
             {"kitten", "sitting", 3, 3},
             {"TD Bnak", "TD Bank", 2, 2},  // a swap is two edits
             {"Disney", "disney", 1, 0},
             {"D\u00ECsney", "disney", 2, 1},
             {"日本語", "日木語", 1, 1},
             {"\U0001F600", "", 1, 1},
             {"morgan stanley", "Morgan Stanly", 3, 1},
         }) {
        CAPTURE(c.left);
        CHECK(levenshtein(c.left, c.right, Case::exact) == EditDistance{exact, c.exact});
        CHECK(levenshtein(c.right, c.left, Case::exact) == EditDistance{exact, c.exact});
        CHECK(levenshtein(c.left, c.right, Case::folded) == EditDistance{exact, c.folded});
    }
}

TEST_CASE("strings: edit distance equals the textbook's over block borders") {
    std::uint32_t state = 1;  // a fixed sequence: the same test every time
    const auto next = [&state](std::uint32_t below) {
        return (state = state * 1664525U + 1013904223U) / 65536U % below;
    };
    for (int round = 0; round < 300; ++round) {
        std::string left, right;
        for (std::uint32_t size = next(200); size > 0; --size) left += static_cast<char>('a' + next(3));
        for (std::uint32_t size = next(200); size > 0; --size) right += static_cast<char>('a' + next(3));
        CAPTURE(left);
        CAPTURE(right);
        CHECK(levenshtein(left, right, Case::exact) == EditDistance{exact, slow_distance(left, right)});
    }
}

TEST_CASE("strings: edit distance, cut-off and limit") {
    CHECK(levenshtein("kitten", "sitting", Case::exact, 3) == EditDistance{exact, 3});
    CHECK(levenshtein("kitten", "sitting", Case::exact, 2) == EditDistance{above, 3});
    CHECK(levenshtein("", "abcdef", Case::exact, 2) == EditDistance{above, 6});
    const std::string longest = repeated("ä", limits::edit_distance_characters);
    CHECK(levenshtein(longest, longest + "x", Case::exact) == EditDistance{too_long, 1});
    CHECK(levenshtein(longest + "x", "disney", Case::exact, 1).kind == above);  // the lengths say enough
    CHECK(levenshtein(longest, repeated("b", limits::edit_distance_characters), Case::exact) ==
          EditDistance{exact, limits::edit_distance_characters});
}
