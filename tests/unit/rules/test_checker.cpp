#include <doctest/doctest.h>
#include <fmt/format.h>

#include "rules/language.hpp"
#include "rules/rule_set.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using tocsin::rules::test::Asker;

TEST_CASE("a wrong name or type is told with its place") {
    Asker ask;
    struct {
        std::string expression, problem;
    } const table[] = {
        {"sender.displayname", "1:1: Mailbox has no field 'displayname', did you mean 'display_name'?"},
        {"sendr.email", "1:1: Message has no field 'sendr', did you mean 'sender'?"},
        {"true and\n  subject.subjct == 'x'", "2:3: Subject has no field 'subjct', did you mean 'subject'?"},
        {"subject.subject.length", "1:1: .length: text has no fields"},
        {"body.links.href_url", "1:1: .href_url: [Link] has no fields"},
        {"string.contains('a', 'b')",
         "1:1: there is no function 'string.contains', did you mean 'strings.contains'?"},
        {"strings.contains('a')", "1:1: strings.contains() takes 2 or more arguments, here are 1"},
        {"strings.contains('a', 1)", "1:23: text is expected, this is integer"},
        {"strings.contains('a', needle='b')", "1:1: strings.contains() has no argument named 'needle'"},
        {"strings.parse_url('a', strickt=true)", "1:1: strings.parse_url() has no argument named 'strickt'"},
        {"strings.parse_url('a', strict='x')", "1:31: boolean is expected, this is text"},
        {"strings.parse_url('a', true, strict=true)",
         "1:1: strings.parse_url(): the argument 'strict' is given twice"},
        {"strings.parse_url('a', true, true)", "1:1: strings.parse_url() takes at most 2 arguments"},
        {"strings.parse_url()", "1:1: strings.parse_url() needs 1 or more arguments, here are 0"},
        {"regex.contains('a', '(')",
         "1:1: regex.contains(): pattern 1: the regular expression cannot be used: missing ): ( (syntax of "
         "RE2: no look-around, no back references)"},
        {"regex.icontains('a', 'b', '(?=c)')",
         "1:1: regex.icontains(): pattern 2: the regular expression cannot be used: invalid perl operator: "
         "(?= (syntax of RE2: no look-around, no back references)"},
        {"beta.ip_in('1.2.3.4', '10.0.0.0/33')",
         "1:1: beta.ip_in(): '10.0.0.0/33' is no address and no network"},
        {"subject.subject == 1", "1:1: text cannot be compared with integer"},
        {"subject.is_reply < true", "1:1: true and false have no order"},
        {"1 =~ 'a'", "1:1: text is expected, this is integer"},
        {"subject.subject and true", "1:1: true or false is expected, this is text"},
        {"not 1", "1:5: true or false is expected, this is integer"},
        {"any(body.links, .href_url.path)", "1:17: true or false is expected, this is text"},
        {"any(sender, true)", "1:5: an array is expected, this is Mailbox"},
        {"any(body.links)", "1:1: any() takes 2 arguments, here are 1"},
        {".href_url",
         "1:1: '.' has a meaning only inside any(), all(), filter(), map(), distinct() and ratio()"},
        {"any(body.links, ..href_url.path == 'x')", "1:17: there are not so many loops around this place"},
        {"'a' + 'b'", "1:1: a number is expected, this is text"},
        {"1 + true", "1:5: a number is expected, this is boolean"},
        {"'a' in $no_such_list", "1:8: there is no list $no_such_list"},
        {"1 in ('a')", "1:7: text is never equal to integer"},
        {"1 in [true]", "1:1: integer cannot be in [boolean]"},
        {"[1, 'a']", "1:5: the items of an array must be of one type; this one is text"},
        {"coalesce(1, 'a')", "1:13: the arguments of coalesce() must be of one type; this one is text"},
        {"body.links['a']", "1:1: [Link] has no index of type text"},
        {"length(true)", "1:1: length() cannot be asked of boolean"},
        {"sum(body.links)", "1:1: sum() cannot be asked of [Link]"},
        {"keys(1)", "1:1: keys() cannot be asked of integer"},
        {"('a', 'b')", "1:5: ')' is expected, here stands ','"},
        {"1 < 'a' < 3", "1:5: a number is expected, this is text"},
        {"triage.trigger == 'x'", "1:1: Message has no field 'triage'"},
    };
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.problem);
    }
}

