// Every value of ScanLimit is reached through a whole scan, and reaching one is never clean. Those that are not here:
// message_bytes, engine_time in test_engines.cpp; container_depth, container_members, container_ratio in test_limits.cpp;
// container_bytes in test_iso.cpp; qr_pixels in test_image_size.cpp and test_pictures.cpp.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/limits.hpp"
#include "scan/message_facts.hpp"
#include "scan_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;
using tocsin::test::TemporaryFolder;

namespace {

/// A message whose parts are given with their headers.
std::string mail_of(const std::string& parts) {
    return "From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + parts +
           "--b--\n";
}

std::string repeated(std::size_t times, const std::string& text) {
    std::string all;
    all.reserve(times * text.size());
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

/// Boundaries that are disputed at the root, and many readings of the part below each.
std::string mail_with_many_readings() {
    std::string headers = "Content-Type: multipart/mixed", body;
    for (const char* boundary : {"aa", "bb", "cc", "dd"}) {
        headers += fmt::format("; boundary={}", boundary);
        body += fmt::format(
            "--{0}\nContent-Transfer-Encoding: base64\n\nA\n\nQUI=\nQ-UJDREVG\nR0h=JSktM\n\n{0}Q=\n\n",
            boundary);
    }
    return headers + "\n\n" + body;
}

std::string mail_with_many_types() {
    std::string headers;
    for (const char* type : {"a/b", "c/d", "e/f", "g/h", "i/j"})
        headers += fmt::format("Content-Type: {}\n", type);
    return headers + "Content-Transfer-Encoding: base64\n\nA\n\nQUI=\nQ-UJDREVG\nR0h=JSktM\n\n";
}

}  // namespace

TEST_CASE("more links than are kept are a limit: one of them could be the one that an order blocks") {
    std::string page = "Content-Type: text/html\n\n<html><body>";
    for (std::size_t number = 0; number <= limits::links; ++number)
        page += fmt::format("<a href=\"https://h{}.example/\">x</a>", number);
    const ScanReport report = scan_message(engines(), as_bytes(page), {});
    CHECK(has_limit(report, ScanLimit::links));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("a limit of the parser is a limit of the scan, and the message is not clean") {
    const std::string disputed =
        "--b\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nQUJD\n";
    struct Case {
        const char* parser_name;
        std::string mail;
        ScanLimit limit;
    };
    for (const Case& c : {
             Case{"parts", mail_of(repeated(limits::parts + 5, "--b\n\n")), ScanLimit::parts},
             {"nesting_depth",
              repeated(limits::nesting_depth + 2, "Content-Type: message/rfc822\n\n") + "\ninnermost",
              ScanLimit::nesting_depth},
             {"alternatives", mail_of(repeated(limits::alternatives + 1, disputed)), ScanLimit::alternatives},
             {"alternatives_per_place", mail_with_many_types(), ScanLimit::alternatives},
             {"readings", mail_with_many_readings(), ScanLimit::alternatives},
             {"header_block_bytes", "A: " + std::string(limits::header_block_bytes, 'x') + "\n\nbody",
              ScanLimit::header_block_bytes},
             {"header_fields", repeated(limits::header_fields + 1, "A: x\n") + "\nbody",
              ScanLimit::header_block_bytes},
         }) {
        CAPTURE(std::string(c.parser_name));
        const ScanReport report = scan_message(engines(), as_bytes(c.mail), {});
        REQUIRE(has_limit(report, c.limit));
        CHECK(report.verdict == Verdict::unscannable);
        const mail::MimeTree tree = mail::parse_mime(as_bytes(c.mail));
        CHECK(std::ranges::any_of(tree.limits_hit,
                                  [&](const mail::MimeLimitHit& hit) { return hit.name == c.parser_name; }));
    }
}

// These take hundreds of megabytes to reach: tests/unit/mail/test_mime.cpp reaches them in the parser with smaller bounds, and
// this shows what becomes of the names that it gives. So does a name that this room has never heard of.
TEST_CASE("the parser's limits on bytes keep their names in the report") {
    for (const auto& [name, limit] : {std::pair{"decoded_bytes", ScanLimit::decoded_bytes},
                                      {"message_bytes", ScanLimit::message_bytes},
                                      {"html_bytes", ScanLimit::html_bytes},
                                      {"reparsed_bytes", ScanLimit::alternatives},
                                      {"a limit of tomorrow", ScanLimit::alternatives}}) {
        ScanReport report;
        note_parser_limit(report, {name, 7});
        REQUIRE(report.limits_hit.size() == 1);
        CHECK(report.limits_hit[0].limit == limit);
        CHECK(report.limits_hit[0].detail == fmt::format("{} at byte 7", name));
        CHECK(decide_verdict(report.findings, report.limits_hit) != Verdict::clean);
    }
}

TEST_CASE("limits that cost detail, not coverage, are suspicious and not clean") {
    const std::string page = "<html><body>" + std::string(limits::html_bytes, 'x') + "</body></html>";
    const ScanReport long_page = scan_text(page, "page.html");
    CHECK(has_limit(long_page, ScanLimit::html_bytes));
    CHECK(long_page.verdict == Verdict::suspicious);

    // Each member is one finding; there are more members than a report holds findings.
    std::vector<ZipPart> parts;
    for (std::size_t i = 0; i <= limits::findings; ++i)
        parts.push_back({fmt::format("{}.pdf.exe", i), fmt::format("text {}", i), false});
    const ScanReport full = scan_text(make_zip(parts), "many.zip");
    CHECK(full.findings.size() == limits::findings);
    CHECK(has_limit(full, ScanLimit::findings));
    CHECK(full.verdict == Verdict::suspicious);
}

TEST_CASE("a container that cannot be read completely is unscannable") {
    std::string damaged = make_zip({{"a.txt", "some content that will be broken"}});
    damaged[40] = static_cast<char>(damaged[40] ^ 0xFF);
    ZipPart rare{"a.txt", "some content", false};
    rare.local_method = rare.central_method = 77;
    for (const auto& [file, limit] : {std::pair{damaged, ScanLimit::damaged_container},
                                      {make_zip({rare}), ScanLimit::unsupported_method}}) {
        const ScanReport report = scan_text(file, "a.zip");
        CHECK(has_limit(report, limit));
        CHECK(report.verdict == Verdict::unscannable);
    }
}

// APPNOTE section 4.4.5. 9 (deflate64) and 6 (implode) are the ones that real packers wrote; nothing here unpacks them.
TEST_CASE("zip members packed by methods that nothing here unpacks are told, under the method's number") {
    for (const int method : {1, 2, 3, 4, 5, 6, 9, 10, 18, 19, 94, 96, 97}) {
        CAPTURE(method);
        ZipPart rare{"a.txt", "some content", false};
        rare.local_method = rare.central_method = method;
        const ScanReport report = scan_text(make_zip({{"b.txt", "an ordinary text"}, rare}), "a.zip");
        CHECK(report.verdict == Verdict::unscannable);
        const auto hit =
            std::ranges::find(report.limits_hit, ScanLimit::unsupported_method, &LimitHit::limit);
        REQUIRE(hit != report.limits_hit.end());
        CHECK(hit->detail.find("a.txt") != std::string::npos);
        CHECK(hit->detail.find(std::to_string(method)) != std::string::npos);
        CHECK(std::ranges::count(report.parts, "b.txt", &PartSummary::file_name) == 1);
    }
}

TEST_CASE("real archives packed by deflate64 and implode name the limit beside what ClamAV finds in them") {
    for (const char* path :
         {"/usr/share/clamav-testfiles/clam.d64.zip", "/usr/share/clamav-testfiles/clam.impl.zip"}) {
        std::ifstream file(path, std::ios::binary);
        REQUIRE_MESSAGE(file.good(), "install the package clamav-testfiles: no ", path);
        const std::string zip{std::istreambuf_iterator<char>(file), {}};
        const ScanReport report = scan_text(zip, "a.zip");
        CHECK(has_limit(report, ScanLimit::unsupported_method));
        CHECK(report.verdict == Verdict::malware);
    }
}

// No mail makes YARA fail by itself; a rule that asks for more of its stack than there is does, at every scan.
TEST_CASE("an engine that fails says so, and what it was to look at is not clean") {
    const TemporaryFolder folder;
    std::string rule = "rule hungry { condition: for any i in (1";
    for (int i = 0; i < 20'000; ++i) rule += ",2";
    std::ofstream(folder.path() / "hungry.yar") << rule << ") : (i == 3) }";
    EngineConfig config;
    config.clamav = false;
    config.yara_rules = {folder.path().string()};
    NullLog log;
    const std::unique_ptr<Engines> failing = std::move(Engines::load(config, log).value());
    const std::string text = "an ordinary text";
    const ScanReport report = scan_file(*failing, as_bytes(text), "a.txt", {});
    CHECK(has_limit(report, ScanLimit::engine_error));
    CHECK(report.verdict == Verdict::unscannable);
}

// ClamAV unpacks into a temporary folder below the current one. Where none can be made it leaves out what needs one, and reports
// no error. What needs none is scanned as ever.
TEST_CASE("ClamAV that cannot unpack is an engine that failed, not a clean file") {
    const Engines& loaded = engines();
    const std::string packed = make_zip({{"b.txt", "an ordinary text"}});
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::chdir("/proc/self") != 0) ::_exit(9);
        const ScanReport zip = scan_file(loaded, as_bytes(packed), "a.zip", {});
        if (!has_limit(zip, ScanLimit::engine_error)) ::_exit(1);
        if (zip.verdict != Verdict::unscannable) ::_exit(2);
        const ScanReport text = scan_file(loaded, as_bytes(std::string("an ordinary text")), "a.txt", {});
        if (text.verdict != Verdict::clean) ::_exit(3);
        if (scan_file(loaded, as_bytes(eicar()), "a.txt", {}).verdict != Verdict::malware) ::_exit(4);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
