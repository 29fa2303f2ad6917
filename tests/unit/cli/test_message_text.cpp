#include "cli/message_text.hpp"

#include <doctest/doctest.h>

namespace tocsin::cli {

TEST_CASE("a link in a text is dead, and the text can still be read") {
    CHECK(with_dead_links("Look: https://evil.example/a.b?c=1. Bye.") ==
          "Look: hxxps://evil[.]example/a[.]b?c=1. Bye.");
    CHECK(with_dead_links("HTTP://192.0.2.1/ or www.evil.example") ==
          "hxxp://192[.]0[.]2[.]1/ or www[.]evil[.]example");
    CHECK(with_dead_links("a <b@evil.example>") == "a <b@evil[.]example>");
    CHECK(with_dead_links("xhttp://b\xC3\xBC"
                          "cher.example") == "xhxxp://b\xC3\xBC"
                                             "cher[.]example");
    CHECK(with_dead_links(".start and end. ... e. g.") == ".start and end. ... e. g.");
    CHECK(with_dead_links("").empty());
}

}  // namespace tocsin::cli
