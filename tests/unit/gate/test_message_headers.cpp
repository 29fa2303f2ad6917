#include <doctest/doctest.h>

#include "gate/message_headers.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

scan::ScanReport hostile_report() {
    scan::ScanReport report;
    report.verdict = scan::Verdict::suspicious;
    report.readings = 2;
    report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary, 12, ""});
    report.findings.push_back(
        {"tocsin", "rule\r\nBcc: x", scan::Severity::suspicious, "says \"hi\"\r\n\r\nbody \xC3\xA4", 0});
    report.findings.push_back({"tocsin", "quiet", scan::Severity::info, "not told", 0});
    return report;
}

/// RFC 5322 section 2.2.3: what a reader of the field sees.
std::string unfolded(std::string text) {
    for (std::size_t at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at))
        text.erase(at, 2);
    return text;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("who gets header fields") {
    scan::ScanReport clean;
    clean.verdict = scan::Verdict::clean;
    const Decision accepted{Disposition::accept, ""}, tagged{Disposition::tag, ""};
    CHECK(header_fields(HeaderPolicy::none, tagged, clean, "r", "mx.example").empty());
    CHECK(header_fields(HeaderPolicy::tagged, accepted, clean, "r", "mx.example").empty());
    CHECK(header_fields(HeaderPolicy::tagged, tagged, clean, "r", "mx.example").size() == 2);
    const std::string text = to_text(header_fields(HeaderPolicy::all, accepted, clean, "r1", "mx.example"));
    CHECK(text ==
          "X-Tocsin-Verdict: clean; action=accept; record=r1\r\nX-Spam-Status: No, verdict=clean\r\n");
}

TEST_CASE("nothing that a message says can end a line of ours") {
    const std::string text = to_text(
        header_fields(HeaderPolicy::tagged, {Disposition::tag, ""}, hostile_report(), "r2", "mx.example"));
    CAPTURE(text);
    CHECK(text.find("X-Spam-Flag: YES\r\n") != std::string::npos);
    CHECK(text.find("MIME-Ambiguity-Results: mx.example; readings=2; ambiguity=duplicate_boundary\r\n (byte "
                    "12)\r\n") != std::string::npos);
    CHECK(text.find("\nBcc") == std::string::npos);
    CHECK(text.find("\r\n\r\n") == std::string::npos);
    CHECK(text.find("not told") == std::string::npos);
    CHECK(unfolded(text).find("says 'hi'") != std::string::npos);
    for (char c : text) CHECK_FALSE((c < ' ' && c != '\r' && c != '\n'));
    for (char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
    // Every line is a field of ours or folded.
    std::size_t lines = count(text, "\r\n"), fields = 0;
    for (const char* name :
         {"X-Tocsin-Verdict: ", "MIME-Ambiguity-Results: ", "X-Spam-Flag: ", "X-Spam-Status: "})
        fields += count(text, name);
    CHECK(fields == 4);
    CHECK(count(text, "\r\n ") == lines - fields);
}

TEST_CASE("long fields are folded at blanks") {
    scan::ScanReport report = hostile_report();
    for (int i = 0; i < 20; ++i)
        report.findings.push_back(
            {"tocsin", "rule", scan::Severity::phish, std::string(30, 'w') + " and more words here", 0});
    const std::string text =
        to_text(header_fields(HeaderPolicy::all, {Disposition::tag, ""}, report, "r3", "mx.example"));
    CHECK(count(text, "found=") == 5);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find("\r\n", at);
        CHECK(end - at <= 120);
        at = end + 2;
    }
}

TEST_CASE("what a message begins with neither continues our fields nor ends the header behind them") {
    const std::vector<HeaderField> fields{{"X-Spam-Status", "Yes, verdict=phish"}};
    const auto in_front = [&](std::string_view content) { return fields_in_front(fields, as_bytes(content)); };
    const std::string own = "X-Spam-Status: Yes, verdict=phish\r\n";
    CHECK(in_front("Subject: x\r\n\r\n") == own);
    for (const char* content : {" No, verdict=clean\r\nSubject: x\r\n\r\n", "\tNo\r\n\r\n", "From x Mon\r\n No\r\n\r\n"})
        CHECK(in_front(content) == own + "X-First-Line:\r\n");
    CHECK(fields_in_front({}, as_bytes(" No\r\n")).empty());
    CHECK(bytes_before_header(as_bytes("From x Mon\r\nSubject: x\r\n")) == 12);
    CHECK(bytes_before_header(as_bytes(">From x Mon\r\nSubject: x\r\n")) == 13);
    for (const char* content : {"From: x\r\n", "From : x\r\n", "From \t:\r\n x\r\n", "Subject: x\r\n", "", "From x"})
        CHECK(bytes_before_header(as_bytes(content)) == 0);
}
