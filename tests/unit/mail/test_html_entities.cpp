#include <doctest/doctest.h>

#include <string>

#include "mail/html_entities.hpp"
#include "support/exact_buffer.hpp"

using tocsin::mail::resolve_attribute_references;

TEST_CASE("character references of an attribute are what a browser makes of them") {
    struct Row {
        const char *value, *meant;
    };
    for (const Row& row : {
             Row{"https&colon;//a.example", "https://a.example"},
             Row{"https://a.example&num;@b.example/", "https://a.example#@b.example/"},
             Row{"a&period;b&sol;c&lowbar;d&quest;e&equals;f&commat;g&bsol;h", "a.b/c_d?e=f@g\\h"},
             Row{"&Tab;|&NewLine;|", "\t|\n|"},
             Row{"a&#58;b&#x3A;c&#X3a;d&#58e&#x3Az", "a:b:c:d:e:z"},
             Row{"&#0;&#xD800;&#x110000;&#99999999999999999999;",
                 "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
             Row{"&#x80;&#150;", "\xE2\x82\xAC\xE2\x80\x93"},
             Row{"?a=1&amp;b=2&lt;&gt;&quot;&apos;", "?a=1&b=2<>\"'"},
             // Without ";": only old names, and not where a parameter goes on.
             Row{"?a=1&copy=2&copyx&copy", "?a=1&copy=2&copyx\xC2\xA9"},
             Row{"?a&ampb&amp", "?a&ampb&"},
             Row{"&notit;&notin;", "&notit;\xE2\x88\x89"},
             Row{"&colon", "&colon"},
             Row{"&NotEqualTilde;&ThickSpace;", "\xE2\x89\x82\xCC\xB8\xE2\x81\x9F\xE2\x80\x8A"},
             Row{"&CounterClockwiseContourIntegral;", "\xE2\x88\xB3"},
             Row{"&eacute;vil&shy;", "\xC3\xA9vil\xC2\xAD"},
             Row{"&", "&"},
             Row{"&&", "&&"},
             Row{"&;", "&;"},
             Row{"&#", "&#"},
             Row{"&#;", "&#;"},
             Row{"&#x;", "&#x;"},
             Row{"&unknown;", "&unknown;"},
             Row{"", ""},
             Row{"plain", "plain"},
         }) {
        const tocsin::ExactBuffer value(row.value);
        CAPTURE(row.value);
        CHECK(resolve_attribute_references(value.text()) == row.meant);
    }
}
