#include "cli/rules_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/limits.hpp"
#include "cli/rules_origin.hpp"
#include "cli/scratch_folder.hpp"

using namespace tocsin;
using namespace tocsin::cli;
namespace fs = std::filesystem;

namespace {

struct Place {
    ScratchFolder scratch = std::move(*ScratchFolder::make());
    fs::path rules = fs::path(scratch.path()) / "rules";
    [[nodiscard]] RuleTexts now() const { return read_rules_below(rules).value(); }
    [[nodiscard]] RuleTexts before() const { return read_rules_below(previous_of(rules)).value(); }
};

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

const RuleTexts one{{"a.yml", "1"}, {"b/c.yml", "2"}}, two{{"a.yml", "3"}, {"d.yaml", "4"}},
    three{{"e.yml", "5"}};

}  // namespace

TEST_CASE("a folder of rules is replaced as a whole, and the version before is kept") {
    const Place place;
    CHECK(place.now().empty());
    REQUIRE(replace_rules(one, "", place.rules).has_value());
    CHECK(place.now() == one);
    CHECK_FALSE(fs::exists(previous_of(place.rules)));
    REQUIRE(replace_rules(two, "origin", place.rules).has_value());
    CHECK(place.now() == two);
    CHECK(place.before() == one);
    REQUIRE(replace_rules(three, "", place.rules).has_value());
    CHECK(place.now() == three);
    CHECK(place.before() == two);
    CHECK(std::distance(fs::directory_iterator(place.scratch.path()), {}) == 2);
}

TEST_CASE("going back and forth") {
    const Place place;
    CHECK(swap_with_previous(place.rules).error().code == ErrorCode::not_found);
    REQUIRE(replace_rules(one, "", place.rules).has_value());
    CHECK(swap_with_previous(place.rules).error().code == ErrorCode::not_found);
    REQUIRE(replace_rules(two, "", place.rules).has_value());
    REQUIRE(swap_with_previous(place.rules).has_value());
    CHECK(place.now() == one);
    CHECK(place.before() == two);
    REQUIRE(swap_with_previous(place.rules).has_value());
    CHECK(place.now() == two);
}

TEST_CASE("a folder that holds more than rules is never put aside or removed") {
    const Place place;
    REQUIRE(replace_rules(one, "", place.rules).has_value());
    fs::path foreign;
    SUBCASE("in the folder itself") {
        foreign = place.rules / "b" / "tocsin.toml";
    }
    SUBCASE("where the version before would be") {
        foreign = previous_of(place.rules) / "notes.txt";
    }
    SUBCASE("where the new one is made ready") {
        foreign = place.rules.string() + ".new/notes.txt";
    }
    write(foreign, "mine");
    const Result<void> done = replace_rules(two, "", place.rules);
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == ErrorCode::conflict);
    CHECK(done.error().message.find(foreign.filename().string()) != std::string::npos);
    CHECK(fs::exists(foreign));
    CHECK(place.now() == one);
}

TEST_CASE("what an update that was cut off left behind does not stand in the way") {
    const Place place;
    write(place.rules.string() + ".new/half.yml", "x");
    REQUIRE(replace_rules(one, "", place.rules).has_value());
    CHECK(place.now() == one);
}

TEST_CASE("a file in the place of the folder is left alone") {
    const Place place;
    write(place.rules, "a file");
    CHECK(replace_rules(one, "", place.rules).error().code == ErrorCode::conflict);
}

TEST_CASE("what changed between two versions") {
    const RulesChange change = change_between(one, two);
    CHECK(change.added == std::vector<std::string>{"d.yaml"});
    CHECK(change.changed == std::vector<std::string>{"a.yml"});
    CHECK(change.gone == std::vector<std::string>{"b/c.yml"});
    CHECK_FALSE(change.none());
    CHECK(change_between(one, one).none());
    CHECK(digest_of(one) == digest_of(RuleTexts(one)));
    CHECK(digest_of(one) != digest_of(two));
    CHECK(digest_of({{"a", "bc"}}) != digest_of({{"ab", "c"}}));
    CHECK(digest_of({}).size() == 64);
}

TEST_CASE("a rule file beyond its bound is named") {
    const Place place;
    write(place.rules / "big.yml", std::string(limits::rule_file_bytes + 1, 'x'));
    const Result<RuleTexts> rules = read_rules_below(place.rules);
    REQUIRE_FALSE(rules.has_value());
    CHECK(rules.error().message.find("big.yml") != std::string::npos);
}

TEST_CASE("where rules came from is remembered; what cannot be read counts as nothing") {
    const Place place;
    CHECK_FALSE(read_origin(place.rules));
    const RulesOrigin origin{"https://feed.example/a.zip", "rules", "W/\"x\"", "aa", "1.0", "bb"};
    REQUIRE(replace_rules(one, origin_text(origin), place.rules).has_value());
    const auto read = read_origin(place.rules);
    REQUIRE(read);
    CHECK(read->from == origin.from);
    CHECK(read->folder == origin.folder);
    CHECK(read->etag == origin.etag);
    CHECK(read->archive_sha256 == origin.archive_sha256);
    CHECK(read->tocsin == origin.tocsin);
    CHECK(read->rules_sha256 == origin.rules_sha256);
    for (const std::string text :
         {"", "no json", "[]", "{\"from\": 1, \"rules_sha256\": \"x\"}", "{\"from\": \"x\"}"}) {
        write(place.rules / rules_origin_file, text);
        CHECK_FALSE(read_origin(place.rules));
    }
    REQUIRE(replace_origin(origin_text(origin), place.rules).has_value());
    CHECK(read_origin(place.rules));
    CHECK(place.now() == one);
}

TEST_CASE("what a checkout keeps for itself is no rule") {
    const Place place;
    for (const char* path : {".git/x.yml", ".github/workflows/ci.yml", "a/.hidden/b.yml", ".c.yml"})
        write(place.rules / path, "on: push");
    write(place.rules / "a/rule.yml", "1");
    CHECK(place.now() == RuleTexts{{"a/rule.yml", "1"}});
}
