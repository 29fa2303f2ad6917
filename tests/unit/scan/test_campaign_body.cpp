// Copies of a text that was scanned: what may differ, what is looked at then, and that nothing else passes for a copy.
#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <random>
#include <set>

#include "base/content_sketch.hpp"
#include "base/limits.hpp"
#include "scan/campaign_body.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

std::string paragraphs(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i)
        text += "<p>Offer " + std::to_string(i * 7919) + " of our little garden shop ends on Friday.</p>\r\n";
    return text;
}

/// A page with a name, a link with an id, and words between.
std::string page_for(const std::string& name, const std::string& path, const std::string& more = {}) {
    static const std::string before = paragraphs(2500), behind = paragraphs(3500);
    return "<html><body><h1>Dear " + name + ",</h1>\r\n" + before + "<a href=\"https://shop.example/" + path +
           "\">leave</a>\r\n" + behind + more + "</body></html>\r\n";
}

CopyKind kind_of(const CampaignBody& body, const std::string& copy) {
    const ExactBuffer buffer(copy);
    return body.compare(buffer.view()).kind;
}

std::string mail_with(const std::string& page,
                      std::string_view head = "Content-Type: text/html; charset=utf-8") {
    return "From: a@shop.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + std::string(head) + "\r\n\r\n" +
           page;
}

/// Scans a copy as a reader does that remembers `base` as harmless.
ScanReport scan_copy(const std::string& base, const std::string& mail, const std::string& type = "html",
                     const Engines& with = engines()) {
    const HashKey key = random_hash_key();
    ScanOptions options;
    options.hash_key = &key;
    options.lookup = [&](const std::vector<Hash256>& hashes) {
        std::vector<RememberedPart> answers(hashes.size());
        for (RememberedPart& answer : answers) {
            answer.known = true;
            answer.file_type = type;
            answer.body =
                std::make_shared<const CampaignBody>(base, type == "txt" ? BodyKind::text : BodyKind::page);
        }
        return answers;
    };
    return scan_message(with, as_bytes(mail), options);
}

bool was_compared(const ScanReport& report) {
    return std::ranges::any_of(report.parts, &PartSummary::remembered);
}

}  // namespace

TEST_CASE("the last difference may stand near the end, behind which both end alike") {
    const std::string before = paragraphs(500);
    const CampaignBody body(before + "Leave: 4711 here", BodyKind::text);
    CHECK(kind_of(body, before + "Leave: 4712 here") == CopyKind::personalised);
    CHECK(kind_of(body, before + "Leave: 4712") == CopyKind::personalised);
    CHECK(kind_of(body, before + "Leave: 4711 here!") == CopyKind::other);
    CHECK(kind_of(body, before + "Leave: <b> here") == CopyKind::other);
    CHECK(kind_of(body, before + "Leave: " + std::string(300, '1') + " here") == CopyKind::other);
    const CampaignBody page(before + "<p>Leave 4711</p>", BodyKind::page);
    CHECK(kind_of(page, before + "<p>Leave 4712</p>") == CopyKind::personalised);
    CHECK(kind_of(page, before + "<p>Leave 4712</i>") == CopyKind::other);
}

TEST_CASE("copies for other readers are recognised") {
    const std::string base = page_for("Anna", "leave?u=1001");
    const CampaignBody body(base, BodyKind::page);
    CHECK(kind_of(body, base) == CopyKind::same);
    for (const auto& [name, path] :
         std::vector<std::pair<std::string, std::string>>{{"Bob", "leave?u=1001"},
                                                          {"Anna", "leave?u=2"},
                                                          {"Dr. O'Neil", "l?u=99999999"},
                                                          {"", ""},
                                                          {"Jürgen", "x/y%20"}}) {
        CAPTURE(name);
        const std::string copy = page_for(name, path);
        const ExactBuffer buffer(copy);
        const CopyComparison found = body.compare(buffer.view());
        CHECK(found.kind == CopyKind::personalised);
        CHECK(found.differences.size() <= 3);
        const std::string looked_at = with_surroundings(buffer.view(), found.differences);
        CHECK(looked_at.find("Dear " + name + ",") != std::string::npos);
        if (path != "leave?u=1001") CHECK(looked_at.find("shop.example/" + path + "\"") != std::string::npos);
        CHECK(looked_at.size() < copy.size() / 2);
    }
}

