#include "cli/rule_names.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::cli;
using Texts = std::vector<std::string>;
using json = nlohmann::ordered_json;

TEST_CASE("the names that are nearest to one that is not there") {
    const Texts names{"Invoice from a stranger", "Voice mail", "Parcel fee", "parcel_fee", "Parcel fee"};
    const struct {
        const char* wanted;
        Texts nearest;
    } cases[] = {{"invoce", {"Invoice from a stranger"}},
                 {"STRANGER", {"Invoice from a stranger"}},
                 {"parcel fe", {"Parcel fee", "parcel_fee"}},
                 {"voice", {"Invoice from a stranger", "Voice mail"}},
                 {"zzzz", {}},
                 {"", {"Invoice from a stranger", "Parcel fee", "Voice mail"}}};
    for (const auto& c : cases) {
        CAPTURE(c.wanted);
        CHECK(nearest_names(c.wanted, names) == c.nearest);
    }
    const std::string longest(10'000, 'x');
    CHECK(nearest_names(longest, {longest}) == Texts{longest});
    CHECK(nearest_names("x", Texts{"ax", "bx", "cx", "dx"}).size() == limits::nearest_names);
}

TEST_CASE("--rule must mean a rule, by its name or path") {
    const json rules =
        json::array({{{"name", "Parcel fee"}, {"path", "rules/parcel.yml"}}, {{"path", "rules/broken.yml"}}});
    for (const char* only : {"", "Parcel", "parcel.yml", "broken"})
        CHECK(check_named(rules, only).has_value());
    const Result<void> none = check_named(rules, "brokn");
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().message == "--rule brokn: no rule has this in its name or path; did you mean "
                                  "\"broken\"; tocsin rules list shows all");
    CHECK(check_named(json::array(), "").has_value());
    CHECK_FALSE(check_named(json::array(), "a").has_value());
    json meant = rules;
    keep_meant(meant, "fee");
    REQUIRE(meant.size() == 1);
    CHECK(meant[0].at("path") == "rules/parcel.yml");
}
