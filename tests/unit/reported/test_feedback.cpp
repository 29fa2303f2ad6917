// Reports for programs: ARF fields, X-ARF as fields and as JSON.
#include <doctest/doctest.h>

#include "base/limits/report.hpp"
#include "report_fixture.hpp"
#include "reported/feedback.hpp"

using namespace tocsin;
using namespace tocsin::reported;
using namespace tocsin::reported::test;

namespace {

ReportedMail feedback(std::string_view text) {
    ReportedMail about;
    const ExactBuffer exact(text);
    note_feedback(exact.view(), about);
    return about;
}

}  // namespace

TEST_CASE("the fields of a feedback report") {
    const ReportedMail about =
        feedback(crlf("Feedback-Type: Fraud\nUser-Agent: Loop/1\nVersion: 1\nIncidents: 12\n"
                      "Original-Mail-From: <a@b.example>\nSource-IP: 192.0.2.7\n"
                      "Original-Rcpt-To: <c@d.example>\nOriginal-Rcpt-To: <e@d.example>\n"
                      "Original-Rcpt-To: <c@d.example>\nReported-URI: https://x.example/\n"
                      "Arrival-Date: Tue, 3 Mar 2026 12:00:00 +0000\n"));
    CHECK(about.feedback_type == "fraud");
    CHECK(about.user_agent == "Loop/1");
    CHECK(about.incidents == 12);
    CHECK(about.mail_from == "a@b.example");
    CHECK(about.source_ip == "192.0.2.7");
    CHECK(about.recipients == std::vector<std::string>{"c@d.example", "e@d.example"});
    CHECK(about.reported_uris == std::vector<std::string>{"https://x.example/"});
    CHECK(about.arrival_date == "Tue, 3 Mar 2026 12:00:00 +0000");
    CHECK(about.warnings.empty());
}

TEST_CASE("odd values of a feedback report") {
    struct Case {
        std::string_view field, ip;
        std::uint32_t incidents;
        std::vector<ReportWarning> warnings;
    };
    const std::vector<Case> cases = {
        {"Source-IP: [IPv6:2001:db8::1]\n", "2001:db8::1", 0, {}},
        {"Source-IP: 192.0.2.7:25 (host)\n", "", 0, {}},
        {"Source-IP: 192.0.2.7 (host)\n", "192.0.2.7", 0, {}},
        {"Source-IP: nonsense\n", "", 0, {}},
        {"Incidents: 99999999999999\n", "", 0, {}},
        {"Incidents: 4000000000\n", "", limits::reported_incidents, {}},
        {"Incidents: -1\n", "", 0, {}},
        {"Version: 0.1\n", "", 0, {}},
        {"Version: 7\n", "", 0, {ReportWarning::unknown_version}},
        {"Original-Rcpt-To: redacted@x.example\n", "", 0, {ReportWarning::redacted}},
        {"", "", 0, {}}};
    for (const Case& one : cases) {
        CAPTURE(one.field);
        const ReportedMail about = feedback(one.field);
        CHECK(about.source_ip == one.ip);
        CHECK(about.incidents == one.incidents);
        CHECK(about.warnings == one.warnings);
        CHECK(about.recipients.empty());
    }
}

TEST_CASE("lists of a feedback report are bounded") {
    std::string recipients, uris;
    for (std::size_t i = 0; i <= limits::reported_recipients; ++i)
        recipients += "Original-Rcpt-To: a" + std::to_string(i) + "@b.example\n";
    for (std::size_t i = 0; i <= limits::reported_uris; ++i) uris += "Reported-URI: https://x.example/\n";
    CHECK(feedback(recipients).recipients.size() == limits::reported_recipients);
    CHECK(warns(feedback(recipients).warnings, ReportWarning::cut));
    CHECK(feedback(uris).reported_uris.size() == limits::reported_uris);
    CHECK(warns(feedback(std::string(limits::feedback_bytes + 1, 'x')).warnings, ReportWarning::cut));
}

TEST_CASE("X-ARF in JSON: both forms, what is none, and its bounds") {
    const std::optional<Xarf> four = read_xarf_json(
        R"({"xarf_version":"4.0.0","type":"Spam","source_identifier":"192.0.2.7","reporter":{"contact":"a@b.example"},)"
        R"("smtp_from":"c@d.example","evidence":[{"content_type":"message/rfc822","payload":"aGVsbG8="},7,{}]})");
    REQUIRE(four);
    CHECK(four->about.feedback_type == "spam");
    CHECK(four->about.source_ip == "192.0.2.7");
    CHECK(four->about.mail_from == "c@d.example");
    CHECK(four->reporter == "a@b.example");
    REQUIRE(four->evidence.size() == 1);
    CHECK(four->evidence[0].is_mail);
    CHECK(four->evidence[0].bytes == "hello");
    const std::optional<Xarf> three = read_xarf_json(
        R"({"Version":"3","Report":{"ReportType":"Spam","SourceIp":"x",)"
        R"("Samples":[{"ContentType":"message/rfc822","Base64Encoded":false,"Payload":"as it is"}]}})");
    REQUIRE(three);
    CHECK(three->about.source_ip.empty());
    CHECK(three->evidence.at(0).bytes == "as it is");
    const auto newer = read_xarf_json(R"({"xarf_version":"9"})");
    REQUIRE(newer);
    CHECK(warns(newer->about.warnings, ReportWarning::unknown_version));
    for (const std::string& none :
         {std::string(), std::string("{"), std::string("[]"), std::string("{\"a\":1}"),
          std::string("{\"Report\":7}"),
          std::string(limits::xarf_json_depth + 1, '[') + std::string(limits::xarf_json_depth + 1, ']'),
          std::string(1'000'000, '['), "{\"xarf_version\":\"4\",\"a\":[" + [] {
              std::string many = "1";
              for (std::size_t i = 0; i < limits::xarf_json_values; ++i) many += ",1";
              return many;
          }() + "]}"})
        CHECK_FALSE(read_xarf_json(none));
    std::string samples = "{}";
    for (std::size_t i = 0; i <= limits::xarf_evidence; ++i) samples += R"(,{"payload":"aGk="})";
    const auto many = read_xarf_json(R"({"xarf_version":"4","evidence":[)" + samples + "]}");
    REQUIRE(many);
    CHECK(many->evidence.size() == limits::xarf_evidence);
    CHECK(warns(many->about.warnings, ReportWarning::cut));
}

TEST_CASE("X-ARF as fields") {
    const auto found =
        read_xarf_fields("---\nReported-From: a@b.example\nCategory: abuse\nReport-Type: Spam\n"
                         "Source: 192.0.2.7\n");
    REQUIRE(found);
    CHECK(found->reporter == "a@b.example");
    CHECK(found->about.feedback_type == "spam");
    CHECK(found->about.source_ip == "192.0.2.7");
    const auto page = read_xarf_fields("Category: fraud\nSource: https://x.example/\n");
    REQUIRE(page);
    CHECK(page->about.feedback_type == "fraud");
    CHECK(page->about.reported_uris == std::vector<std::string>{"https://x.example/"});
    for (const std::string_view none : {"", "hello", "---", "Category: abuse\n", "Source: 192.0.2.7\n"})
        CHECK_FALSE(read_xarf_fields(none));
}
