// Class J: archives that unpackers read differently. Every reading must be found, and the disagreement told.
#include <doctest/doctest.h>

#include "scan/zip_readings.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

class Collector final : public ZipSink {
public:
    bool wants_member() override { return true; }
    std::size_t room(std::size_t) override { return room_bytes; }
    void member(const ZipMember& member) override {
        members.emplace_back(member.name, as_text(member.bytes));
    }
    void problem(ZipProblem problem, const std::string&) override { problems.push_back(problem); }
    void conflict(const std::string& what) override { conflicts.push_back(what); }

    [[nodiscard]] bool holds(std::string_view name, std::string_view content) const {
        return std::ranges::any_of(
            members, [&](const auto& member) { return member.first == name && member.second == content; });
    }

    std::size_t room_bytes = 1U << 20;
    std::vector<std::pair<std::string, std::string>> members;
    std::vector<ZipProblem> problems;
    std::vector<std::string> conflicts;
};

Collector read(std::string_view zip) {
    const ExactBuffer buffer(zip);
    Collector collector;
    read_zip(buffer.view(), collector);
    return collector;
}

const std::string good = "nothing to see here, move along, move along";
const std::string bad = "the payload that was meant to be hidden from you";

}  // namespace

TEST_CASE("an ordinary zip has one reading and no conflict") {
    const Collector zip = read(make_zip({{"a.txt", good}, {"b/c.txt", bad, false}, {"empty/", ""}}));
    CHECK(zip.conflicts.empty());
    CHECK(zip.problems.empty());
    REQUIRE(zip.members.size() == 2);
    CHECK(zip.holds("a.txt", good));
    CHECK(zip.holds("b/c.txt", bad));
}

TEST_CASE("zips in every disputed form") {
    struct Case {
        const char* name;
        std::string zip;
        std::string hidden_name;
    };
    const std::string one = make_zip({{"good.txt", good}}), other = make_zip({{"bad.txt", bad}});
    ZipPart renamed{"bad.txt", bad};
    renamed.central_name = "good.txt";
    ZipPart zombie{"bad.txt", bad};
    zombie.local_method = zombie.central_method = 0;
    ZipPart reverse_zombie{"bad.txt", bad, false};
    reverse_zombie.local_method = reverse_zombie.central_method = 8;
    ZipPart split_method{"bad.txt", bad};
    split_method.local_method = 0;
    ZipPart unlisted{"bad.txt", bad};
    unlisted.in_directory = false;
    const std::vector<Case> cases = {
        {"two archives one after the other, payload first", other + one, "bad.txt"},
        {"two archives one after the other, payload last", one + other, "bad.txt"},
        {"local and central name differ", make_zip({renamed}), "bad.txt"},
        {"declared as stored, but packed", make_zip({zombie}), "bad.txt"},
        {"declared as packed, but stored", make_zip({reverse_zombie}), "bad.txt"},
        {"methods differ between the records", make_zip({split_method}), "bad.txt"},
        {"not in the directory", make_zip({{"good.txt", good}, unlisted}), "bad.txt"},
    };
    for (const Case& c : cases) {
        CAPTURE(std::string(c.name));
        const Collector zip = read(c.zip);
        CHECK(zip.holds(c.hidden_name, bad));
        CHECK_FALSE(zip.conflicts.empty());
    }
}

TEST_CASE("two members of one name are both read and told") {
    const Collector zip = read(make_zip({{"a.txt", good}, {"a.txt", bad}}));
    CHECK(zip.holds("a.txt", good));
    CHECK(zip.holds("a.txt", bad));
    CHECK_FALSE(zip.conflicts.empty());
}

TEST_CASE("a zip stored inside a zip is a member, not a conflict") {
    const std::string inner = make_zip({{"inner.txt", good}});
    const Collector zip = read(make_zip({{"inner.zip", inner, false}}));
    CHECK(zip.conflicts.empty());
    CHECK(zip.holds("inner.zip", inner));
    CHECK(zip.members.size() == 1);
}

TEST_CASE(
    "many end records inside members, or fake ones before the archive, do not hide the last directory") {
    std::vector<ZipPart> inner;
    for (int i = 0; i < 40; ++i)
        inner.push_back({std::to_string(i) + ".zip", make_zip({{"x", good + std::to_string(i)}}), false});
    const Collector shelf = read(make_zip(inner));
    CHECK(shelf.members.size() == 40);
    CHECK(shelf.conflicts.empty());
    CHECK(shelf.problems.empty());

    std::string fakes;
    for (int i = 0; i < 40; ++i) fakes += make_zip({});
    const Collector hidden = read(fakes + make_zip({{"bad.txt", bad}}));
    CHECK(hidden.holds("bad.txt", bad));
    CHECK(hidden.problems == std::vector{ZipProblem::too_many});
}

TEST_CASE("bytes before the archive are no conflict") {
    const Collector zip = read("a program that unpacks itself" + make_zip({{"a.txt", good}}));
    CHECK(zip.holds("a.txt", good));
    CHECK(zip.conflicts.empty());
}

TEST_CASE("problems are named") {
    ZipPart locked{"a.txt", good};
    locked.flags = 1;
    CHECK(read(make_zip({locked})).problems == std::vector{ZipProblem::encrypted});
    ZipPart rare{"a.txt", good};
    rare.local_method = rare.central_method = 98;
    CHECK(read(make_zip({rare})).problems == std::vector{ZipProblem::rare_method});
    CHECK(read("PK\5\6 and nothing").problems == std::vector{ZipProblem::damaged});

    const ExactBuffer bomb(make_zip({{"a.txt", std::string(5000, 'a')}}));
    Collector small;
    small.room_bytes = 1000;
    read_zip(bomb.view(), small);
    CHECK(small.problems == std::vector{ZipProblem::ratio});
}

TEST_CASE("cut at every byte, a zip is read without harm") {
    const std::string zip = make_zip({{"a.txt", good}, {"b.txt", bad, false}});
    for (std::size_t size = 0; size < zip.size(); ++size) {
        const Collector cut = read(std::string_view(zip).substr(0, size));
        CHECK(cut.members.size() <= 2);
    }
}

TEST_CASE("the hidden member's content reaches the signatures and the report says why") {
    const ScanReport report =
        scan_text(make_zip({{"bad.txt", eicar()}}) + make_zip({{"good.txt", good}}), "two.zip");
    CHECK(report.verdict == Verdict::malware);
    CHECK(has_flag(report, PartFlag::container_conflict));
    REQUIRE_FALSE(report.ambiguities.empty());
    CHECK(report.ambiguities[0].kind == mail::AmbiguityKind::container_conflict);

    ZipPart zombie{"bad.txt", eicar() + std::string(40, ' ')};
    zombie.local_method = zombie.central_method = 0;
    const ScanReport undead = scan_text(make_zip({zombie}), "zombie.zip");
    CHECK(undead.verdict == Verdict::malware);
    CHECK(has_flag(undead, PartFlag::container_conflict));
}
