#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/verdict_text.hpp"

using namespace tocsin;
using namespace tocsin::cli;

namespace {
pool::ScanOutcome outcome_of(scan::Verdict verdict) {
    pool::ScanOutcome outcome;
    outcome.outcome = sandbox::Outcome::verdict;
    outcome.report.verdict = verdict;
    return outcome;
}
}  // namespace

TEST_CASE("a reader without a verdict makes the message unscannable, never clean") {
    pool::ScanOutcome outcome = outcome_of(scan::Verdict::clean);
    outcome.outcome = sandbox::Outcome::timed_out;
    outcome.detail = "no verdict within 30 ms";
    ScanResult result = make_result("a.eml", outcome);
    CHECK(result.verdict == scan::Verdict::unscannable);
    std::string lines = to_lines(result, Colour::plain);
    CHECK(lines.find("UNSCANNABLE") != std::string::npos);
    CHECK(lines.find("timed_out") != std::string::npos);
}

TEST_CASE("JSON has the members that the manual names") {
    pool::ScanOutcome outcome = outcome_of(scan::Verdict::malware);
    outcome.report.findings.push_back({"clamav", "Tocsin.Test.EICAR", scan::Severity::malware, "a virus", 0});
    outcome.report.parts.push_back({});
    outcome.report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary, 77, "x"});
    auto json = nlohmann::json::parse(to_json_line(make_result("a.eml", outcome)));
    for (const char* member :
         {"file", "verdict", "ambiguous", "ambiguities", "readings", "findings", "parts", "elapsed_ms"})
        CHECK_MESSAGE(json.contains(member), member);
    CHECK(json["verdict"] == "malware");
    CHECK(json["findings"][0]["part"] == 0);
    CHECK(json["ambiguities"][0]["rfc"] == "RFC 2046 section 5.1.1");
    CHECK(json["ambiguities"][0]["offset"] == 77);
}

TEST_CASE("outcomes of other mail: members of JSON, and one line each") {
    pool::ScanOutcome outcome = outcome_of(scan::Verdict::clean);
    auto json = nlohmann::json::parse(to_json_line(make_result("a.eml", outcome)));
    CHECK_FALSE(json.contains("outcomes"));
    CHECK_FALSE(json.contains("outcomes_cut"));
    outcome.report.outcomes = {{scan::ReportedKind::bounce_hard, "a@x.example", "5.1.1", "<1@x>", "rec1",
                                "m@x", "f@x", "smtp; 550 no"},
                               {scan::ReportedKind::bounce_soft, "b@x.example", "4.2.2", "", "", "", "", ""},
                               {scan::ReportedKind::delivered, "c@x.example", "", "", "", "", "", ""},
                               {scan::ReportedKind::complaint, "", "", "", "", "", "", "abuse\x1b[2J"}};
    outcome.report.outcomes_cut = true;
    const std::string lines = to_lines(make_result("a.eml", outcome), Colour::plain);
    for (const char* line :
         {"    bounce of a@x.example: 5.1.1 smtp; 550 no  [message <1@x>]\n",
          "    bounce, perhaps for now, of b@x.example: 4.2.2\n", "    delivered to c@x.example\n",
          "    complaint of somebody: abuse?[2J\n", "    and more than 4 are named\n"})
        CHECK_MESSAGE(lines.find(line) != std::string::npos, lines);
    json = nlohmann::json::parse(to_json_line(make_result("a.eml", outcome)));
    REQUIRE(json["outcomes"].size() == 4);
    CHECK(json["outcomes_cut"] == true);
    CHECK(json["outcomes"][0] == nlohmann::json{{"kind", "bounce_hard"},
                                                {"recipient", "a@x.example"},
                                                {"status", "5.1.1"},
                                                {"message_id", "<1@x>"},
                                                {"record_id", "rec1"},
                                                {"original_mail_from", "m@x"},
                                                {"original_from", "f@x"},
                                                {"detail", "smtp; 550 no"}});
}

TEST_CASE("text from a message cannot paint the terminal") {
    CHECK(for_terminal("a\x1b[2Jb\r\n") == "a?[2Jb??");
    CHECK(for_terminal("x\xE2\x80\xAEgpj.exe") == "x?gpj.exe");
    CHECK(for_terminal("\xC2\x9B"
                       "1m") == "?1m");
    CHECK(for_terminal("na\xC3\xAFve \xE2\x80\x9Cquoted\xE2\x80\x9D") ==
          "na\xC3\xAFve \xE2\x80\x9Cquoted\xE2\x80\x9D");
}

TEST_CASE("the same reason is one line, however often it was found") {
    pool::ScanOutcome outcome = outcome_of(scan::Verdict::suspicious);
    for (int index = 0; index < 3; ++index) {
        outcome.report.findings.push_back(
            {"tocsin", "executable", scan::Severity::suspicious, "a program", 0});
        outcome.report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary,
                                              std::uint64_t{10} * static_cast<std::uint64_t>(index + 1), ""});
    }
    std::string lines = to_lines(make_result("a.eml", outcome), Colour::plain);
    CHECK(lines.find("a program  [tocsin executable]  (3 times)") != std::string::npos);
    CHECK(lines.find("byte 10 and 2 more places") != std::string::npos);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 3);
}
