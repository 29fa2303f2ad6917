// What goes to other houses: the attack in their forms, and nothing of whom it hit.
#include <doctest/doctest.h>

#include "base/fold_case.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "share/exports.hpp"
#include "share/incident.hpp"
#include "share/personal.hpp"
#include "share/text.hpp"
#include "share/uuid.hpp"
#include "share/web_link.hpp"
#include "support/respond_story.hpp"

using namespace tocsin;
using namespace tocsin::respond;
using namespace tocsin::share;
using nlohmann::json;

namespace {

const std::string hash_a(64, 'a'), hash_b(64, 'b');

House house() {
    return {.organisation = "esp.example",
            .contact = "security@esp.example",
            .domains = {"esp.example", "acme.example"},
            .addresses = {"carla@desk.example"},
            .is_great = [](std::string_view host) {
                return host == "google.com" || host.ends_with(".google.com");
            }};
}

ReportFacts facts() {
    ReportFacts out;
    out.grade = Grade::raw;
    out.judged_as = JudgedAs::malware;
    out.text_fingerprint = 7;
    out.sender = "thief@evil.example";
    out.sender_authenticated = Authenticated::yes;
    out.subject = "Dear Anna Adler";
    out.urls = {"https://evil.example/login.php?u=12#x",
                "http://user@evil.example:80/a b",
                "https://docs.google.com/form",
                "https://news.acme.example/page",
                "ftp://evil.example/file",
                "http://10.1.2.3/x",
                "http://198.51.100.7:8080/x"};
    out.hosts = {"Evil.Example", "www.google.com", "localhost"};
    out.hashes = {hash_a};
    return out;
}

SharedIncident shared(Story& story, const std::string& id, KnownNames known = KnownNames::left_out) {
    Result<SharedIncident> out = to_share(story.machine, story.incident(id), house(), known);
    INFO((out ? std::string() : out.error().message));
    REQUIRE(out);
    return *std::move(out);
}

std::set<std::string> values(const SharedIncident& incident) {
    std::set<std::string> out;
    for (const Indicator& one : incident.indicators)
        out.insert(std::string(to_string(one.kind)) + " " + one.value);
    return out;
}

std::string why_left_out(const SharedIncident& incident, const std::string& value) {
    for (const LeftOut& one : incident.left_out)
        if (one.value == value) return one.why;
    return {};
}

/// Everything that is exported of an incident, in every form and readable: what is in base64 stands there decoded, too.
std::string everything(const SharedIncident& incident) {
    std::string out = to_stix(incident, house(), Tlp::amber).content +
                      to_misp(incident, house(), Tlp::clear).content + to_csv(incident, house()).content;
    for (const Indicator& one : incident.indicators) {
        const auto link = one.kind == IndicatorKind::url ? parse_link(one.value) : std::nullopt;
        if (!link) continue;
        const Result<Exported> mail =
            to_xarf(incident, house(), {.host = link->host, .to = "abuse@host.example", .now = {}});
        REQUIRE(mail);
        out += mail->content;
        std::string lines;
        for (std::size_t at = 0; at < mail->content.size();) {
            const std::size_t end = mail->content.find("\r\n", at);
            const std::string line = mail->content.substr(at, end - at);
            at = end + 2;
            if (!line.empty() && line.find_first_of(": -;") == std::string::npos) {
                lines += line;
            } else if (!lines.empty()) {
                out += from_base64(lines).value_or("");
                lines.clear();
            }
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the attack goes out, what is known of it and what proves it") {
    Story story;
    story.report("a", facts());
    const SharedIncident out = shared(story, "r-a");
    CHECK(values(out) ==
          std::set<std::string>{"url https://evil.example/login.php", "url http://evil.example/a%20b",
                                "url http://198.51.100.7:8080/x", "domain evil.example", "ip 198.51.100.7",
                                "email thief@evil.example", "sha256 " + hash_a});
    CHECK(why_left_out(out, "https://docs.google.com/form").find("great provider") != std::string::npos);
    CHECK(why_left_out(out, "https://news.acme.example/page").find("of a customer") != std::string::npos);
    CHECK(why_left_out(out, "ftp://evil.example/file").find("no link to a web page") != std::string::npos);
    CHECK(why_left_out(out, "10.1.2.3").find("private network") != std::string::npos);
    CHECK(why_left_out(out, "localhost").find("no name of a host") != std::string::npos);
    const std::set<std::string> more = values(shared(story, "r-a", KnownNames::included));
    for (const char* known : {"url https://docs.google.com/form", "url https://news.acme.example/page",
                              "domain www.google.com", "domain news.acme.example"})
        CHECK(more.contains(known));
    CHECK_FALSE(more.contains("ip 10.1.2.3"));
}

TEST_CASE(
    "a sender who may be forged, a file in which nothing was found and a customer's address stay here") {
    Story story;
    ReportFacts forged = facts();
    forged.sender_authenticated = Authenticated::no;
    forged.judged_as = JudgedAs::phish;
    story.report("a", forged);
    const SharedIncident out = shared(story, "r-a");
    CHECK(why_left_out(out, "thief@evil.example").find("may be forged") != std::string::npos);
    CHECK(why_left_out(out, hash_a).find("nothing was found") != std::string::npos);
    ReportFacts customers = facts();
    customers.customer = "acme";
    customers.text_fingerprint = 0xFFFF'0000'FFFF;
    customers.urls = {"https://other.example/"};
    customers.hosts = {"other.example"};
    customers.hashes = {hash_b};
    customers.subject = "Another one";
    customers.sender = "news@other-customer.example";
    story.report("b", customers);
    const SharedIncident second = shared(story, "r-b");
    CHECK(why_left_out(second, "news@other-customer.example").find("from a customer") != std::string::npos);
}

TEST_CASE("a value counts once, with the first and the last time; what is too much is said") {
    Story story;
    ReportFacts forged = facts();
    forged.sender_authenticated = Authenticated::no;
    story.report("r0", forged);
    const TimePoint first = story.machine.report("r0")->taken;
    story.wait_s(60);
    story.report("r1", facts());
    SharedIncident out = shared(story, "r-r0");
    CHECK(why_left_out(out, "thief@evil.example").empty());
    CHECK(values(out).contains("email thief@evil.example"));
    const auto link = std::ranges::find(out.indicators, "https://evil.example/login.php", &Indicator::value);
    REQUIRE(link != out.indicators.end());
    CHECK(link->first_seen == first);
    CHECK(link->last_seen.microseconds - first.microseconds >= 60 * story_second_us);
    std::vector<TouchedPerson> people;
    for (int number = 0; number < 10'000; ++number)
        people.push_back({"given" + std::to_string(number) + ".family@victim.example", Deed::none});
    REQUIRE(story.see("dora", PeopleTouched{"r-r0", people}));
    for (int report = 2; report < 12; ++report) {
        ReportFacts many = facts();
        many.urls.clear();
        for (int number = 0; number < 256; ++number)
            many.urls.push_back("https://h" + std::to_string(report) + "-" + std::to_string(number) +
                                ".evil.example/a/long/path/with/many/words/" + std::string(200, 'x') +
                                "/given" + std::to_string(number) + "Family/");
        story.report("r" + std::to_string(report), many);
    }
    out = shared(story, "r-r0");
    CHECK(out.indicators.size() <= 2'000);
    CHECK(out.left_out.back().kind == "values");
    CHECK(std::ranges::none_of(
        out.indicators, [](const Indicator& one) { return one.value.find("amily") != std::string::npos; }));
}

TEST_CASE("only what is malicious is shared") {
    Story story;
    ReportFacts unclear = facts();
    unclear.judged_as = JudgedAs::suspicious;
    story.report("a", unclear);
    const auto refused = [&] {
        const Result<SharedIncident> out =
            to_share(story.machine, story.incident("r-a"), house(), KnownNames::left_out);
        REQUIRE_FALSE(out);
        CHECK(out.error().code == ErrorCode::conflict);
        return out.error().message;
    };
    CHECK(refused() ==
          "incident 1 is unknown: others are warned only of what somebody said is malicious (tocsin incident "
          "verdict 1 --is malicious)");
    REQUIRE(story.see("dora", VerdictGiven{"r-a", Verdict::harmless, std::nullopt, "mistake"}));
    CHECK(refused().starts_with("incident 1 is harmless"));
}

TEST_CASE("nobody who was hit is in any export, in whatever field and form his address stands") {
    const std::string person = "zelda.quux@victim.example";
    const std::string as_base64 = to_base64(person);
    std::string as_hex;
    for (const char c : person) {
        constexpr std::string_view digits = "0123456789abcdef";
        as_hex += digits[static_cast<unsigned char>(c) >> 4U];
        as_hex += digits[static_cast<unsigned char>(c) & 15U];
    }
    Story story;
    ReportFacts all = facts();
    all.sender = person;
    all.subject = "For " + person;
    all.customer = person;
    all.urls = {"https://evil.example/" + person,
                "https://evil.example/zelda.quux%40victim.example/x",
                "https://evil.example/zelda%252Equux%2540victim.example",
                "https://evil.example/t/" + as_base64,
                "https://evil.example/t/" + as_base64.substr(0, as_base64.find('=')) + ".html",
                "https://evil.example/" + as_hex,
                "https://evil.example/for/quux/x",
                "https://evil.example/ok?e=" + person,
                "https://evil.example/ok2#" + as_base64,
                "https://" + person + "@evil.example/ok3",
                "https://zelda-quux-victim-example.evil.example/ok4",
                "https://zeldaquux.evil.example/ok5"};
    all.hosts = {"zelda.quux.victim.example.evil.example", "evil.example"};
    all.hashes = {hash_a, person};
    REQUIRE(story.see("intake", ReportTaken{"a", Way::mailbox, person, Authenticated::yes,
                                            Deed::gave_credentials, person, "I am " + person}));
    REQUIRE(story.see("reader", ReportRead{"a", all}));
    REQUIRE(story.see("dora", VerdictGiven{"r-a", Verdict::malicious, std::nullopt, "sent to " + person}));
    REQUIRE(story.see("dora", PeopleTouched{"r-a", {{person, Deed::clicked}}}));
    REQUIRE(story.see("dora", NoteAdded{"r-a", "called " + person}));
    REQUIRE(story.see("dora", OwnerSet{"r-a", "dora"}));
    OpenedByHand opened;
    opened.title = "Mail to " + person;
    opened.severity = Severity::s1;
    opened.note = person;
    opened.values = {.customers = {},
                     .senders = {person},
                     .urls = all.urls,
                     .hosts = all.hosts,
                     .credentials = {person},
                     .files = all.hashes,
                     .texts = {person},
                     .lists = {person}};
    REQUIRE(story.see("dora", opened));
    std::size_t looked = 0;
    std::string merged_into;
    for (const auto& [id, incident] : story.machine.incidents()) {
        if (incident.verdict != Verdict::malicious)
            REQUIRE(story.see("dora", VerdictGiven{id, Verdict::malicious, std::nullopt, person}));
        if (id == "r-a") continue;
        merged_into = id;
    }
    REQUIRE(story.see("dora", PeopleTouched{merged_into, {{person, Deed::none}}}));
    REQUIRE(story.see("dora", IncidentsMerged{"r-a", merged_into}));
    for (const auto& [id, incident] : story.machine.incidents())
        for (const KnownNames known : {KnownNames::left_out, KnownNames::included}) {
            const SharedIncident out = shared(story, id, known);
            CHECK(values(out).contains("url https://evil.example/ok"));
            CHECK(values(out).contains("domain evil.example"));
            const std::string text = ascii_lower(everything(out));
            for (const std::string& trace :
                 {person, std::string("zelda"), std::string("quux"), std::string("victim"),
                  ascii_lower(as_base64).substr(0, 20), as_hex, std::string("dora")})
                CHECK_MESSAGE(text.find(trace) == std::string::npos, trace);
            ++looked;
        }
    CHECK(looked == 4);
}

TEST_CASE("a bundle of STIX 2.1 has what the standard asks for, and the same names every time") {
    Story story;
    story.report("a", facts());
    const SharedIncident incident = shared(story, "r-a");
    const json bundle = json::parse(to_stix(incident, house(), Tlp::amber_strict).content);
    CHECK(bundle == json::parse(to_stix(incident, house(), Tlp::amber_strict).content));
    CHECK(bundle["type"] == "bundle");
    CHECK(bundle.size() == 3);
    std::map<std::string, json> objects;
    std::map<std::string, int> kinds;
    for (const json& object : bundle["objects"]) {
        CHECK(object["spec_version"] == "2.1");
        CHECK(type_of_identifier(object["id"].get<std::string>()) == object["type"].get<std::string>());
        CHECK(objects.emplace(object["id"], object).second);
        ++kinds[object["type"].get<std::string>()];
    }
    CHECK(kinds == std::map<std::string, int>{{"domain-name", 1},
                                              {"email-addr", 1},
                                              {"file", 1},
                                              {"identity", 1},
                                              {"indicator", 7},
                                              {"ipv4-addr", 1},
                                              {"marking-definition", 1},
                                              {"report", 1},
                                              {"url", 3}});
    std::set<std::string> patterns;
    for (const auto& [id, object] : objects) {
        if (object["type"] == "marking-definition")
            CHECK(object["id"] == "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003");
        for (const json& name : object.value("object_refs", json::array()))
            CHECK(objects.contains(name.get<std::string>()));
        for (const json& name : object.value("object_marking_refs", json::array()))
            CHECK(objects.contains(name.get<std::string>()));
        if (object.contains("created_by_ref"))
            CHECK(objects.contains(object["created_by_ref"].get<std::string>()));
        if (object.contains("modified")) CHECK(object["modified"] >= object["created"]);
        if (object.contains("valid_until")) CHECK(object["valid_until"] > object["valid_from"]);
        if (object["type"] == "indicator") patterns.insert(object["pattern"]);
    }
    CHECK(patterns == std::set<std::string>{
                          "[domain-name:value = 'evil.example']", "[email-addr:value = 'thief@evil.example']",
                          "[file:hashes.'SHA-256' = '" + hash_a + "']", "[ipv4-addr:value = '198.51.100.7']",
                          "[url:value = 'http://198.51.100.7:8080/x']",
                          "[url:value = 'http://evil.example/a%20b']",
                          "[url:value = 'https://evil.example/login.php']"});
    // Made with another program: Python's uuid.uuid5 of the namespace of STIX.
    CHECK(objects.contains("domain-name--69228563-c8d2-54ae-aeca-5f4134cb59aa"));
}

TEST_CASE("what goes into a pattern cannot end it") {
    SharedIncident incident;
    incident.indicators = {{IndicatorKind::email, "o'brien\\@evil.example", {}, {}}};
    const json bundle = json::parse(to_stix(incident, house(), Tlp::clear).content);
    bool found = false;
    for (const json& object : bundle["objects"])
        found = found || object.value("pattern", "") == R"([email-addr:value = 'o\'brien\\@evil.example'])";
    CHECK(found);
}

TEST_CASE("an event of MISP has its needed members, and goes no further than its marking") {
    Story story;
    story.report("a", facts());
    const SharedIncident incident = shared(story, "r-a");
    struct Case {
        Tlp tlp;
        const char* tag;
        const char* distribution;
    };
    for (const Case& one :
         {Case{Tlp::clear, "tlp:clear", "3"}, Case{Tlp::green, "tlp:green", "1"},
          Case{Tlp::amber, "tlp:amber", "0"}, Case{Tlp::amber_strict, "tlp:amber+strict", "0"},
          Case{Tlp::red, "tlp:red", "0"}}) {
        const json event = json::parse(to_misp(incident, house(), one.tlp).content)["Event"];
        for (const char* key :
             {"date", "threat_level_id", "info", "published", "analysis", "distribution", "Attribute"})
            CHECK(event.contains(key));
        CHECK(event["Tag"][0]["name"] == one.tag);
        CHECK(event["distribution"] == one.distribution);
        CHECK(event["published"] == false);
        CHECK(event["date"] == "2026-03-01");
        std::set<std::string> attributes;
        for (const json& attribute : event["Attribute"]) {
            CHECK(attribute["to_ids"] == true);
            attributes.insert(attribute["category"].get<std::string>() + " " +
                              attribute["type"].get<std::string>());
        }
        CHECK(attributes == std::set<std::string>{"Network activity domain", "Network activity ip-dst",
                                                  "Network activity url", "Payload delivery email-src",
                                                  "Payload delivery sha256"});
    }
}

TEST_CASE("cells of the comma-separated values are quoted, and no formula") {
    SharedIncident incident;
    incident.number = 7;
    House named = house();
    named.organisation = "Acme, \"the\" house";
    incident.indicators = {{IndicatorKind::email, "=cmd@evil.example", {}, {}},
                           {IndicatorKind::email, "+1@evil.example", {}, {}},
                           {IndicatorKind::url, "https://evil.example/a,b", {}, {}}};
    const std::string text = to_csv(incident, named).content;
    CHECK(
        text ==
        "type,value,first_seen,last_seen,incident,comment\r\n"
        "email,'=cmd@evil.example,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z,7,\"hostile mail, seen "
        "by "
        "Acme, \"\"the\"\" house\"\r\n"
        "email,'+1@evil.example,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z,7,\"hostile mail, seen by "
        "Acme, \"\"the\"\" house\"\r\n"
        "url,\"https://evil.example/a,b\",1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z,7,\"hostile "
        "mail, "
        "seen by Acme, \"\"the\"\" house\"\r\n");
}

TEST_CASE("an abuse report is about one host, and goes to whom its sender names") {
    Story story;
    story.report("a", facts());
    const SharedIncident incident = shared(story, "r-a");
    const auto error = [&](const House& who, const AbuseReport& report) {
        const Result<Exported> out = to_xarf(incident, who, report);
        return out ? std::string() : out.error().message;
    };
    CHECK(error(house(), {}).find("name one of 198.51.100.7, evil.example") != std::string::npos);
    CHECK(error(house(), {.host = "good.example", .to = {}, .now = {}})
              .find("no link leads to \"good.example\"") != std::string::npos);
    CHECK(error(house(), {.host = "evil.example", .to = "a@b.example\r\nBcc: c@d.example", .now = {}})
              .find("is no address of mail") != std::string::npos);
    House nobody = house();
    nobody.contact.clear();
    CHECK(error(nobody, {.host = "evil.example", .to = {}, .now = {}}).find("set notices_from") !=
          std::string::npos);
    const Result<Exported> out = to_xarf(
        incident, house(), {.host = "evil.example", .to = {}, .now = TimePoint{1'772'355'605'000'000}});
    REQUIRE(out);
    CHECK(out->content.starts_with(
        "From: <security@esp.example>\r\nTo: <abuse@evil.example>\r\nSubject: Abuse report: "
        "phishing at evil[.]example\r\nDate: Sun, 1 Mar 2026 09:00:05 +0000\r\n"));
    CHECK(out->file_name == "incident-1-evil.example.eml");
    SharedIncident no_links = incident;
    std::erase_if(no_links.indicators, [](const Indicator& one) { return one.kind == IndicatorKind::url; });
    CHECK(to_xarf(no_links, house(), {}).error().message.find("there is no host to tell") !=
          std::string::npos);
}

TEST_CASE("links have one form") {
    struct Case {
        const char* text;
        const char* form;  ///< empty: none
    };
    for (const Case& one :
         {Case{"HTTPS://Evil.Example.:443/A?b#c", "https://evil.example/A"},
          Case{"http://evil.example", "http://evil.example/"},
          Case{" http://a:b@evil.example:8080/x ", "http://evil.example:8080/x"},
          Case{"http://evil.example\\@good.example/", "http://evil.example/%5C@good.example/"},
          Case{"http://[2001:db8::1]:80/x", "http://[2001:db8::1]/x"},
          Case{"http://evil.example/\xC3\xBC'", "http://evil.example/%C3%BC%27"},
          Case{"javascript:alert(1)", ""}, Case{"http://", ""}, Case{"http:///x", ""},
          Case{"http://evil..example/", ""}, Case{"http://b\xC3\xBC\x63h.example/", ""},
          Case{"http://evil.example:99999999/", ""}, Case{"http://[::g]/", ""}, Case{"", ""}}) {
        INFO(one.text);
        const auto link = parse_link(one.text);
        CHECK((link ? link->text() : std::string()) == one.form);
    }
}

TEST_CASE("who is named, and who is not") {
    PersonalNames people;
    people.add("Zelda.Quux@victim.example");
    people.add("info@victim.example");
    people.add("bo@victim.example");
    CHECK(people.is_known(" zelda.quux@VICTIM.example"));
    for (const char* naming :
         {"zelda.quux@victim.example", "Zelda", "x/quux/y", "zelda-quux", "a@b", "%7Aelda", "WmVsZGE",
          "7a656c6461", "x.WmVsZGEuUXV1eEB2aWN0aW0uZXhhbXBsZQ.html"}) {
        INFO(naming);
        CHECK(people.names_somebody(naming));
    }
    for (const char* other :
         {"", "info", "login", "zeldas", "bo", "march/statement", "0123456789abcdef", "index.html"}) {
        INFO(other);
        CHECK_FALSE(people.names_somebody(other));
    }
}