TEST_CASE("what two rules ask alike is one node") {
    Lists lists;
    RuleSet set(lists);
    set.add("name: a\nsource: type.inbound and strings.icontains(body.current_thread.text, 'pay')\n",
            "a.yml");
    const std::size_t nodes = set.graph().size();
    set.add("name: b\nsource: strings.icontains(body.current_thread.text, 'pay') or not type.inbound\n",
            "b.yml");
    CHECK(set.rejected().empty());
    CHECK(set.graph().size() == nodes + 2);  // the negation and the disjunction
    // Loops: the same question about the same items.
    set.add("name: c\nsource: any(body.links, .href_url.path == '/x')\n", "c.yml");
    const std::size_t with_loop = set.graph().size();
    set.add("name: d\nsource: any(body.links, .href_url.path == '/x') and true\n", "d.yml");
    CHECK(set.graph().size() == with_loop + 2);
}

TEST_CASE("one bad rule harms no other") {
    Lists lists;
    RuleSet set(lists);
    set.add("name: good\nsource: type.inbound\n", "good.yml");
    set.add("name: bad\nid: 7\nsource: |\n  type.inbound and\n    sender.nope\n", "bad.yml");
    set.add("name: no truth\nsource: length(body.links)\n", "number.yml");
    set.add("name: true\nsource: true\n", "true.yml");
    set.add("- no map\n", "list.yml");
    set.add("name: [x]\nsource: true\n", "name.yml");
    set.add("source: true\n", "nameless.yml");
    set.add("name: x\nsource: true\nseverity: terrible\n", "severity.yml");
    set.add("name: x\nsource: [\n", "yaml.yml");
    set.add("name: insight\ntype: query\nsource: length(body.links)\n", "query.yml");
    CHECK(set.rules().size() == 3);
    std::string problems;
    for (const Rejected& one : set.rejected())
        problems += one.path + ":" + std::to_string(one.problem.line) + ": " + one.problem.message + "\n";
    CHECK(problems ==
          "bad.yml:5: Mailbox has no field 'nope'\n"
          "number.yml:2: a rule says true or false; this one says integer\n"
          "list.yml:1: a rule file is a map of keys such as name and source\n"
          "name.yml:1: name: a text is expected\n"
          "nameless.yml:1: the key 'name' is missing\n"
          "severity.yml:3: severity: one of informational, low, medium, high, critical is expected\n"
          "yaml.yml:3: this is no YAML: end of sequence flow not found\n");
}

TEST_CASE("control characters are no YAML, and do not move the places that are told") {
    Lists lists;
    RuleSet set(lists);
    set.add(std::string_view("name: a\nsource: |\n  true.\0n\n", 28), "nul.yml");
    set.add("name: a\x04\nsource: true\n", "end.yml");
    set.add("name: a\nsource: |\n  true and\x7F\n", "delete.yml");
    std::string problems;
    for (const Rejected& one : set.rejected())
        problems += fmt::format("{}:{}:{}: {}\n", one.path, one.problem.line, one.problem.column,
                                one.problem.message);
    CHECK(problems == "nul.yml:3:8: the control character 0x00 may not stand in a YAML file\n"
                      "end.yml:1:8: the control character 0x04 may not stand in a YAML file\n"
                      "delete.yml:3:11: the control character 0x7F may not stand in a YAML file\n");
}

