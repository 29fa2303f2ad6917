#include <doctest/doctest.h>

#include <fstream>

#include "scan/yara_rules.hpp"
#include "scan_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;
using tocsin::test::TemporaryFolder;

namespace {

class RecordingLog final : public Log {
public:
    void write(LogLevel, std::string_view event_id, std::initializer_list<LogField>) override {
        events.emplace_back(event_id);
    }
    [[nodiscard]] bool has(std::string_view event) const {
        return std::ranges::find(events, event) != events.end();
    }
    std::vector<std::string> events;
};

void put(const TemporaryFolder& folder, const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
}

constexpr std::chrono::milliseconds second{1000};

std::vector<YaraMatch> matches(const YaraRules& rules, std::string_view text, const YaraFacts& facts = {}) {
    return rules.scan(as_bytes(text), facts, second).matches;
}

}  // namespace

TEST_CASE("severity comes from the rule's own words, best source first") {
    const TemporaryFolder folder;
    put(folder, "rules.yar", R"(
        rule plain { strings: $a = "marker-plain" condition: $a }
        rule scored { meta: score = 90 strings: $a = "marker-scored" condition: $a }
        rule low { meta: score = 10 strings: $a = "marker-low" condition: $a }
        rule word { meta: severity = "high" strings: $a = "marker-word" condition: $a }
        rule ours { meta: tocsin_severity = "phish" score = 90 description = "says why"
            strings: $a = "marker-ours" condition: $a }
    )");
    NullLog log;
    const auto rules = std::move(YaraRules::load({folder.path().string()}, log).value());
    CHECK(rules->rule_count() == 5);
    struct Case {
        const char* text;
        Severity severity;
    };
    for (const Case& c : {Case{"marker-plain", Severity::suspicious},
                          {"marker-scored", Severity::malware},
                          {"marker-low", Severity::info},
                          {"marker-word", Severity::malware},
                          {"marker-ours", Severity::phish}}) {
        CAPTURE(c.text);
        const auto found = matches(*rules, c.text);
        REQUIRE(found.size() == 1);
        CHECK(found[0].severity == c.severity);
    }
    CHECK(matches(*rules, "marker-ours")[0].description == "says why");
    CHECK(matches(*rules, "nothing of that").empty());
}

TEST_CASE("bad files are left out by name, good ones stay") {
    const TemporaryFolder folder;
    put(folder, "a-bad.yar", "rule broken { condition: nonsense }");
    put(folder, "b-include.yar", "include \"c-good.yar\"\nrule x { condition: true }");
    put(folder, "c-good.yar", "rule good { strings: $a = \"marker\" condition: $a }");
    put(folder, "d-magic.yara", "import \"magic\"\nrule m { condition: magic.type() contains \"text\" }");
    RecordingLog log;
    const auto rules = std::move(YaraRules::load({folder.path().string(), "/nowhere"}, log).value());
    CHECK(rules->rule_count() == 1);
    CHECK(std::ranges::count(log.events, std::string("yara.file_left_out")) == 3);
    CHECK(log.has("yara.rules_missing"));
    CHECK(matches(*rules, "a marker").size() == 1);
}

TEST_CASE("a folder without one usable rule is an error") {
    const TemporaryFolder folder;
    put(folder, "bad.yar", "rule broken { condition: nonsense }");
    NullLog log;
    CHECK_FALSE(YaraRules::load({folder.path().string()}, log).has_value());
}

TEST_CASE("external variables are defined, and the same rule name may stand in two files") {
    const TemporaryFolder folder;
    put(folder, "a.yar",
        "rule same { condition: filename matches /evil/ and extension == \".exe\" and filetype == \"EXE\" }");
    put(folder, "b.yar", "rule same { condition: owner == \"nobody\" or filepath == \"nowhere\" }");
    NullLog log;
    const auto rules = std::move(YaraRules::load({folder.path().string()}, log).value());
    CHECK(rules->rule_count() == 2);
    CHECK(
        matches(*rules, "text", {.file_name = "evil.exe", .extension = ".exe", .file_type = "EXE"}).size() ==
        1);
    CHECK(
        matches(*rules, "text", {.file_name = "good.exe", .extension = ".exe", .file_type = "EXE"}).empty());
}

TEST_CASE("rules that YARA itself calls slow are left out by name") {
    const TemporaryFolder folder;
    put(folder, "a.yar",
        "rule slow { strings: $a = /[a-z]+x/ condition: $a }\nrule quick { strings: $a = \"marker\" "
        "condition: $a }");
    RecordingLog log;
    const auto rules = std::move(YaraRules::load({folder.path().string()}, log).value());
    CHECK(log.has("yara.slow_rule_left_out"));
    const auto found = matches(*rules, "abcx marker");
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule == "quick");
}

TEST_CASE("matches become findings of the part, through the engines") {
    const TemporaryFolder folder;
    put(folder, "a.yar",
        "rule marked { meta: severity = \"phish\" strings: $a = \"marker-in-member\" condition: $a }");
    NullLog log;
    EngineConfig config;
    config.yara_rules = {folder.path().string()};
    const auto with = std::move(Engines::load(config, log).value());
    CHECK(with->version().find("yara") != std::string::npos);
    const std::string zip = make_zip({{"a.txt", "this holds marker-in-member"}});
    const ScanReport report = scan_file(*with, as_bytes(zip), "a.zip", {});
    REQUIRE(has_rule(report, "marked"));
    CHECK(report.findings[0].part == 1);
    CHECK(report.verdict == Verdict::phish);
}
