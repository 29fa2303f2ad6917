// What [mailboxes] needs, so that nobody hears of it first in the middle of an attack.
#include <doctest/doctest.h>

#include <string>

#include "config/config.hpp"

using namespace tocsin::config;

namespace {

std::string problems_of(const std::string& text) {
    std::string out;
    for (const Problem& problem : parse(text, {}).problems) out += to_line("f", problem) + "\n";
    return out;
}

const std::string on = "[respond]\npeople = \"people.toml\"\n[mailboxes]\n";
const std::string server = "server = \"192.0.2.10:993\"\npassword_file = \"p\"\n";
const std::string good = server + "user = \"tocsin\"\ndomains = [\"example.org\"]\n";

}  // namespace

TEST_CASE("mailboxes: what is whole is taken, what is not is told with what to do") {
    const std::string hash(64, 'a');
    struct Row {
        std::string text, problem;
    };
    for (const Row& row : {
             Row{good, ""},
             Row{server + "login = \"own\"\nreport_mailboxes = [\"phish@example.org\"]\n", ""},
             Row{good + "certificate_sha256 = \"" + hash + "\"\n", ""},
             Row{good + "login = \"act_as\"\ntls = \"starttls\"\ntls_name = \"imap.example.org\"\n", ""},
             Row{"user = \"tocsin\"\n", "mailboxes.server is missing"},
             Row{server + "domains = [\"example.org\"]\n", "mailboxes.user is missing"},
             Row{server + "user = \"tocsin\"\n", "no mailbox is named"},
             Row{"server = \"192.0.2.10:993\"\nuser = \"t\"\ndomains = [\"example.org\"]\n",
                 "mailboxes.password_file is missing"},
             Row{good + "tls = \"none\"\n", "in the clear"},
             Row{good + "certificate_sha256 = \"12\"\n", "is no SHA-256"},
             Row{good + "certificate_sha256 = \"" + hash + "\"\ntls_name = \"imap.example.org\"\n",
                 "takes the place of"},
             Row{server + "login = \"own\"\ndomains = [\"example.org\"]\n", "one password cannot open"},
             Row{good + "login = \"own\"\n", "each mailbox signs in as itself"},
             Row{good + "sealed_folder = \"a.b\"\n", "other characters than letters"},
             Row{good + "separator = \"**\"\n", "the longest is 1 bytes"},
             Row{good + "connections = 0\n", "the least is 1"},
             Row{good + "tls = \"ssl\"\n", "is no choice"},
             Row{good + "server = \"imap.example.org:993\"\n", ""},
         }) {
        CAPTURE(row.text);
        const std::string problems = problems_of(on + row.text);
        if (row.text.find("imap.example.org:993") != std::string::npos) {
            CHECK(problems != "");  // twice, and a name: a name server must not decide who gets the password
            continue;
        }
        CHECK_MESSAGE(problems.empty() == row.problem.empty(), problems);
        CHECK_MESSAGE(problems.find(row.problem) != std::string::npos, problems);
    }
}

TEST_CASE("mailboxes: to this machine without encryption, and not without the response") {
    const std::string here =
        "server = \"127.0.0.1:143\"\ntls = \"none\"\npassword_file = \"p\"\nuser = \"t\"\n"
        "domains = [\"example.org\"]\n";
    CHECK(problems_of(on + here) == "");
    CHECK(problems_of("[mailboxes]\n" + here).find("the response is off") != std::string::npos);
}

TEST_CASE("mailboxes: a fingerprint as openssl writes it") {
    std::string colons = "0A";
    for (int count = 1; count < 32; ++count) colons += ":fF";
    REQUIRE(certificate_hash(colons).has_value());
    CHECK(certificate_hash(colons)->front() == 0x0A);
    CHECK(certificate_hash(colons)->back() == 0xFF);
    for (const std::string& bad :
         {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'g')})
        CHECK_FALSE(certificate_hash(bad).has_value());
}
