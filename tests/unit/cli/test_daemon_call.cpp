#include <doctest/doctest.h>

#include "cli/daemon_call.hpp"

using namespace tocsin::cli;

TEST_CASE("a long text is cut to a number of characters, with a mark, never inside one") {
    CHECK(clipped("", 4) == "");
    CHECK(clipped("abcd", 4) == "abcd");
    CHECK(clipped("abcde", 4) == "abc…");
    CHECK(clipped("äöüß", 4) == "äöüß");
    CHECK(clipped("äöüßx", 4) == "äöü…");
    CHECK(clipped("😀😀😀", 2) == "😀…");
}
