// Texts of the banner that could not do what they are for.
#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("all that is wrong with the banner is told at once, each with its line") {
    const std::string told = problems_of(
        "when = [\"always\", \"never\"]\nheading = \"Careful!\"\nfallback = \"Grüße\"\nmark = \"- -\"\n"
        "learn_days = 400\ncolour = \"red\"\ncontact = 7\n");
    for (const char* line : {"f:2:9: banner.when", "f:2:19: banner.when", "f:3:1: banner.heading is so short",
                             "f:4:1: banner.fallback has a letter", "f:5:1: banner.mark is so short",
                             "f:6:14: banner.learn_days", "f:7:1: [banner] has no setting \"colour\"",
                             "f:8:11: banner.contact"}) {
        CAPTURE(line);
        CHECK(told.find(line) != std::string::npos);
    }
    CHECK(std::ranges::count(told, '\n') == 8);
    CHECK(problems_of("heading = 1\nmark = 2\nfallback = 3\n").find("short") == std::string::npos);
}