TEST_CASE("what is more than a copy is another text") {
    const CampaignBody body(page_for("Anna", "leave?u=1001"), BodyKind::page);
    const std::vector<std::string> others = {
        page_for("<b>Anna</b>", "leave?u=1001"),
        page_for("Anna<script>alert(1)</script>", "leave?u=1001"),
        page_for("Anna", "leave?u=1\" onclick=\"x"),
        page_for("Anna", "leave?u=1\"><form action=\"//evil.example"),
        page_for("Anna &lt;", "leave?u=1001"),
        page_for("http://evil.example/", "leave?u=1001"),
        page_for("Anna", "leave?u=1001", "<p>more</p>"),
        page_for("Anna", "leave?u=1001", "<a href=\"https://evil.example/\">x</a>"),
        page_for("Anna", std::string(limits::campaign_difference_bytes + 9, 'x')),
        page_for(std::string(limits::campaign_difference_bytes + 9, 'x'), "leave?u=1001"),
        "",
        "x",
        paragraphs(6000)};
    for (const std::string& other : others) {
        CAPTURE(other.substr(0, 120));
        CHECK(kind_of(body, other) == CopyKind::other);
    }
    // Another host, element or attribute in the place of one that was there.
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"shop.example", "shop-example.evil"},
                                                          {"<h1>", "<tt>"},
                                                          {"href", "data"},
                                                          {"https://", "http://"},
                                                          {"<p>Offer", "<i>Offer"}}) {
        std::string copy = page_for("Anna", "leave?u=1001");
        copy.replace(copy.find(from), from.size(), to);
        CAPTURE(from);
        CHECK(kind_of(body, copy) == CopyKind::other);
    }
}

TEST_CASE("a page that is not plain has only equal copies") {
    const std::string form = page_for("Anna", "u=1", "<form action=\"https://shop.example/x\"></form>");
    const CampaignBody body(form, BodyKind::page);
    CHECK(kind_of(body, form) == CopyKind::same);
    CHECK(kind_of(body, page_for("Bob", "u=1", "<form action=\"https://shop.example/x\"></form>")) ==
          CopyKind::other);
}

TEST_CASE("no more places than the limit says") {
    std::string base, copy;
    for (std::size_t i = 0; i <= limits::campaign_differences; ++i) {
        base += "word and a long enough piece of text behind it, number " + std::to_string(i) + "\r\n";
        copy += "wort and a long enough piece of text behind it, number " + std::to_string(i) + "\r\n";
    }
    CHECK(kind_of(CampaignBody(base, BodyKind::text), copy) == CopyKind::other);
    const std::size_t first_line = base.find('\n') + 1;
    copy.replace(0, first_line, base.substr(0, first_line));
    CHECK(kind_of(CampaignBody(base, BodyKind::text), copy) == CopyKind::personalised);
}

TEST_CASE("a difference holds nothing but harmless bytes, whatever is changed") {
    const std::string base = page_for("Anna", "leave?u=1001");
    const CampaignBody body(base, BodyKind::page);
    const unsigned seed = std::random_device{}();
    MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    std::size_t personalised = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string copy = base;
        for (auto edits = 1 + random() % 3; edits > 0; --edits) {
            const std::size_t at = random() % copy.size();
            static constexpr std::string_view letters = "ab1 <>\"'&;/=\n\xC3";
            copy.replace(at, random() % 4, std::string(random() % 4, letters[random() % letters.size()]));
        }
        if (kind_of(body, copy) != CopyKind::personalised) continue;
        ++personalised;
        for (const char markup : std::string_view("<>\";"))
            CHECK(std::ranges::count(copy, markup) == std::ranges::count(base, markup));
        // In a link's path '&' parts parameters; without ';' it begins nothing there. Elsewhere it begins a character reference.
        const std::string path = "https://shop.example/";
        const std::size_t link = copy.find(path), end = copy.find('"', link);
        CHECK(std::ranges::count(copy.substr(0, link), '&') + std::ranges::count(copy.substr(end), '&') == 0);
    }
    CHECK(personalised > 100);
}

