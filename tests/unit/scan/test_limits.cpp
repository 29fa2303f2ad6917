// Every limit of the scan room is reached once, and each is told by its name.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "scan/inspection.hpp"
#include "scan_fixture.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

TEST_CASE("archives nested too deep") {
    std::string file = "the innermost";
    for (std::size_t level = 0; level <= limits::container_depth; ++level)
        file = make_zip({{"in.zip", file, false}});
    const ScanReport report = scan_text(file, "deep.zip");
    CHECK(has_limit(report, ScanLimit::container_depth));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("too many members") {
    std::vector<ZipPart> parts;
    for (std::size_t i = 0; i <= limits::container_members; ++i)
        parts.push_back({std::to_string(i), std::to_string(i * 7), false});
    const ScanReport report = scan_text(make_zip(parts), "many.zip");
    CHECK(has_limit(report, ScanLimit::container_members));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("a member that unpacks to too many times its size") {
    const std::string zeros(limits::container_ratio_floor_bytes + 1000, '\0');
    const ScanReport report = scan_text(make_zip({{"zeros", zeros}}), "bomb.zip");
    CHECK(has_limit(report, ScanLimit::container_ratio));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("too many unpacked bytes: the claim fails and stays failed") {
    ScanReport report;
    report.parts.emplace_back();
    ScanBudget budget;
    budget.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    PartInput input;
    Inspection inspection(input, budget, report);
    CHECK(inspection.claim_bytes(limits::container_bytes - 1));
    CHECK_FALSE(inspection.claim_bytes(2));
    CHECK_FALSE(inspection.claim_bytes(1));
    CHECK(has_limit(report, ScanLimit::container_bytes));
}

TEST_CASE("a damaged archive") {
    std::string zip = make_zip({{"a.txt", "some content that will be broken"}});
    zip[40] = static_cast<char>(zip[40] ^ 0xFF);
    const ScanReport report = scan_text(zip, "broken.zip");
    CHECK(has_limit(report, ScanLimit::damaged_container));
}

TEST_CASE("a packing method that nobody here knows") {
    ZipPart rare{"a.txt", "some content", false};
    rare.local_method = rare.central_method = 77;
    CHECK(has_limit(scan_text(make_zip({rare}), "rare.zip"), ScanLimit::unsupported_method));
    CHECK(has_limit(scan_text("vhdxfile" + std::string(600, '\0'), "disk.vhdx"),
                    ScanLimit::unsupported_method));
}

TEST_CASE("a page larger than what is taken apart") {
    const std::string page = "<html><body>" + std::string(limits::html_bytes, 'x') + "</body></html>";
    CHECK(has_limit(scan_text(page, "page.html"), ScanLimit::html_bytes));
}

TEST_CASE("a full report keeps the gravest findings") {
    ScanReport report;
    report.parts.emplace_back();
    for (std::size_t i = 0; i < limits::findings; ++i)
        add_finding(report, {"tocsin", "rule" + std::to_string(i), Severity::suspicious, "t", 0});
    CHECK(report.limits_hit.empty());
    add_finding(report, {"clamav", "the one that counts", Severity::malware, "t", 0});
    CHECK(report.findings.size() == limits::findings);
    CHECK(has_rule(report, "the one that counts"));
    CHECK(has_limit(report, ScanLimit::findings));
}

TEST_CASE("limits of the parser come through under their names") {
    std::string message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n";
    for (std::size_t depth = 0; depth < limits::nesting_depth + 4; ++depth)
        message +=
            fmt::format("--b{}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", depth, depth + 1);
    const ScanReport report = scan_message(engines(), as_bytes(message), {});
    CHECK(has_limit(report, ScanLimit::nesting_depth));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("text shown to people holds no control or direction characters") {
    CHECK(printable("invoice\xE2\x80\xAE"
                    "fdp.exe") == "invoicefdp.exe");
    CHECK(printable("a\nb\x1B[31m") == "a?b?[31m");
    CHECK(printable("\xFF\xFEgr\xC3\xBC\xC3\x9F"
                    "e") == "??grüße");
    CHECK(printable(std::string(500, 'x'), 10) == std::string(10, 'x') + "…");
}
