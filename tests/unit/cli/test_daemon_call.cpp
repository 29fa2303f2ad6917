#include <doctest/doctest.h>

#include "cli/daemon_call.hpp"

using namespace tocsin;
using namespace tocsin::cli;

TEST_CASE("a long text is cut to a number of characters, with a mark, never inside one") {
    CHECK(clipped("", 4) == "");
    CHECK(clipped("abcd", 4) == "abcd");
    CHECK(clipped("abcde", 4) == "abc…");
    CHECK(clipped("äöüß", 4) == "äöüß");
    CHECK(clipped("äöüßx", 4) == "äöü…");
    CHECK(clipped("😀😀😀", 2) == "😀…");
}

TEST_CASE("a daemon that may not be asked is not one that is not there") {
    const Error forbidden = no_answer({ErrorCode::permission, "connect: Permission denied"}, "/srv/data");
    CHECK(forbidden.code == ErrorCode::permission);
    CHECK(forbidden.message.find("/srv/data/api.sock (connect: Permission denied)") != std::string::npos);
    CHECK(forbidden.message.find("the user that it runs as and root") != std::string::npos);
    CHECK(forbidden.message.find("tocsin serve") == std::string::npos);
    const Error absent = no_answer({ErrorCode::not_found, "connect: No such file"}, "/srv/data");
    CHECK(absent.code == ErrorCode::unavailable);
    CHECK(absent.message.find("start one with `tocsin serve --data /srv/data`") != std::string::npos);
}
