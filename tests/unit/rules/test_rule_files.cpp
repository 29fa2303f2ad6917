// Files and folders of rules: what is loaded, what is rejected, and that nothing is passed over in silence.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/rule_file_name.hpp"
#include "rules/rule_set.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

std::string rule(const std::string& name, const std::string& id = "") {
    return fmt::format("name: {}\n{}source: subject.subject == '{}'\n", name,
                       id.empty() ? "" : "id: " + id + "\n", name);
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

Texts names_of(const RuleSet& set) {
    Texts names;
    for (const Rule& one : set.rules()) names.push_back(one.file.name);
    return names;
}

/// "file name: message"
Texts passed_over_by(const RuleSet& set) {
    Texts out;
    for (const LoadNotice& one : set.passed_over().kept())
        out.push_back(fs::path(one.path).filename().string() + ": " + one.message);
    return out;
}

std::string problem_of(const std::string& yaml) {
    const auto file = read_rule_file(yaml, "a.yml");
    if (file) return {};
    return fmt::format("{}:{}: {}", file.error().line, file.error().column, file.error().message);
}

}  // namespace

TEST_CASE("rule files: what yaml-cpp would drop is an error with its place") {
    const std::string good = "name: a\nsource: 'true'\n";
    const std::string twice = " is given twice, first on line ";
    const struct {
        std::string yaml, problem;
    } cases[] = {
        {good, ""},
        {"---\n" + good + "...\n", ""},
        {"%YAML 1.2\n---\n" + good, ""},
        {good + "references: [a, a, b, b]\nother: {a: 1, b: {a: 1}}\nmore:\n  - a: 1\n  - a: 1\n", ""},
        {"name: a\nsource: &s 'true'\nid: *s\n", ""},
        {good + "---\nname: b\nsource: 'true'\n",
         "3:1: a second document begins here; a rule file holds one rule: make two files of it"},
        {good + "---\n",
         "3:1: a second document begins here; a rule file holds one rule: make two files of it"},
        {good + "name: b\n", "3:1: the key 'name'" + twice + "1; which one is meant?"},
        {"name: a\nsource: 'false'\n\nsource: |\n  true\n",
         "4:1: the key 'source'" + twice + "2; which one is meant?"},
        {"{name: a, source: 'true', 'name': b}", "1:27: the key 'name'" + twice + "1; which one is meant?"},
        {good + "other:\n  deep:\n    - {k: 1, \"k\": 2}\n",
         "5:14: the key 'k'" + twice + "5; which one is meant?"},
        {good + "references: &r [a, *r]\n", "3:20: an alias stands inside of what it names"},
        {good + "tags: &t [a]\nreferences: *t\nother: {a: *t, b: *t}\n", ""},
        {"name: &n id\nsource: 'true'\n*n : 1\nid: 2\n",
         "4:1: the key 'id'" + twice + "3; which one is meant?"},
        {good + "~: 1\n~: 2\n", "4:1: the key ''" + twice + "3; which one is meant?"},
        {good + "? [a, b]\n: 1\n? [a, b]\n: 2\n", ""},  // nobody asks for such keys
    };
    for (const auto& c : cases) {
        CAPTURE(c.yaml);
        CHECK(problem_of(c.yaml) == c.problem);
    }
}

