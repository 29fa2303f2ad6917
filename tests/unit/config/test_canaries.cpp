// Canaries in the configuration file: what is whole is taken, what could never be hit is told with what to do.
#include <string>

#include <doctest/doctest.h>

#include "config/config.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

std::string canary_problems(const std::string& text) {
    std::string out;
    for (const Problem& problem : parse(text, {}).problems) out += to_line("f", problem) + "\n";
    return out;
}

}  // namespace

TEST_CASE("canaries: what is whole is taken, what is not is told with what to do") {
    const std::string on = "[respond]\npeople = \"people.toml\"\nreport_addresses = [\"phish@esp.example\"]\n"
                           "[[customer]]\nname = \"acme\"\nlogins = [\"acme\"]\n[[canary]]\n";
    const std::string list = "about = \"list\"\nlist = \"readers\"\n";
    struct Row {
        std::string text, problem;
    };
    for (const Row& row : {
             Row{"address = \"x7k2@esp.example\"\nabout = \"infrastructure\"\n", ""},
             Row{"login = \"backup-7\"\nabout = \"infrastructure\"\n", ""},
             Row{"address = \"x7k2@esp.example\"\ncustomer = \"acme\"\n" + list, ""},
             Row{"about = \"infrastructure\"\n", "are both missing"},
             Row{"address = \"a@b.example\"\nlogin = \"c\"\n", "are both there"},
             Row{"address = \"nobody\"\n", "is no address"},
             Row{"address = \"phish@esp.example\"\n", "takes reports"},
             Row{"login = \"\"\n", "is empty"},
             Row{"login = \"backup\"\n" + list, "a login stands in no list"},
             Row{"address = \"a@b.example\"\nabout = \"list\"\n", "canary.list is missing"},
             Row{"address = \"a@b.example\"\nlist = \"readers\"\n", "belongs to about"},
             Row{"address = \"a@b.example\"\ncustomer = \"acmme\"\n" + list, "names no [[customer]]"},
             Row{"address = \"a@b.example\"\n[[canary]]\naddress = \"a@b.example\"\n",
                 "is there already (line 7)"},
         }) {
        CAPTURE(row.text);
        const std::string problems = canary_problems(on + row.text);
        CHECK_MESSAGE(problems.empty() == row.problem.empty(), problems);
        CHECK_MESSAGE(problems.find(row.problem) != std::string::npos, problems);
    }
    CHECK(canary_problems("[[canary]]\naddress = \"a@b.example\"\n").find("the response is off") !=
          std::string::npos);
}
