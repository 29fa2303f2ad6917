#include <doctest/doctest.h>

#include <set>

#include "scan/report.hpp"

using namespace tocsin::scan;

TEST_CASE("every flag and limit has a name of its own and an explanation") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(PartFlag::count_); ++i) {
        const auto flag = static_cast<PartFlag>(i);
        CHECK(names.insert(to_string(flag)).second);
        CHECK(explain(flag).size() > 10);
    }
    names.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(ScanLimit::count_); ++i) {
        const auto limit = static_cast<ScanLimit>(i);
        CHECK(names.insert(to_string(limit)).second);
        CHECK(explain(limit).size() > 10);
    }
    CHECK(to_string(PartFlag::remote_content) == "remote_content");
    CHECK(to_string(ScanLimit::damaged_container) == "damaged_container");
}

TEST_CASE("the worst of all findings and limits is the verdict") {
    const auto finding = [](Severity severity) { return Finding{"tocsin", "r", severity, "t", 0}; };
    CHECK(decide_verdict({}, {}) == Verdict::clean);
    CHECK(decide_verdict({finding(Severity::info)}, {}) == Verdict::clean);
    CHECK(decide_verdict({finding(Severity::suspicious)}, {}) == Verdict::suspicious);
    CHECK(decide_verdict({finding(Severity::suspicious)}, {{ScanLimit::engine_error, 0, ""}}) ==
          Verdict::unscannable);
    CHECK(decide_verdict({finding(Severity::phish)}, {{ScanLimit::engine_error, 0, ""}}) == Verdict::phish);
    CHECK(decide_verdict({finding(Severity::phish), finding(Severity::malware)}, {}) == Verdict::malware);
}

TEST_CASE("no limit is clean, and only those that hid nothing are less than unscannable") {
    for (std::size_t i = 0; i < static_cast<std::size_t>(ScanLimit::count_); ++i) {
        const auto limit = static_cast<ScanLimit>(i);
        const Verdict verdict = decide_verdict({}, {{limit, 0, ""}});
        const bool detail_only =
            limit == ScanLimit::findings || limit == ScanLimit::qr_pixels || limit == ScanLimit::html_bytes;
        CHECK(verdict == (detail_only ? Verdict::suspicious : Verdict::unscannable));
    }
}

TEST_CASE("the worst finding is the first of the gravest") {
    CHECK(worst_finding({}) == nullptr);
    const std::vector<Finding> findings = {{"tocsin", "a", Severity::info, "", 0},
                                           {"yara", "b", Severity::phish, "", 0},
                                           {"clamav", "c", Severity::phish, "", 0}};
    CHECK(worst_finding(findings) == &findings[1]);
}

TEST_CASE("the host of a URL") {
    struct Case {
        const char* url;
        const char* host;
    };
    for (const Case& c : {Case{"https://a.example/x?y#z", "a.example"},
                          {"https://user:pass@a.example:8443/@b", "a.example"},
                          {"https://a.example?x", "a.example"},
                          {"http://[2001:db8::1]/x", "[2001:db8::1]"},
                          {"http://user@[2001:db8::1]:8080", "[2001:db8::1]"},
                          {"http://[2001:db8", "[2001"},
                          {"http://", ""},
                          {"mailto:a@b.example", ""},
                          {"", ""}})
        CHECK_MESSAGE(host_of(c.url) == c.host, c.url);
}
