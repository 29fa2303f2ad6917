// What is wrong with a playbook, notices or people is told with file and line, all at once.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "base/contains.hpp"
#include "config/respond_files.hpp"
#include "support/respond_story.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

constexpr const char* notices = R"(
[[notice]]
name = "page"
subject = "s"
text = "t {number}"
)";

/// Problems of one playbook between the shipped notices and the people of the tests.
std::string problems_of(const std::string& playbook) {
    std::ifstream in(std::string(TOCSIN_PLAYBOOKS) + "/notices.toml");
    const std::string shipped((std::istreambuf_iterator<char>(in)), {});
    std::string out;
    for (const std::string& line : read_respond_setup({{"p.toml", playbook}}, {{"n.toml", shipped}},
                                                      {"people.toml", respond::story_people()})
                                       .problems)
        out += line + "\n";
    return out;
}

const std::string head = "name = \"p\"\ntriggers = [\"by_hand\"]\n";

}  // namespace

TEST_CASE("what is wrong with a playbook is told with its line and what to do") {
    struct Case {
        const char* text;  ///< behind two lines of head
        const char* told;
    };
    const Case cases[] = {
        {"[[step]]\nname = \"a\"\ndo = \"hold_costumer\"\n",
         "p.toml:5:6: do cannot be \"hold_costumer\"; did you mean \"hold_customer\"?\n"},
        {"[[step]]\nname = \"a\"\ndo = \"hold_customer\"\n",
         "p.toml:5:6: a: hold_customer needs \"customer\"; write customer = …\n"},
        {"[[step]]\nname = \"a\"\ndo = \"purge\"\n",
         "p.toml:3:1: a: purge touches people's mailboxes; write approvals = 1 or more; "
         "approvals_above_people says for how many people it needs none\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nafter = [\"b\"]\n",
         "p.toml:7:9: a: there is no step \"b\"; name a step of this playbook\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nafter = [\"b\"]\n[[step]]\nname = \"b\"\ndo "
         "= \"manual\"\ntext = \"t\"\nafter = [\"a\"]\n",
         "p.toml:7:9: a: these steps wait for each other: a, b; remove one of them from "
         "`after`\np.toml:12:9: b: these steps wait for each other: a, b; remove one of them from `after`\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nafter = [\"a\"]\n",
         "p.toml:7:9: a: the step waits for itself; remove that\n"},
        {"[[step]]\nname = \"a\"\ndo = \"notify\"\ngroups = [\"dsk\"]\ntemplate = \"page\"\n",
         "p.toml:6:10: a: there is no group \"dsk\"; name a group of people\n"},
        {"[[step]]\nname = \"a\"\ndo = \"notify\"\ngroups = [\"desk\"]\ntemplate = \"pager\"\n",
         "p.toml:7:12: a: there is no notice \"pager\"; write the notice, or name another\n"},
        {"[[step]]\nname = \"a\"\ndo = \"hold_customer\"\ncustomer = \"{custumer}\"\n",
         "p.toml:6:12: a: there is no variable {custumer}; there are incident, number, title, "},
        {"[[step]]\nname = \"a\"\ndo = \"give_order\"\norder = \"block\"\nsubject = \"url\"\nvalue = "
         "\"{url}{sender}\"\n",
         "the step acts on each sender and each url at once"},
        {"[[step]]\nname = \"a\"\ndo = \"give_order\"\norder = \"blok\"\nsubject = \"login\"\nvalue = \"x\"\n",
         "p.toml:6:9: a: an order has no order \"blok\"; write one of: block, hold, pace\n"},
        {"[[step]]\nname = \"a\"\ndo = \"give_order\"\norder = \"hold\"\nsubject = \"logins\"\nvalue = \"x\"\n",
         "p.toml:7:11: a: an order has no subject \"logins\"; write one of: sender, domain, customer, login, "},
        {"[[step]]\nname = \"a\"\ndo = \"give_order\"\norder = \"hold\"\nsubject = \"login\"\n"
         "value = \"x\"\ndirection = \"out\"\n",
         "p.toml:9:13: a: an order has no direction \"out\"; write one of: inbound, outbound\n"},
        {"[[step]]\nname = \"a\"\ndo = \"give_order\"\norder = \"pace\"\nsubject = \"recipient\"\nvalue = \"x\"\n",
         "p.toml:6:9: a: mail for one recipient cannot go in small parts; write order = \"hold\", or another subject\n"},
        {"[[step]]\nname = \"a\"\ndo = \"hold_customer\"\ncustomer = \"{customer}\"\nundo = \"lift_order\"\n",
         "p.toml:7:8: a: \"lift_order\" does not undo hold_customer; write \"release_customer\", \"none\", "
         "or nothing\n"},
        {"[[step]]\nname = \"a\"\ndo = \"webhook:x\"\nundo = \"y\"\n",
         "p.toml:6:8: a: \"y\" is no undo; write \"webhook:NAME\" or \"none\"\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nundo = \"release_customer\"\n",
         "p.toml:7:8: a: manual has no undo; remove undo\n"},
        {"[[step]]\nname = \"a\"\ndo = \"webhook:\"\n",
         "p.toml:5:6: the webhook has no name; write do = \"webhook:NAME\"\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\ndeadline_minuts = 5\n",
         "p.toml:7:1: \"deadline_minuts\" is not known in a step; did you mean deadline_minutes?\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nretries = 101\n",
         "p.toml:7:11: a: more than 100 retries; write fewer\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nretries = \"5\"\n",
         "p.toml:7:11: retries must be a whole number from 0; write retries = 5\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\nonly_if = [\"full_moon\"]\n",
         "p.toml:7:11: only_if cannot be \"full_moon\"; write customer_known"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\napprovals = 4\napprovers = [\"desk\"]\n",
         "p.toml:8:13: a: 4 approvals are needed, and 3 may approve; name larger groups, or fewer "
         "approvals\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\napprovals = 1\n",
         "p.toml:7:13: a: nobody may approve; write approvers = [\"desk\"]\n"},
        {"[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\n[[step]]\nname = \"a\"\ndo = "
         "\"manual\"\ntext = \"t\"\n",
         "there are two steps \"a\"; name them apart\n"},
        {"severity = 5\n[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\n",
         "p.toml:3:12: severity 5 does not exist; write 1 (worst) to 4\n"},
        {"", "p.toml:1:1: the playbook has no step; write [[step]]\n"},
        {"x = [\n", "p.toml:"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.text);
        const std::string told = problems_of(head + one.text);
        CHECK_MESSAGE(told.find(one.told) != std::string::npos, told);
    }
}

TEST_CASE("all that is wrong is told at once, and a good playbook has nothing to tell") {
    CHECK(problems_of(head + "[[step]]\nname = \"a\"\ndo = \"manual\"\ntext = \"t\"\n").empty());
    const std::string told = problems_of(
        "name = \"p\"\ntriggers = [\"noon\"]\ncolour = 1\n[[step]]\nname = \"a b\"\ndo = "
        "\"fly\"\n[[step]]\nname = \"c\"\ndo = \"notify\"\nafter = [\"a b\"]\ntemplate = \"x\"\n");
    for (const char* line :
         {"p.toml:2:12: triggers cannot be", "p.toml:3:1: \"colour\"",
          "p.toml:5:8: a b: the step has no usable name", "p.toml:6:6: do cannot be \"fly\"",
          "c: nobody is told", "p.toml:11:12: c: there is no notice \"x\""}) {
        CAPTURE(line);
        CHECK_MESSAGE(told.find(line) != std::string::npos, told);
    }
}

TEST_CASE("people and notices are checked with the rest") {
    const RespondSetup read = read_respond_setup({}, {{"n.toml", notices}}, {"people.toml", R"(
[[person]]
id = "anna"
[[person]]
id = "anna"
mail = ["a@x.example"]
[[group]]
name = "everyone"
people = ["zoe"]
[[rota]]
name = "first"
turns = ["anna", "zoe"]
begins = "tomorrow"
[[override]]
rota = "second"
person = "anna"
from = "2026-03-01"
until = "2026-03-02"
[[page]]
group = "night"
[escalation]
rounds = 9
page_from_severity = 7
[[deadlines]]
severity = 0
)"});
    std::string told;
    for (const std::string& line : read.problems) told += line + "\n";
    for (const char* line :
         {"n.toml: new_report: there is no notice \"new_report\"", "anna: anna cannot be reached",
          "anna: there are two of the name \"anna\"",
          "people.toml:7:1: everyone: \"everyone\" is a group by itself",
          "people.toml:9:10: everyone: there is no person \"zoe\"", "first: there is no person \"zoe\"",
          "people.toml:13:10: begins is \"tomorrow\", which is no moment",
          "people.toml:15:8: there is no rota \"second\"", "there is no group \"night\"",
          "there is no group \"desk\"", "there may be 1 to 10 levels and 1 to 5 rounds",
          "page_from_severity must be a severity", "people.toml:25:12: severity must be a severity"}) {
        CAPTURE(line);
        CHECK_MESSAGE(told.find(line) != std::string::npos, told);
    }
}

TEST_CASE("of two files with one name the later folder's counts, and what cannot be read is told") {
    const test::TemporaryFolder own;
    std::ofstream(own.path() / "false_alarm.toml")
        << "name = \"mine\"\ntriggers = [\"report:harmless\"]\n[[step]]\nname = \"a\"\ndo = \"undo_runs\"\n";
    const RespondSetup read = load_respond_setup({TOCSIN_PLAYBOOKS, own.path()}, respond::people_file());
    CHECK(read.problems.empty());
    CHECK(read.setup.playbooks.size() == 8);
    CHECK(respond::find_playbook(read.setup, "mine") != nullptr);
    CHECK(respond::find_playbook(read.setup, "false_alarm") == nullptr);
    const RespondSetup none = load_respond_setup({own.path() / "nowhere"}, own.path() / "nobody.toml");
    REQUIRE(none.problems.size() == 2);
    CHECK(none.problems[0].find("name a folder of playbooks") != std::string::npos);
    CHECK(none.problems[1].find("nobody.toml: cannot be read") != std::string::npos);
}