TEST_CASE("a rule that takes too long is cut off, and takes nothing with it") {
    Asker ask;
    ask.budget = {.rule_steps = 500, .message_steps = 100'000};
    const std::string heavy =
        "any(headers.hops[0].fields, any(headers.hops[0].fields, any(headers.hops[0].fields, "
        ".name == ..value or .name == ...value)))";
    CHECK(ask(heavy) == "null ? budget");
    CHECK(ask("not " + heavy) == "null ? budget");
    // The cheap question comes first, wherever it stands.
    CHECK(ask(heavy + " or true") == "true");
    CHECK(ask(heavy + " or false") == "null ? budget");
}

TEST_CASE("the budget of a message ends the rules behind it") {
    Lists lists;
    RuleSet set(lists);
    set.add("name: a\nsource: any(body.links, any(body.links, .href_url.path == 'never'))\n", "a.yml");
    set.add("name: b\nsource: type.inbound\n", "b.yml");
    REQUIRE(set.finish().has_value());
    mail::MailTools tools;
    const mail::MimeTree tree = mail::parse_mime(as_bytes(test::sample_mail));
    const mail::Message message = mail::build_message(tree, 0, {}, tools);
    Surroundings surroundings{.tools = tools, .confusables = test::confusables()};
    Evaluation evaluation(set.graph(), set.patterns());
    const auto answers = [&](const Budget& budget) {
        std::string out;
        evaluation.begin(message, surroundings, budget);
        for (const Rule& rule : set.rules())
            out += std::string(to_string(set.ask(rule, evaluation).answer)) + " ";
        return out;
    };
    CHECK(answers(test::ample) == "no_match match ");
    CHECK(answers({.rule_steps = 5, .message_steps = 1000}) == "undecided match ");
    CHECK(answers({.rule_steps = 1000, .message_steps = 5}) == "undecided undecided ");
    CHECK(answers(test::ample) == "no_match match ");  // nothing of the cut-off answers is remembered
}

TEST_CASE("in a message of which a limit hid a part, what is not found is undecided") {
    Lists lists;
    RuleSet set(lists);
    set.add("name: found\nsource: type.inbound\n", "found.yml");
    set.add("name: not found\nsource: strings.contains(body.current_thread.text, 'never there')\n",
            "not.yml");
    REQUIRE(set.finish().has_value());
    mail::MailTools tools;
    const mail::MimeTree tree = mail::parse_mime(as_bytes(test::sample_mail));
    mail::Message message = mail::build_message(tree, 0, {}, tools);
    Surroundings surroundings{.tools = tools, .confusables = test::confusables()};
    Evaluation evaluation(set.graph(), set.patterns());
    const auto answers = [&] {
        std::string out;
        evaluation.begin(message, surroundings, test::ample);
        for (const Rule& rule : set.rules()) {
            const RuleAnswer answer = set.ask(rule, evaluation);
            out += std::string(to_string(answer.answer)) + " ";
            for (const std::string& name : set.names_of(answer.missing)) out += name + " ";
        }
        return out;
    };
    CHECK(answers() == "match no_match ");
    message.truncated = true;
    CHECK(answers() == "match undecided cut_off ");
    message.truncated = false;
    message.body.html->truncated = true;
    CHECK(answers() == "match undecided cut_off ");
}

TEST_CASE("a word that an answer never has is a warning, with its place") {
    struct {
        std::string expression, warning;
    } const table[] = {
        {"any(ml.nlu_classifier('x').intents, .name == 'cred_theft' and .confidence != 'low')", ""},
        {"any(ml.nlu_classifier('x').intents, .name == 'cred-theft')",
         "4:39: 'name' is never \"cred-theft\", did you mean 'cred_theft'?; it is one of cred_theft "
         "callback_scam bec advance_fee "
         "extortion steal_pii job_scam benign"},
        {"any(ml.nlu_classifier('x').intents, .confidence in ('medium', 'High'))",
         "4:65: 'confidence' is never \"High\", did you mean 'high'?; it is one of low medium high"},
        {"any(ml.nlu_classifier('x').intents, .confidence in~ ('medium', 'High'))", ""},
        {"any(ml.nlu_classifier('x').intents, .confidence =~ 'HIGH')", ""},
        {"any(ml.nlu_classifier('x').topics, .name == 'E-Signatures')",
         "4:38: 'name' is never \"E-Signatures\", did you mean 'E-Signature'?"},
        {"any(ml.nlu_classifier('x').entities, .name == 'request' and .text == 'anything')", ""},
        {"ml.nlu_classifier('x').language == 'en'", "4:3: 'language' is never \"en\""},
        {"'sometimes' == profile.by_sender().prevalence",
         "4:3: 'prevalence' is never \"sometimes\"; it is one of new outlier rare uncommon common unknown"},
        {"any(ml.logo_detect(sender).brands, .name == 'Anybody' and .confidence == 'sure')",
         "4:61: 'confidence' is never \"sure\"; it is one of low medium high"},
    };
    const Lists lists;
    for (const auto& row : table) {
        CAPTURE(row.expression);
        RuleSet set(lists);
        set.add("name: \"x\"\ntype: rule\nsource: |\n  " + row.expression + "\n", "x.yml");
        REQUIRE(set.rules().size() == 1);
        const std::vector<Problem>& warnings = set.rules().front().warnings;
        REQUIRE(warnings.size() == (row.warning.empty() ? 0 : 1));
        if (!warnings.empty())
            CHECK(fmt::format("{}:{}: {}", warnings[0].line, warnings[0].column, warnings[0].message) ==
                  row.warning);
    }
}
