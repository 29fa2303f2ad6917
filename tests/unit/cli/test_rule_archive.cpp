#include "cli/rule_archive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"

using namespace tocsin;
using cli::choose_rules;
using cli::RuleTexts;
using cli::safe_rule_path;

TEST_CASE("a path of an archive becomes one that stays below a folder") {
    struct Row {
        const char* path;
        const char* safe;  // nullptr: refused
        const char* why;
    };
    const Row rows[] = {
        {"a.yml", "a.yml", ""},
        {"./a.yml", "a.yml", ""},
        {"feed//rules/./a.yml", "feed/rules/a.yml", ""},
        {"r\xc3\xa8gles/a b.yml", "r\xc3\xa8gles/a b.yml", ""},
        {"..a/b..yml", "..a/b..yml", ""},
        {"", nullptr, "without a name"},
        {"./", nullptr, "without a name"},
        {"/etc/cron.d/a.yml", nullptr, "absolute path"},
        {"//a.yml", nullptr, "absolute path"},
        {"../a.yml", nullptr, "outside of itself"},
        {"a/../../b.yml", nullptr, "outside of itself"},
        {"a/b/..", nullptr, "outside of itself"},
        {"..\\a.yml", nullptr, "backslash"},
        {"a\n.yml", nullptr, "control character"},
        {"a\x1b[2J.yml", nullptr, "control character"},
        {"a\x7f.yml", nullptr, "control character"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        const Result<std::string> safe = safe_rule_path(row.path);
        REQUIRE(safe.has_value() == (row.safe != nullptr));
        if (safe) CHECK(*safe == row.safe);
        if (!safe) CHECK(safe.error().message.find(row.why) != std::string::npos);
    }
    CHECK(safe_rule_path(std::string("a\0b.yml", 7)).error().message.find("control") != std::string::npos);
}

TEST_CASE("limits of a path of an archive") {
    const std::string longest_piece(255, 'a');
    CHECK(safe_rule_path(longest_piece).has_value());
    CHECK(safe_rule_path(longest_piece + "a").error().code == ErrorCode::limit);
    CHECK(safe_rule_path(longest_piece + "/" + longest_piece).has_value());
    CHECK(safe_rule_path(longest_piece + "/" + longest_piece + "/b").error().code == ErrorCode::limit);
    std::string deep = "a";
    for (std::size_t level = 1; level < limits::rule_path_depth; ++level) deep += "/a";
    CHECK(safe_rule_path(deep).has_value());
    CHECK(safe_rule_path(deep + "/a").error().code == ErrorCode::limit);
}

TEST_CASE("the folder around everything is taken off, hidden files are passed over") {
    CHECK(choose_rules({{"feed-1/a.yml", "1"}, {"feed-1/b/c.yml", "2"}, {"feed-1/.github/d.yml", "3"}}, "") ==
          RuleTexts{{"a.yml", "1"}, {"b/c.yml", "2"}});
    CHECK(choose_rules({{"a.yml", "1"}, {"b/c.yml", "2"}}, "") ==
          RuleTexts{{"a.yml", "1"}, {"b/c.yml", "2"}});
    CHECK(choose_rules({{"ab/1.yml", "1"}, {"abc/2.yml", "2"}}, "") ==
          RuleTexts{{"ab/1.yml", "1"}, {"abc/2.yml", "2"}});
    CHECK(choose_rules({{".a.yml", "1"}}, "").error().message == "the archive holds no .yml or .yaml file");
    CHECK(choose_rules({}, "").error().code == ErrorCode::not_found);
}

TEST_CASE("one folder of an archive, with or without a folder around everything") {
    const std::vector<reader::ArchivedFile> feed{
        {"feed-1/rules/a.yml", "1"}, {"feed-1/rules/b/c.yml", "2"}, {"feed-1/rules-old/d.yml", "3"}};
    CHECK(choose_rules(feed, "rules") == RuleTexts{{"a.yml", "1"}, {"b/c.yml", "2"}});
    CHECK(choose_rules(feed, "./rules/") == RuleTexts{{"a.yml", "1"}, {"b/c.yml", "2"}});
    CHECK(choose_rules(feed, "rules/b") == RuleTexts{{"c.yml", "2"}});
    CHECK(choose_rules({{"rules/a.yml", "1"}}, "rules") == RuleTexts{{"a.yml", "1"}});
    CHECK(choose_rules(feed, "rule").error().message.find("--folder") != std::string::npos);
    CHECK(choose_rules(feed, "../rules").error().code == ErrorCode::invalid_input);
}

TEST_CASE("an archive that says two things, or leads away, is refused as a whole") {
    for (const std::vector<reader::ArchivedFile>& files :
         {std::vector<reader::ArchivedFile>{{"a.yml", "1"}, {"a.yml", "1"}},
          {{"a.yml", "1"}, {"./a.yml", "2"}},
          {{"a.yml", "1"}, {"a.yml/b.yml", "2"}},
          {{"a.yml", "1"}, {"../b.yml", "2"}}}) {
        const auto chosen = choose_rules(files, "");
        REQUIRE_FALSE(chosen.has_value());
        CHECK(chosen.error().code == ErrorCode::invalid_input);
    }
}
