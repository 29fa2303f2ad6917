#include <doctest/doctest.h>

#include "base/fold_case.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;

TEST_CASE("capitals of the alphabets of Europe become small letters, everything else stays") {
    struct Case {
        const char *text, *folded;
    };
    for (const Case& c :
         {Case{"Rechnung ÜBERFÄLLIG", "rechnung überfällig"}, Case{"×÷ß", "×÷ß"},
          Case{"ŁÓDŹ ŽENA ŐR ŸES ĲS", "łódź žena őr ÿes ĳs"}, Case{"İı", "İı"},
          Case{"ΣΉΜΑ ΆΏΐ Ω", "σήμα άώΐ ω"}, Case{"СРОЧНО Ёлка Ґ Ӑ", "срочно ёлка ґ ӑ"},
          Case{"发票 😀 É", "发票 😀 é"}, Case{"\xC3", "\xC3"}, Case{"\xC3(\xFF\x80Z", "\xC3(\xFF\x80z"}}) {
        CAPTURE(c.text);
        ExactBuffer exact(c.text);
        std::string folded = fold_case(as_text(exact.view()));
        CHECK(folded == c.folded);
        CHECK(fold_case(folded) == folded);
    }
    CHECK(ascii_lower("ÄZ@Example") == "Äz@example");
}
