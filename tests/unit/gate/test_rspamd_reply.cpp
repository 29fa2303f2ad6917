#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "gate/check_envelope.hpp"
#include "gate/rspamd_reply.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

Judgement judgement(Disposition disposition, scan::Verdict verdict) {
    Judgement out;
    out.record_id = "r1";
    out.decision = {disposition, "why\r\n250 ok \xE2\x80\x9Cname\xE2\x80\x9D \xC3\xA4"};
    out.scan.outcome = sandbox::Outcome::verdict;
    out.scan.report.verdict = verdict;
    return out;
}

nlohmann::json reply(const Judgement& judgement) {
    return nlohmann::json::parse(rspamd_reply(judgement, {}));
}

Result<Envelope> envelope(std::vector<std::pair<std::string, std::string>> fields) {
    proto::HttpRequest request;
    request.headers.fields = std::move(fields);
    return envelope_from(request, {});
}

}  // namespace

TEST_CASE("actions and scores are those that rspamd's clients know") {
    using enum Disposition;
    struct Row {
        Disposition disposition;
        const char* action;
        double score;
    };
    for (const Row& row :
         {Row{accept, "no action", 0}, Row{tag, "add header", 8}, Row{tempfail, "soft reject", 10},
          Row{reject, "reject", 20}, Row{hold, "reject", 20}, Row{quarantine, "reject", 20}}) {
        const auto out = reply(judgement(row.disposition, scan::Verdict::suspicious));
        CHECK(out["action"] == row.action);
        CHECK(out["score"] == row.score);
        CHECK(out["required_score"] == 15);
        double sum = 0;
        for (const auto& [name, symbol] : out["symbols"].items()) {
            CHECK(symbol["name"] == name);
            CHECK_FALSE(symbol["description"].get<std::string>().empty());
            sum += symbol["metric_score"].get<double>();
        }
        CHECK(sum == row.score);
        CHECK(out["messages"].contains("smtp_message") == !passes(row.disposition));
        CHECK(out.contains("reject") == keeps(row.disposition));
    }
}

TEST_CASE("what the sender is told is one line of ASCII, and never that we hold what we do not have") {
    for (Disposition disposition : {Disposition::hold, Disposition::quarantine, Disposition::reject})
        CHECK(reply(judgement(disposition, scan::Verdict::malware))["messages"]["smtp_message"] ==
              "refused: why??250 ok \"name\" ? (r1)");
    Judgement ordered = judgement(Disposition::reject, scan::Verdict::clean);
    ordered.decision.by = DecidedBy::order;
    CHECK(rspamd_reply(ordered, {}).find("TOCSIN_ORDER") != std::string::npos);
    CHECK(reply(ordered)["symbols"]["TOCSIN_ORDER"]["description"] == "by decision of the operator");
    Judgement longest = judgement(Disposition::reject, scan::Verdict::malware);
    longest.decision.reason = std::string(5000, 'x');
    CHECK(reply(longest)["messages"]["smtp_message"].get<std::string>().size() == 480);
}

TEST_CASE("the symbol with the score says why") {
    Judgement unscanned = judgement(Disposition::tempfail, scan::Verdict::clean);
    unscanned.scan.outcome = sandbox::Outcome::timed_out;
    CHECK(reply(unscanned)["symbols"]["TOCSIN_UNSCANNABLE"]["score"] == 10);
    CHECK(reply(judgement(Disposition::hold, scan::Verdict::clean))["symbols"]["TOCSIN_POLICY"]["score"] ==
          20);
    Judgement ambiguous = judgement(Disposition::tag, scan::Verdict::clean);
    ambiguous.scan.report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary, 12, ""});
    CHECK(reply(ambiguous)["symbols"]["TOCSIN_AMBIGUOUS"]["score"] == 8);
    Judgement found = judgement(Disposition::reject, scan::Verdict::malware);
    found.scan.report.findings.push_back({"clamav", "Tocsin.Test.Eicar", scan::Severity::malware, "text", 0});
    CHECK(reply(found)["symbols"]["TOCSIN_TEST_EICAR"]["score"] == 0);
}

TEST_CASE("lines for Exim") {
    CHECK(rspamc_reply(judgement(Disposition::accept, scan::Verdict::clean)) ==
          "Metric: default; False; 0.00 / 15.00 / 0.0\r\nAction: no action\r\nRecord: r1\r\n"
          "Symbol: TOCSIN_CLEAN(0.00)\r\n");
    Judgement found = judgement(Disposition::reject, scan::Verdict::malware);
    for (int number = 0; number < 5000; ++number)
        found.scan.report.findings.push_back(
            {"yara", "rule" + std::to_string(number), scan::Severity::malware, "text", 0});
    const std::string text = rspamc_reply(found);
    CHECK(text.starts_with(
        "Metric: default; True; 20.00 / 15.00 / 0.0\r\nAction: reject\r\nMessage: refused: why"));
    CHECK(text.size() <= 16384);
    CHECK(text.ends_with("\r\n"));
}

TEST_CASE("recipients of a check") {
    const auto both =
        envelope({{"Rcpt", "a@x.example"}, {"Rcpt", "<b@x.example>"}, {"Deliver-To", "a@x.example"}});
    REQUIRE(both);
    CHECK(both->recipients == std::vector<std::string>{"a@x.example", "b@x.example"});
    const auto alone = envelope({{"Deliver-To", "c@x.example"}});
    REQUIRE(alone);
    CHECK(alone->recipients == std::vector<std::string>{"c@x.example"});
}
