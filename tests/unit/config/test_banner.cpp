// Texts of the banner that could not do what they are for.
#include <doctest/doctest.h>

#include <string>

#include "config/config.hpp"

using namespace tocsin::config;

namespace {

std::string problems_of(const std::string& lines) {
    std::string out;
    for (const Problem& problem : parse("[banner]\n" + lines, {}).problems)
        out += to_line("f", problem) + "\n";
    return out;
}

}  // namespace

TEST_CASE("texts of the banner are long enough to be told from honest mail, and shown everywhere") {
    CHECK(problems_of("") == "");
    CHECK(problems_of("when = [\"first_contact\", \"suspicious\", \"phish\"]\nmark = \"the grey heron\"\n") ==
          "");
    CHECK(problems_of("heading = \"请小心此邮件\"\n") == "");
    CHECK(problems_of("heading = \"Take care!\"\n") ==
          "f:2:1: banner.heading is so short that honest mail would be taken for an imitation of it; write "
          "at least 12 letters\n");
    CHECK(problems_of("mark = \"- - - - - - - -\"\n").find("banner.mark is so short") != std::string::npos);
    CHECK(problems_of("fallback = \"Vorsicht: Grüße\"\n") ==
          "f:2:1: banner.fallback has a letter beyond ASCII, and stands where only ASCII can be shown; write "
          "it without such "
          "letters\n");
    CHECK(problems_of("when = [\"always\"]\n").find("banner.when") != std::string::npos);
    CHECK(problems_of("learn_days = 400\n").find("the most is 365 days") != std::string::npos);
    CHECK(problems_of("contact = \"a\\nb\"\n").find("banner.contact") != std::string::npos);
}