TEST_CASE("a personalised copy is looked at where it differs") {
    const std::string base = page_for("Anna", "leave?u=1001");
    const ScanReport report = scan_copy(base, mail_with(page_for("Bob", "leave?u=2002")));
    CHECK(was_compared(report));
    CHECK(report.verdict == Verdict::clean);
    CHECK(has_url(report, "https://shop.example/leave?u=2002", "html"));
    CHECK_FALSE(has_url(report, "https://shop.example/leave?u=1001", "html"));
}

TEST_CASE("a copy has the fingerprint of its text, unless much was added to it or taken out") {
    const auto fingerprint_of_copy = [](const std::string& base, const std::string& copy) {
        const ScanReport report = scan_copy(base, mail_with(copy, "Content-Type: text/plain"), "txt");
        CHECK(was_compared(report));
        return report.facts.text_fingerprint;
    };
    std::string full, bare;
    for (int number = 0; number < 30; ++number) {
        const std::string line = "A line of ordinary words that is the same for every reader, number " +
                                 std::to_string(number) + "\r\n";
        full += line + "These words are personal and stand nowhere else in the other text of ours " + line;
        bare += line + line;
    }
    CHECK(fingerprint_of_copy(full, full) == CampaignBody(full, BodyKind::text).fingerprint());
    std::string named = full;
    named.replace(named.find("ordinary"), 8, "Reader");
    CHECK(fingerprint_of_copy(full, named) == CampaignBody(full, BodyKind::text).fingerprint());
    CHECK(fingerprint_of_copy(full, bare) == CampaignBody(bare, BodyKind::text).fingerprint());
    CHECK(fingerprint_of_copy(bare, full) == CampaignBody(full, BodyKind::text).fingerprint());
    CHECK(CampaignBody(full, BodyKind::text).fingerprint() !=
          CampaignBody(bare, BodyKind::text).fingerprint());
}

TEST_CASE("nothing is smuggled past the signatures in what differs") {
    // The text was harmless with other words; the last missing piece comes with the copy.
    const std::string string = eicar();
    const std::size_t at = string.find("ANTIVIRUS");
    REQUIRE(at != std::string::npos);
    const auto with = [&](const std::string& word) {
        return string.substr(0, at) + word + string.substr(at + 9);
    };
    const std::string base = page_for(with("SOMETHING"), "u=1"), copy = page_for(with("ANTIVIRUS"), "u=2");
    REQUIRE(kind_of(CampaignBody(base, BodyKind::page), copy) == CopyKind::personalised);
    const ScanReport report = scan_copy(base, mail_with(copy));
    CHECK(was_compared(report));
    CHECK(report.verdict == Verdict::malware);

    const std::string text = paragraphs(5000);
    const ScanReport plain =
        scan_copy(text + with("SOMETHING") + text,
                  mail_with(text + with("ANTIVIRUS") + text, "Content-Type: text/plain"), "txt");
    CHECK(was_compared(plain));
    CHECK(plain.verdict == Verdict::malware);
}

