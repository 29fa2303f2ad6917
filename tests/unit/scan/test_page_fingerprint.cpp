#include <doctest/doctest.h>

#include <bit>
#include <string>

#include "scan/page_fingerprint.hpp"
#include "scan/sending_facts.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

std::string page(const std::string& word, int rows, const char* cell = "<td align=left class=\"x\">") {
    std::string html =
        "<html><head><style>p > a { color: red }</style></head><body><!-- <table> --><table width='9'>";
    for (int row = 0; row < rows; ++row)
        html += "<tr><td><img src=\"https://i.example/" + word + "\"></td>" + cell + "<p>" + word +
                " <a href='https://" + word + ".example/?a=1>2'>" + word + "</a></p></td></tr>";
    return html + "</table></body></html>";
}

int distance(const std::string& a, const std::string& b) {
    const ExactBuffer first(a), second(b);
    return std::popcount(page_fingerprint(first.text()) ^ page_fingerprint(second.text()));
}

}  // namespace

TEST_CASE("two issues of one page are near, whatever they say and wherever they lead") {
    CHECK(distance(page("tulips", 8), page("roses", 8)) == 0);
    CHECK(distance(page("tulips", 8), page("roses", 10)) <= 8);
    CHECK(distance(page("tulips", 8), page("tulips", 8, "<th bgcolor=red><b>")) > 8);
}

TEST_CASE("too little of a page has no fingerprint, and nothing breaks it") {
    for (const char* html : {"", "<", "<p", "<p>one</p>", "no page at all", "<!--", "<style", "<script>",
                             "<a href=\"", "<a b=", "<a b='x"}) {
        const ExactBuffer exact(html);
        CAPTURE(html);
        CHECK(page_fingerprint(exact.text()) == 0);
    }
}

TEST_CASE("hosts of links are counted, those with most links first") {
    ScanReport report;
    for (const char* url :
         {"https://b.example/1", "https://A.example/1", "https://a.example/2", "mailto:x@y.example"})
        report.urls.push_back({url, "html", 0});
    const std::vector<HostCount> hosts = link_hosts(report).hosts;
    REQUIRE(hosts.size() == 2);
    CHECK(hosts[0].host == "a.example");
    CHECK(hosts[0].links == 2);
    CHECK(hosts[1].host == "b.example");
}

TEST_CASE("what is attached, and what is the message itself") {
    ScanReport report;
    const auto part = [&](const char* origin, const char* media, const char* type, const char* name) {
        PartSummary summary;
        summary.origin = origin;
        summary.media_type = media;
        summary.file_type = type;
        summary.file_name = name;
        report.parts.push_back(summary);
    };
    part("root", "multipart/mixed", "", "");
    part("multipart", "text/html", "html", "");
    part("multipart", "image/png", "png", "logo.png");
    part("multipart", "text/html", "html", "invoice.html");
    part("multipart", "application/zip", "zip", "a.zip");
    part("member", "application/octet-stream", "exe", "b.exe");
    part("multipart", "application/zip", "zip", "c.zip");
    part("multipart", "image/svg+xml", "svg", "d.svg");
    CHECK(attachment_types(report) == std::vector<std::string>{"html", "zip", "svg"});
}