TEST_CASE("rule files: aliases and depth cost no more than their text") {
    std::string bomb = "name: a\nsource: 'true'\na0: &a0 {k: v}\n";
    for (int level = 1; level < 60; ++level)
        bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}]\n", level, level - 1);
    CHECK(problem_of(bomb) == "");
    std::string chain = "name: a\nsource: 'true'\na0: &a0 v\n";
    for (int link = 1; chain.size() + 100 < limits::rule_file_bytes; ++link)
        chain += fmt::format("a{0}: &a{0} [*a{1}]\n", link, link - 1);
    CHECK(problem_of(chain) == "");
    CHECK(problem_of("name: a\nsource: 'true'\nx: " + std::string(100'000, '[')) != "");
    CHECK(problem_of("name: a\nsource: 'true'\nx: " + std::string(100'000, '{')) != "");
}

TEST_CASE("rule files: names") {
    for (const char* name : {"a.yml", "a.yaml", "a.YML", "dir/b.Yaml", "x.y/z.yMl"})
        CHECK(is_rule_file_name(name));
    for (const char* name : {"", ".yml", "yml", "a.yml/", "a.yml.bak", "a.yam", "dir.yml/a", "dir/.yaml"})
        CHECK_FALSE(is_rule_file_name(name));
}

TEST_CASE("rule folders: every spelling of the ending is loaded, and what is no rule is told") {
    const test::TemporaryFolder place;
    const fs::path folder = place.path() / "rules", outside = place.path() / "outside";
    write(folder / "a.yml", rule("a"));
    write(folder / "b.YML", rule("b"));
    write(folder / "c.Yaml", rule("c"));
    write(folder / "README.md", "words");
    write(folder / "d.yml" / "e.yml", rule("e"));
    write(outside / "f.yml", rule("f"));
    fs::create_symlink(outside / "f.yml", folder / "f.yml");
    fs::create_directory_symlink(outside, folder / "linked");
    fs::create_symlink(place.path() / "nowhere", folder / "gone.yml");
    fs::create_symlink(place.path() / "nowhere", folder / "gone");
    fs::create_symlink(folder / "circle.yml", folder / "circle.yml");
    REQUIRE(::mkfifo((folder / "pipe.yml").c_str(), 0600) == 0);
    const Lists lists;
    RuleSet set(lists);
    REQUIRE(set.add_folder(folder.string()).has_value());
    CHECK(names_of(set) == Texts{"a", "b", "c", "e", "f"});
    Texts told = passed_over_by(set);
    std::ranges::sort(told);
    CHECK(told == Texts{"d.yml: this is a folder; it is no rule, but the rules in it are loaded",
                        "gone: this link leads nowhere",
                        "linked: this link to a folder is not followed; name the folder itself",
                        "pipe.yml: this is no ordinary file, and is not read"});
    REQUIRE(set.rejected().size() == 2);
    CHECK(set.rejected()[0].path == (folder / "circle.yml").string());
    CHECK(set.rejected()[1].path == (folder / "gone.yml").string());
    CHECK(set.rejected()[1].problem.message == "this link leads nowhere");
}

TEST_CASE("rule folders: what is reached twice counts once, and is told") {
    const test::TemporaryFolder place;
    const fs::path folder = place.path() / "rules";
    write(folder / "a.yml", rule("a"));
    write(folder / "inner" / "b.yml", rule("b"));
    fs::create_directory_symlink(folder, place.path() / "link");
    const Lists lists;
    SUBCASE("the same folder") {
        RuleSet set(lists);
        for (const fs::path& again : {folder, folder / "", folder / "inner" / "..", place.path() / "link"})
            REQUIRE(set.add_folder(again.string()).has_value());
        CHECK(names_of(set) == Texts{"a", "b"});
        REQUIRE(set.passed_over().kept().size() == 3);
        CHECK(set.passed_over().kept()[0].message ==
              "the rules of this folder are loaded already, with " + folder.string() + ", and count once");
    }
    SUBCASE("a folder in it") {
        RuleSet set(lists);
        for (const fs::path& again : {folder, folder / "inner"})
            REQUIRE(set.add_folder(again.string()).has_value());
        CHECK(names_of(set) == Texts{"a", "b"});
        CHECK(set.passed_over().kept().size() == 1);
    }
    SUBCASE("the folder around it") {
        RuleSet set(lists);
        for (const fs::path& again : {folder / "inner", folder})
            REQUIRE(set.add_folder(again.string()).has_value());
        CHECK(names_of(set) == Texts{"b", "a"});
        REQUIRE(set.passed_over().kept().size() == 1);
        CHECK(set.passed_over().kept()[0].message ==
              "this file is loaded already, as " + (folder / "inner/b.yml").string() + ", and counts once");
    }
    SUBCASE("a link to a file") {
        fs::create_symlink(folder / "a.yml", folder / "z.yml");
        RuleSet set(lists);
        REQUIRE(set.add_folder(folder.string()).has_value());
        CHECK(names_of(set) == Texts{"a", "b"});
        CHECK(passed_over_by(set).size() == 1);
    }
    SUBCASE("a folder whose name begins alike is another one") {
        write(place.path() / "rules-of-mine" / "c.yml", rule("c"));
        RuleSet set(lists);
        for (const fs::path& one : {folder, place.path() / "rules-of-mine"})
            REQUIRE(set.add_folder(one.string()).has_value());
        CHECK(names_of(set) == Texts{"a", "b", "c"});
        CHECK(set.passed_over().kept().empty());
    }
}

TEST_CASE("rule sets: a rule with the id and source of another counts once") {
    const Lists lists;
    RuleSet set(lists);
    set.add(rule("a", "1"), "first.yml");
    set.add(rule("a", "1"), "copy.yml");
    set.add(rule("a", "1") + "severity: high\n", "other-severity.yml");  // a newer version of it
    set.add("name: renamed\nid: 1\nsource: subject.subject == 'a'\n", "renamed.yml");
    CHECK(set.rules().size() == 1);
    CHECK(passed_over_by(set).size() == 3);
    CHECK(passed_over_by(set)[0] == "copy.yml: this rule is loaded already, from first.yml, and counts once");
    set.add(rule("a", "2"), "other-id.yml");
    set.add(rule("b", "1"), "other-source.yml");
    set.add(rule("a", "1") + "type: dlp\n", "other-type.yml");
    set.add(rule("a"), "no-id.yml");
    set.add(rule("a"), "no-id-again.yml");
    set.add("name: c\nsource: subject.subject == 'a'\n", "other-name.yml");
    CHECK(set.rules().size() == 6);
    CHECK(passed_over_by(set).size() == 4);
    // What does not load does not keep a good copy out.
    RuleSet broken(lists);
    broken.add("name: a\nsource: nothing\n", "a.yml");
    broken.add("name: a\nsource: nothing\n", "b.yml");
    CHECK(broken.rejected().size() == 2);
    CHECK(broken.passed_over().kept().empty());
}

TEST_CASE("rule files: a place in a source that is not as it stands in the file is that of its beginning") {
    const struct {
        const char* yaml;
        std::size_t line, column;
        bool exact;
    } cases[] = {
        {"name: a\nsource: |\n  true\n  and nosuch.field == 1\n", 4, 7, true},
        {"name: a\nsource: true and nosuch.field == 1\n", 2, 18, true},
        {"name: a\nsource: >\n  true\n  and\n  nosuch.field == 1\n", 2, 9, false},
        {"name: a\nsource: \"true and\n  nosuch.field == 1\"\n", 2, 9, false},
    };
    for (const auto& one : cases) {
        CAPTURE(one.yaml);
        Lists lists;
        RuleSet set(lists, {});
        set.add(one.yaml, "a.yml");
        REQUIRE(set.rejected().size() == 1);
        const Problem& problem = set.rejected()[0].problem;
        CHECK(problem.line == one.line);
        CHECK(problem.column == one.column);
        CHECK((problem.message.find("where it begins") == std::string::npos) == one.exact);
    }
}