TEST_CASE("signatures for pages, texts and mail find in a copy what they find in the whole page") {
    const tocsin::test::TemporaryFolder folder;
    const auto hex = [](std::string_view text) { return to_hex(as_bytes(text)); };
    // Targets of ClamAV's signatures: 0 anything, 3 pages as they are normalised, 4 mail, 7 text in lower case.
    std::ofstream(folder.path() / "own.ndb")
        << "Any:0:*:" << hex("EvilOne") << "\nMarkup:3:*:" << hex("<h1>dear eviltwo,</h1>")
        << "\nText:3:*:" << hex("dear evilthree,") << "\nTarget:3:*:" << hex("/evilfour\"")
        << "\nMail:4:*:" << hex("EvilFive") << "\nPlain:7:*:" << hex("dear evilsix,") << "\n";
    EngineConfig config;
    config.clamav_databases = {folder.path().string()};
    NullLog log;
    const std::unique_ptr<Engines> own = std::move(Engines::load(config, log).value());
    const std::string base = page_for("Anna", "u=1");
    const auto found = [](const ScanReport& report) {
        std::set<std::string> names;  // a copy is looked at twice where it differs
        for (const Finding& finding : report.findings) names.insert(finding.rule);
        return names;
    };
    for (const auto& [name, path, rule] :
         std::vector<std::array<std::string, 3>>{{"EvilOne", "u=2", "Any"},
                                                 {"EVILTWO", "u=2", "Markup"},
                                                 {"EVILTHREE", "u=2", "Text"},
                                                 {"Bob", "EvilFour", "Target"},
                                                 {"EvilFive", "u=2", "Mail"},
                                                 {"Bob", "u=2", ""}}) {
        CAPTURE(name);
        const std::string mail = "Received: from mx.shop.example\r\n" + mail_with(page_for(name, path));
        const ScanReport whole = scan_message(*own, as_bytes(mail), {});
        const ScanReport copy = scan_copy(base, mail, "html", *own);
        CHECK_FALSE(was_compared(whole));
        CHECK(was_compared(copy));
        const std::set<std::string> expected =
            rule.empty() ? std::set<std::string>{} : std::set<std::string>{rule};
        CHECK(found(whole) == expected);
        CHECK(found(copy) == expected);
    }
    const std::string text = paragraphs(3000);
    const std::string mail = mail_with(text + "Dear  EVILSIX,\r\n" + text, "Content-Type: text/plain");
    const ScanReport plain = scan_copy(text + "Dear  Anna,\r\n" + text, mail, "txt", *own);
    CHECK(was_compared(plain));
    CHECK(found(scan_message(*own, as_bytes(mail), {})) == std::set<std::string>{"Plain"});
    CHECK(found(plain) == std::set<std::string>{"Plain"});
}

TEST_CASE("what is not comparable is scanned whole") {
    const std::string base = page_for("Anna", "u=1"), copy = page_for("Bob", "u=2");
    CHECK(was_compared(scan_copy(base, mail_with(copy))));
    // Charsets in which letters can be markup, named files, pages that differ in more than words.
    CHECK_FALSE(was_compared(scan_copy(base, mail_with(copy, "Content-Type: text/html; charset=utf-7"))));
    CHECK_FALSE(was_compared(scan_copy(base, mail_with(copy, "Content-Type: text/html; name=a.hta"))));
    CHECK_FALSE(was_compared(scan_copy(base, mail_with(page_for("Bob<i>", "u=2")))));
    const ScanReport bad = scan_copy(base, mail_with(page_for("Bob", "u=2", eicar())));
    CHECK_FALSE(was_compared(bad));
    CHECK(bad.verdict == Verdict::malware);
    // In headers and behind the body, beside a body that was compared.
    const ScanReport header = scan_copy(base, "X-Note: " + eicar() + "\r\n" + mail_with(copy));
    CHECK(was_compared(header));
    CHECK(header.verdict == Verdict::malware);
}

TEST_CASE("most copies have one sketch, other texts another") {
    const Hash256 sketch = content_sketch(as_bytes(page_for("Anna", "u=1")));
    std::size_t alike = 0;
    for (int number = 0; number < 100; ++number)
        alike += content_sketch(as_bytes(page_for("Reader " + std::to_string(number),
                                                  "u=" + std::to_string(number * 37)))) == sketch;
    CHECK(alike >= 90);
    CHECK(content_sketch(as_bytes(paragraphs(5000))) != sketch);
    CHECK(content_sketch({}) == content_sketch(as_bytes(std::string_view("x"))));
}
