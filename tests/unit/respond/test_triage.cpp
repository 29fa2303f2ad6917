// Reports: put together before anybody looks, taken apart exactly, and none forgotten.
#include <doctest/doctest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "base/limits/respond.hpp"
#include "respond/incident_json.hpp"
#include "support/respond_story.hpp"

using namespace tocsin;
using namespace tocsin::respond;

namespace {

ReportFacts unclear(std::uint64_t text, const std::string& host) {
    ReportFacts facts = phish(text);
    facts.judged_as = JudgedAs::suspicious;
    facts.sender = "x@" + host;
    facts.subject = "About " + host;
    facts.urls = {"http://" + host + "/"};
    facts.hosts = {host};
    return facts;
}

std::string state(const Story& story, const std::string& id) {
    nlohmann::ordered_json json = to_json(story.machine, story.incident(id));
    json.erase("timeline");
    return json.dump();
}

}  // namespace

TEST_CASE("which reports are alike") {
    const ReportFacts founder = unclear(0x1111'2222'3333'4444, "a.example");
    const auto changed = [&](auto change) {
        ReportFacts facts = unclear(0xffff'0000'ffff'0000, "b.example");
        change(facts);
        return alike(founder, facts);
    };
    CHECK_FALSE(changed([](ReportFacts&) {}));
    CHECK(changed([](ReportFacts& f) { f.text_fingerprint = 0x1111'2222'3333'4445; }));
    CHECK(changed([](ReportFacts& f) { f.urls.emplace_back("http://a.example/"); }));
    CHECK_FALSE(changed([](ReportFacts& f) { f.hosts.emplace_back("a.example"); }));
    CHECK_FALSE(changed([](ReportFacts& f) { f.sender = "x@a.example"; }));
    CHECK(changed([](ReportFacts& f) { f.sender = "x@a.example", f.subject = "About a.example"; }));
    CHECK_FALSE(
        changed([](ReportFacts& f) { f.urls.emplace_back("http://a.example/"), f.drill = "autumn"; }));
    CHECK_FALSE(
        changed([](ReportFacts& f) { f.urls.emplace_back("http://a.example/"), f.grade = Grade::unread; }));
}

TEST_CASE("like reports are one incident; a hostile one is verified without a person, an unclear one goes to "
          "the desk") {
    Story story;
    story.report("a", phish());
    story.report("b", phish());
    story.report("c", unclear(0xffff'0000'ffff'0000, "b.example"));
    CHECK(story.machine.incidents().size() == 2);
    CHECK(story.machine.cluster("a")->reports == std::vector<std::string>{"a", "b"});
    CHECK(story.incident("r-a").verdict == Verdict::malicious);
    CHECK(story.incident("r-a").state == IncidentState::verified);
    CHECK(story.machine.desk() == std::vector<std::string>{"r-c"});
    // Its clock: an hour for severity 3, then the desk hears of it again.
    static_cast<void>(story.do_all());
    story.wait_s(3'600);
    bool late = false;
    for (const Effect& effect : story.do_all())
        late = late || (effect.incident == "r-c" && effect.parameters.at("subject").find("Late") == 0);
    CHECK(late);
    CHECK(story.incident("r-c").duty(Duty::verify).passed);
}

TEST_CASE("text that somebody typed proves nothing, and neither does a name that anybody can write") {
    Story story;
    ReportFacts typed = phish();
    typed.grade = Grade::text_only;
    story.report("a", typed);
    CHECK(story.incident("r-a").verdict == Verdict::unknown);
    REQUIRE(story.see("intake", ReportTaken{"b", Way::mailbox, "boss@staff.example", Authenticated::no,
                                            Deed::gave_credentials, "e", ""}));
    REQUIRE(story.see("reader", ReportRead{"b", unclear(7, "z.example")}));
    CHECK(story.incident("r-b").severity == Severity::s3);
    CHECK(story.incident("r-b").touched.empty());
    CHECK(story.incident("r-b").runs.empty());
    REQUIRE(story.see("dora", VerdictGiven{"r-b", Verdict::harmless, std::nullopt, ""}));
    for (const Effect& effect : story.do_all()) CHECK(effect.parameters.at("whom") != "boss@staff.example");
    CHECK(story.machine.reporter("boss@staff.example").reports == 0);
}

TEST_CASE("a forged sender is not blocked, whatever else is") {
    Story story;
    ReportFacts forged = phish();
    forged.sender_authenticated = Authenticated::no;
    story.report("a", forged);
    std::set<std::string> steps;
    for (const Effect& effect : story.do_all())
        if (effect.kind == EffectKind::give_order) steps.insert(effect.step);
    CHECK(steps == std::set<std::string>{"block_link", "hold_alike"});
}

TEST_CASE("a report in words has its own words for a title, harmless to look at") {
    Story story;
    ReportFacts words;
    words.grade = Grade::text_only;
    story.report("a", words);
    CHECK(story.incident("r-a").title == "Reported in words");
    words.subject = "He wants gift cards, see http://evil.example/";
    story.report("b", words);
    CHECK(story.incident("r-b").title ==
          "Reported in words: He wants gift cards, see hxxp://evil[.]example/");
    words.judged_as = JudgedAs::clean;  // a mail was pasted, and scanned
    story.report("c", words);
    CHECK(story.incident("r-c").title == "A reported mail without a sender");
}

TEST_CASE("a report that comes twice counts once, and one that nobody reads goes to the desk") {
    Story story;
    for (int time = 0; time < 2; ++time)
        REQUIRE(story.see("intake", ReportTaken{"a", Way::imap, "r@staff.example", Authenticated::yes,
                                                Deed::none, "e", ""}));
    CHECK(story.machine.report_count() == 1);
    CHECK(story.machine.reporter("r@staff.example").reports == 1);
    story.wait_s(59);
    CHECK(story.machine.incidents().empty());
    story.wait_s(1);
    CHECK(story.incident("r-a").title == "A report that could not be read");
    // Read after all: it is what it is, in the place that it has.
    REQUIRE(story.see("reader", ReportRead{"a", phish()}));
    CHECK(story.incident("r-a").verdict == Verdict::malicious);
    CHECK(story.machine.incidents().size() == 1);
    CHECK_FALSE(story.see("reader", ReportRead{"nothing", phish()}));
}

TEST_CASE("a drill is known by its token, whatever it looks like") {
    Story story;
    ReportFacts facts = phish();
    facts.drill = "autumn";
    story.report("a", facts);
    CHECK(story.incident("r-a").closed_as == ClosedAs::drill);
    CHECK(story.incident("r-a").runs.empty());
    CHECK(story.machine.reporter("rita@staff.example").confirmed == 1);
}

TEST_CASE("reporters are known by how often they were right, and the desk sees the believed first") {
    Story story;
    for (int time = 0; time < 3; ++time) {
        const std::string id = "w" + std::to_string(time);
        story.report(
            id,
            unclear(0x0123'4567'89ab'cdefULL * static_cast<unsigned long long>(time + 1), id + ".example"),
            Deed::none, "wolf@staff.example");
        REQUIRE(story.see("dora", VerdictGiven{"r-" + id, Verdict::harmless, std::nullopt, ""}));
    }
    CHECK(story.machine.reporter("wolf@staff.example").harmless == 3);
    CHECK(story.machine.reporter("wolf@staff.example").precision() == doctest::Approx(0.2));
    CHECK(story.machine.reporter("new@staff.example").precision() == doctest::Approx(0.5));
    story.report("a", unclear(0x00ff'00ff'00ff'00ff, "a.example"), Deed::none, "wolf@staff.example");
    story.report("b", unclear(0xabcd'1234'abcd'1234, "b.example"), Deed::none, "new@staff.example");
    CHECK(story.machine.desk() == std::vector<std::string>{"r-b", "r-a"});
}

TEST_CASE("merge and unmerge give back exactly what was") {
    Story story;
    story.report("a", unclear(0x00ff'00ff'00ff'00ff, "a.example"));
    story.report("b", unclear(0xabcd'1234'abcd'1234, "b.example"));
    static_cast<void>(story.do_all());
    const std::string a = state(story, "r-a"), b = state(story, "r-b");
    REQUIRE(story.see("dora", IncidentsMerged{"r-b", "r-a"}));
    CHECK(story.machine.values_of(story.incident("r-a")).hosts ==
          std::vector<std::string>{"a.example", "b.example"});
    CHECK(story.machine.desk() == std::vector<std::string>{"r-a"});
    CHECK_FALSE(story.see("dora", IncidentsMerged{"r-a", "r-b"}));
    CHECK_FALSE(story.see("dora", IncidentClosed{"r-b", ClosedAs::resolved, ""}));
    REQUIRE(story.see("dora", IncidentUnmerged{"r-b"}));
    CHECK(state(story, "r-a") == a);
    CHECK(state(story, "r-b") == b);
    REQUIRE(story.see("dora", IncidentsMerged{"r-b", "r-a"}));
    REQUIRE(story.see("dora", IncidentClosed{"r-a", ClosedAs::resolved, ""}));
    CHECK(story.incident("r-b").closed_as == ClosedAs::duplicate);
}

TEST_CASE("reports that do not belong together are split, and nothing of them stays behind") {
    Story story;
    const ReportFacts facts = unclear(0x00ff'00ff'00ff'00ff, "a.example");
    ReportFacts other = facts;
    other.hosts = {"other.example"};
    other.urls.emplace_back("http://other.example/");
    story.report("a", facts);
    story.report("b", other, Deed::none, "bert@staff.example");
    REQUIRE(story.see("dora", VerdictGiven{"r-a", Verdict::malicious, std::nullopt, ""}));
    CHECK(story.machine.reporter("bert@staff.example").confirmed == 1);
    CHECK_FALSE(story.see("dora", ReportsSplit{"r-a", {"a", "b"}}));
    CHECK_FALSE(story.see("dora", ReportsSplit{"r-a", {"c"}}));
    REQUIRE(story.see("dora", ReportsSplit{"r-a", {"b"}}));
    const std::string id = "s-e" + std::to_string(story.events);
    CHECK(story.machine.values_of(story.incident("r-a")).hosts == std::vector<std::string>{"a.example"});
    CHECK(story.machine.values_of(story.incident(id)).hosts == std::vector<std::string>{"other.example"});
    CHECK(story.incident(id).verdict == Verdict::unknown);
    CHECK(story.machine.reporter("bert@staff.example").confirmed == 0);
    CHECK(story.machine.report("b")->cluster == id);
}

TEST_CASE("a closed incident is forgotten after its time, with its reports") {
    Story story;
    story.report("a", phish());
    static_cast<void>(story.do_all());
    REQUIRE(story.see("dora", IncidentClosed{"r-a", ClosedAs::resolved, ""}));
    static_cast<void>(story.do_all());
    story.wait_s(limits::respond_closed_us / story_second_us + 1);
    CHECK(story.machine.incidents().empty());
    CHECK(story.machine.report_count() == 0);
    CHECK(story.machine.take_effects().empty());
    // What was open for as long is kept.
    story.report("b", phish());
    story.wait_s(limits::respond_closed_us / story_second_us + 1);
    CHECK(story.machine.incidents().size() == 1);
}
