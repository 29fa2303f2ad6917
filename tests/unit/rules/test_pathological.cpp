// Rules and messages that are made to keep the engine busy. Each must end within its budget and say so, and whatever stands
// beside it must be answered all the same. Steps are counted, never time.
#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "rules/trial.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::trial;

TEST_CASE("loops in loops over a long list spend their budget and no more") {
    Trial ask;
    REQUIRE(ask.lists.set("many", numbered("entry", 100'000)).has_value());
    for (const std::string source : {
             "any($many, any($many, any($many, . == 'x' and .. == 'y' and ... == 'z')))",
             "all($many, all($many, . != 'x' or .. != 'y'))",
             "length(filter($many, any($many, . == ..))) > 5",
             "ratio($many, any($many, . == ..)) > 0.5",
             "length(distinct(map($many, filter($many, . != ..)), .[0])) == 1",
             "length(distinct($many, strings.concat(., 'x'))) > 5",
             "any(distinct($many), any(distinct($many), . == ..))",
             "any(map(filter(distinct($many), . != 'x'), strings.concat(., .)), . in~ ('a', "
             "subject.subject))",
             "any($many, strings.replace_confusables(.) == 'x' and any($many, . == ..))",
             "any($many, strings.icontains(body.current_thread.text, .))",
             "any($many, regex.contains(body.current_thread.text, .))",
             "any($many, strings.ilike(., strings.concat('*', ., 'x')))",
             "any($many, strings.levenshtein(., 'entry50000') == 99)",
             "any($many, 2 of (. == 'a', . == 'b', . == 'c'))",
             "sum(map($many, length(.))) > 5",
         }) {
        CAPTURE(source);
        CHECK(ask(source) == "undecided: budget");
    }
}

// A constant costs nothing by itself; a loop over a list costs its length all the same, and an array that of its items.
TEST_CASE("loops whose bodies are constant, and arrays of constants, are counted") {
    Trial ask;
    REQUIRE(ask.lists.set("many", numbered("entry", 300'000)).has_value());
    for (const std::string source : {"any($many, false)", "length(filter($many, true)) == 1",
                                     "length(map($many, 1)) == 1", "ratio($many, true) == 0.5"}) {
        CAPTURE(source);
        CHECK(ask(source) == "undecided: budget");
    }
    const std::string thousand = quoted(numbered("entry", 1'000));
    Trial arrays;
    REQUIRE(arrays.lists.set("many", numbered("entry", 10'000)).has_value());
    CHECK(arrays("any($many, length([" + thousand + ", .]) == 1)") == "undecided: budget");
    CHECK(arrays("any($many, not all([" + thousand + ", .], true))") == "undecided: budget");
}

TEST_CASE("a rule that asks for more than everybody's budget takes only its own") {
    const std::string body = repeated("long text of words ", 100'000);
    Trial ask(text_mail(body));
    const std::string quadratic =
        "strings.levenshtein(body.plain.raw, strings.concat(body.plain.raw, 'x')) < 5";
    const std::vector<RuleAnswer> answers = ask.ask({quadratic, quadratic + " or subject.subject == 'other'",
                                                     "strings.icontains(subject.subject, 'HELLO')"});
    CHECK(ask.words_of(answers[0]) == "undecided: budget");
    CHECK(ask.words_of(answers[1]) == "undecided: budget");
    CHECK(ask.words_of(answers[2]) == "match");
}

TEST_CASE("edit distances of long texts are cut off, or cost what they are") {
    const auto distance = [](std::size_t length) {
        Trial ask(text_mail(repeated("x", length)));
        return ask("strings.ilevenshtein(body.plain.raw, strings.concat(body.plain.raw, 'yz')) == 2");
    };
    CHECK(distance(limits::edit_distance_characters / 2) == "match");
    CHECK(distance(2 * limits::edit_distance_characters) == "undecided: cut_off");
    CHECK(distance(100'000) == "undecided: budget");
}

TEST_CASE("regular expressions that ruin backtracking engines are linear here") {
    Trial ask(text_mail(repeated("a", 50'000) + "!"));
    for (const std::string pattern :
         {"(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*)*(.*)*(.*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$",
          "(a?){30}a{30}b", "(x+x+)+y", "((a{1,30}){1,30})$", "a{1000}b"}) {
        CAPTURE(pattern);
        CHECK(ask("regex.contains(body.plain.raw, '" + pattern + "')") == "no_match");
        CHECK(ask("regex.icount(body.plain.raw, '" + pattern + "') > 0") == "no_match");
        CHECK(ask("length(regex.extract(body.plain.raw, '" + pattern + "')) > 0") == "no_match");
    }
    CHECK(ask("regex.count(body.plain.raw, 'a') > 60000") == "undecided: cut_off");
    CHECK(ask("length(regex.extract(body.plain.raw, '(a)(a)?')) > 60000") == "undecided: cut_off");
}

TEST_CASE("every regular expression that is tried is paid for, by the bytes that it reads and its size") {
    const auto contains = [](const std::string& pattern) {
        return "regex.contains(body.current_thread.text, '" + pattern + "')";
    };
    // The texts hold what the expressions need, or they would not be tried.
    SUBCASE("one of many states reads a text of ordinary length, and none of 1.8 MB") {
        const std::string many_states = contains("[a-q][^u-z]{150}x[0-9]");
        CHECK(Trial(text_mail(repeated("zzzz x9\r\n", 7'000)))(many_states) == "no_match");
        CHECK(Trial(text_mail(repeated("zzzz x9\r\n", 225'000)))(many_states) == "undecided: budget");
        CHECK(Trial(text_mail(repeated("zzzz x9\r\n", 225'000)))(contains("z[0-9]")) == "no_match");
        // What counts pays by bytes: an honest mail of that size must not be unscannable.
        CHECK(Trial(text_mail(repeated("zzzz x9\r\n", 225'000)))(
                  "regex.count(body.current_thread.text, '[a-q][^u-z]{50}x[0-9]') > 0") == "no_match");
    }
    SUBCASE("ordinary ones are paid for with their text, however many are tried") {
        Trial ask(text_mail(repeated("zzzz 7\r\n", 20'000)));
        std::string many;
        for (int at = 0; at < 100; ++at)
            many += (at == 0 ? "'" : ", '") + std::string("y[0-8]{") + std::to_string(1 + at) + "}'";
        const std::string call = "regex.contains(body.current_thread.text, ";
        CHECK(ask(call + many + ")") == "no_match");
        CHECK(ask(call + "'z', " + many + ")") == "match");
    }
    SUBCASE("many of them spend the budget of the message long before the reader's time is over") {
        Trial ask(text_mail(repeated("zzzz x9\r\n", 37'000)));  // 300 kB
        std::vector<std::string> sources;
        for (int at = 0; at < 200; ++at)
            sources.push_back(contains("[a-q][^u-z]{" + std::to_string(140 + at % 20) + "}x[" +
                                       std::to_string(at / 20) + "9]"));
        std::size_t decided = 0, undecided = 0;
        for (const RuleAnswer& answer : ask.ask_alone(sources)) {
            if (answer.answer == Answer::no_match) ++decided;
            if (answer.missing == bit(Capability::budget)) ++undecided;
        }
        CHECK(decided + undecided == sources.size());
        CHECK(decided >= 5);
        CHECK(decided <= 60);
    }
}

TEST_CASE("expressions that are too large are refused when the rule is loaded, with their place") {
    for (const std::string pattern :
         {"a{1001}", "(a{1000}){1000}", "((a{100}){100}){100}", "(((a{1,100}){1,100}){1,100}){1,100}"}) {
        CAPTURE(pattern);
        const std::string problem =
            problem_of("type.inbound\nand regex.contains(subject.subject, 'b', '" + pattern + "')");
        CHECK(
            problem.starts_with("4:7: regex.contains(): pattern 2: the regular expression cannot be used: "));
        CHECK(problem_of("regex.count('a', '" + pattern + "') > 0").starts_with("3:3: regex.count(): "));
    }
    CHECK(problem_of("regex.contains('a', '" + repeated("(", 5'000) + "')").starts_with("3:3: "));
    CHECK(problem_of("regex.contains('a', '" + repeated("(", 1'000) + repeated(")", 1'000) + "')") == "");
}

TEST_CASE("a body of ten megabytes: each search costs its length, and too many cost too much") {
    const std::string body = repeated("some words that nobody looks for, and some more of them\r\n", 180'000);
    REQUIRE(body.size() > 10'000'000);
    Trial ask(text_mail(body));
    const std::vector<RuleAnswer> answers =
        ask.ask({"regex.contains(body.plain.raw, 'wor[dk]s (a+)+x')",
                 "regex.count(body.plain.raw, 'w.rds') > 1 and regex.count(body.plain.raw, 'm.re') > 1",
                 "strings.replace_confusables(body.plain.raw) == ''",
                 "length(strings.scan_base64(body.plain.raw)) > 0", "subject.subject =~ 'HELLO'"});
    // What a limit hid of the text leaves "no match" open, too.
    CHECK(answers[0].answer != Answer::match);
    for (const std::size_t spent : {1U, 2U, 3U}) {
        CAPTURE(spent);
        CHECK(answers[spent].answer == Answer::undecided);
    }
    CHECK(ask.words_of(answers[4]) == "match");
}

TEST_CASE("fifty thousand values in a rule are one set") {
    const std::vector<std::string> values = numbered("v", 50'000);
    Trial ask;
    CHECK(ask("subject.subject in (" + quoted(values) + ")") == "no_match");
    CHECK(ask("'v49999' in (" + quoted(values) + ")") == "match");
    CHECK(ask("'V4999' in~ (" + quoted(values) + ")") == "match");
    CHECK(ask("any(['v1', 'x'], . not in (" + quoted(values) + "))") == "match");
    const std::vector<RuleAnswer> answer =
        ask.ask({"strings.icontains(body.current_thread.text, " + quoted(values) + ")"});
    CHECK(ask.words_of(answer.front()) == "no_match");
    CHECK(answer.front().steps < 100);
    // Not all constant: each is compared.
    CHECK(ask("subject.subject in (" + quoted(values) + ", sender.email.email)") == "no_match");
}

TEST_CASE("thousands of operands are one node, not a tower") {
    std::string source = "subject.subject == 'none'", sum = "1";
    for (std::size_t at = 0; at < 10'000; ++at)
        source += " or subject.subject == 'w" + std::to_string(at) + "'";
    Trial ask;
    CHECK(ask(source) == "no_match");
    CHECK(ask(source + " or subject.subject == 'hello'") == "match");
    std::string all = source;
    for (std::size_t at = all.find(" or "); at != std::string::npos; at = all.find(" or ", at))
        all.replace(at, 4, " and ");
    CHECK(ask(all) == "no_match");
    std::string some = "2 of (type.inbound";
    for (std::size_t at = 0; at < 5'000; ++at) some += ", subject.subject == 'w" + std::to_string(at) + "'";
    CHECK(ask(some + ")") == "no_match");
    CHECK(ask(some + ", subject.subject == 'hello')") == "match");
    CHECK(ask(repeated("not ", 10'001) + "type.outbound") == "match");
}

TEST_CASE("nesting is allowed up to its limit and refused beyond it, at its place") {
    const std::size_t most = limits::rule_depth;
    const std::string deeper = "nested deeper than " + std::to_string(most) + " levels";
    struct {
        std::string name, open, core, close;
    } const table[] = {
        {"brackets", "(", "type.inbound", ")"},
        {"arrays", "[", "1", "]"},
        {"calls", "length([", "1", "])"},
        {"loops", "any(body.links, ", "true", ")"},
        {"negations", "not (", "type.inbound", ")"},
        {"signs", "-(", "1", ")"},
        {"sums", "1 + (", "1", ")"},
        {"indexes", "[1][", "0", "]"},
        {"value lists", "1 in (", "1", ")"},
        {"some of", "1 of (", "type.inbound", ")"},
        {"comparisons", "true == (", "true", ")"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        const std::string fits = repeated(row.open, 15) + row.core + repeated(row.close, 15);
        CHECK_FALSE(problem_of(fits).contains("nested deeper"));
        for (const std::size_t depth : {most + 1, 10 * most, std::size_t{20'000}}) {
            const std::string problem =
                problem_of(repeated(row.open, depth) + row.core + repeated(row.close, depth));
            CHECK(problem.starts_with("3:"));
            CHECK(problem.ends_with(deeper));
            CHECK(problem_of(repeated(row.open, depth)).ends_with(deeper));
        }
    }
    CHECK(problem_of(repeated("(", most - 1) + "type.inbound" + repeated(")", most - 1)) == "");
    CHECK(problem_of("type.inbound and\n" + repeated("(", most) + "true" + repeated(")", most)) ==
          "4:" + std::to_string(most + 3) + ": " + deeper);
    // What leans to the left is as deep as it is long, and refused all the same.
    CHECK(problem_of("1" + repeated(" + 1", 1'000) + " > 0").ends_with(deeper));
    CHECK(problem_of("subject" + repeated(".subject", 1'000)).ends_with(deeper));
    CHECK(problem_of("[1]" + repeated("[0]", 1'000) + " == 1").ends_with(deeper));
    CHECK(problem_of("1" + repeated(" + 1", 20) + " > 0") == "");
}

TEST_CASE("deep or endless YAML is refused") {
    const Lists lists;
    RuleSet set(lists);
    set.add("name: a\nsource: true\ntags: " + repeated("[", 100'000), "flow.yml");
    set.add("name: a\nsource: true\nextra: " + repeated("{a: ", 50'000), "map.yml");
    std::string blocks = "name: a\nsource: true\nextra:\n";
    for (std::size_t depth = 1; depth < 1'200; ++depth) blocks += std::string(depth, ' ') + "a:\n";
    set.add(blocks, "blocks.yml");
    set.add("name: a\nsource: " + repeated("true or ", limits::rule_file_bytes / 8) + "true\n", "long.yml");
    set.add("name: a\nsource: " + repeated("true or ", limits::rule_source_bytes / 8 + 1) + "true\n",
            "source.yml");
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (std::size_t at = 1; at < 40; ++at)
        laughs += "a" + std::to_string(at) + ": &a" + std::to_string(at) + " [" +
                  repeated("*a" + std::to_string(at - 1) + ", ", 9) + "]\n";
    set.add("name: a\nsource: type.inbound\n" + laughs + "tags: *a39\n", "laughs.yml");
    REQUIRE(set.rejected().size() == 6);
    CHECK(set.rules().empty());
    for (const Rejected& one : set.rejected()) {
        CAPTURE(one.path);
        CHECK(one.problem.line >= 1);
        CHECK_FALSE(one.problem.message.empty());
    }
    set.add("name: a\nsource: type.inbound\n", "good.yml");
    CHECK(set.rules().size() == 1);
}

TEST_CASE("a list of two million entries is loaded, a longer one refused, and loops over it end") {
    const tocsin::test::TemporaryFolder folder;
    const auto write = [&](std::size_t entries) {
        std::string text;
        for (std::size_t at = 0; at < entries; ++at) text += "e" + std::to_string(at) + "\n";
        std::ofstream(folder.path() / "millions.txt") << text;
    };
    Trial ask;
    write(limits::list_entries + 1);
    const Result<void> refused = ask.lists.load_folder(folder.path().string());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::limit);
    CHECK(refused.error().message.contains("millions.txt"));
    CHECK(ask.lists.state("millions") == ListState::unknown);
    write(limits::list_entries);
    REQUIRE(ask.lists.load_folder(folder.path().string()).has_value());
    const std::vector<RuleAnswer> answers =
        ask.ask({"'e1999999' in $millions", "'E1999999' in~ $millions", "'none' in $millions",
                 "any($millions, . == 'none')", "length(filter($millions, true)) == 1",
                 "length($millions) == 2000000"});
    const std::vector<std::string> expected = {
        "match", "match", "no_match", "undecided: budget", "undecided: budget", "match"};
    for (std::size_t at = 0; at < expected.size(); ++at) {
        CAPTURE(at);
        CHECK(ask.words_of(answers[at]) == expected[at]);
    }
    CHECK(answers[0].steps < 10);
}

TEST_CASE("XPath bombs end by their own limits, and the page can be asked on") {
    Trial ask(page_mail("<html><body>" + repeated("<div><p class=\"a\">x</p>", 100) +
                        repeated("<b>word</b>", 3'000) + "</body></html>"));
    const std::string html = "html.xpath(body.html, ";
    for (const std::string query :
         {"//*[count(//*[count(//*) > 1]) > 1]", "//*//*//*//*//*//*//*//*[. = //*]",
          "//b[.//ancestor::*//b[following::*[preceding::*]]]", "//*[. = //*]",
          "//*[contains(string(/), string(//*[last()]))]",
          "//@*[string-length(concat(/, /, /, /)) > count(//* | //* | //*)]"}) {
        CAPTURE(query);
        const std::string answer = ask(html + "'" + query + "').nodes[0] is null");
        const bool fits = answer == "match" || answer == "no_match" || answer.starts_with("undecided: ");
        CHECK(fits);
    }
    std::vector<std::string> many;
    for (std::size_t at = 0; at < 40; ++at)
        many.push_back("length(" + html + "'//*[count(//*[count(//*) > " + std::to_string(at) +
                       "]) > 1]').nodes) > 0");
    for (const RuleAnswer& answer : ask.ask(many)) CHECK(answer.answer == Answer::undecided);
    const std::string deep = repeated("//*[", 60) + "1" + repeated("]", 60);
    CHECK(ask("length(" + html + "'" + deep + "').nodes) > 0") == "no_match");  // no query, so null
}

TEST_CASE("files in files in files: explosions end, and are not repeated for every question") {
    Trial ask(file_mail("bomb.zip", nested_zip(40)));
    CHECK(ask("any(file.explode(attachments[0]), .file_name == 'none')").starts_with("undecided: cut_off"));
    CHECK(ask("any(attachments, any(file.explode(.), .file_name == 'level38.zip'))") == "match");
    const std::string answer =
        ask("any(attachments, any(file.explode(.), any(file.explode(.), any(file.explode(.), "
            "any(file.explode(.), any(file.explode(.), any(file.explode(.), .file_name == 'none')))))))");
    CHECK(answer.starts_with("undecided: "));
}

TEST_CASE("many files in one: a loop over all of them in a loop over all of them spends its budget") {
    std::vector<scan::test::ZipPart> parts;
    for (std::size_t at = 0; at < 500; ++at)
        parts.push_back({.name = "f" + std::to_string(at) + ".txt", .content = "file " + std::to_string(at)});
    Trial ask(file_mail("many.zip", scan::test::make_zip(parts)));
    CHECK(ask("any(file.explode(attachments[0]), any(file.explode(attachments[0]), .file_name == 'x' and "
              "..depth > 9))") == "undecided: budget");
    CHECK(ask("any(file.explode(attachments[0]), .file_name == 'f400.txt')") == "match");
}

TEST_CASE("a map with many keys is not searched for nothing") {
    std::string json = "{";
    for (std::size_t at = 0; at < 40'000; ++at) json += "\"key" + std::to_string(at) + "\":1,";
    Trial ask(text_mail(json + "\"last\":2}"));
    CHECK(ask("strings.parse_json(body.plain.raw).last == 2") == "match");
    CHECK(ask("any(keys(strings.parse_json(body.plain.raw)), strings.parse_json(body.plain.raw)[.] == 3)") ==
          "undecided: budget");
    Trial deep(text_mail(repeated("[", 100'000)));
    CHECK(deep("strings.parse_json(body.plain.raw)[0] == 1") == "undecided: cut_off");
}

TEST_CASE("rules that spend their budgets one after the other leave the message's budget to be named") {
    Trial ask;
    REQUIRE(ask.lists.set("many", numbered("entry", 1'000)).has_value());
    std::vector<std::string> sources;
    const std::size_t enough = limits::message_rule_steps / limits::rule_steps + 1;
    for (std::size_t at = 0; at < enough; ++at)
        sources.push_back("any($many, any($many, . == .. and . == 'x" + std::to_string(at) + "'))");
    // The rule behind all of them is undecided, and says why.
    const Lists& lists = ask.lists;
    RuleSet set(lists);
    for (const std::string& source : sources) set.add(rule_of(source), "rule.yml");
    set.add(rule_of("subject.subject == 'hello'"), "behind.yml");
    REQUIRE(set.finish().has_value());
    mail::MailTools tools;
    const std::string text = text_mail("hello");
    const mail::MimeTree tree = mail::parse_mime(as_bytes(text));
    const mail::Message message = mail::build_message(tree, 0, {}, tools);
    Surroundings surroundings{.tools = tools, .confusables = rules::test::confusables()};
    Evaluation evaluation(set.graph(), set.patterns());
    evaluation.begin(message, surroundings, usual);
    std::uint64_t steps = 0;
    for (const Rule& rule : set.rules()) {
        const RuleAnswer answer = set.ask(rule, evaluation);
        CHECK(answer.answer == Answer::undecided);
        CHECK(answer.missing == bit(Capability::budget));
        steps += answer.steps;
    }
    CHECK(steps <= limits::message_rule_steps);
    // The next message begins anew.
    evaluation.begin(message, surroundings, usual);
    CHECK(set.ask(set.rules().back(), evaluation).answer == Answer::match);
}
