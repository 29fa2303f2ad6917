#include "gate/rspamd_reply.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/fold_case.hpp"

namespace tocsin::gate {

namespace {

using Json = nlohmann::ordered_json;

constexpr double score_passed = 0, score_marked = 8, score_later = 10, score_refused = 20;
constexpr double threshold_marked = 6, threshold_refused = 15;
/// RFC 5321 section 4.5.3.1.5: 512 with code and line end.
constexpr std::size_t reply_line_bytes = 480;
/// Exim reads 32,599 bytes of an answer.
constexpr std::size_t rspamc_reply_bytes = 16U << 10;

double score_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::accept: return score_passed;
        case Disposition::tag: return score_marked;
        case Disposition::tempfail: return score_later;
        case Disposition::hold:
        case Disposition::quarantine:
        case Disposition::reject: break;
    }
    return score_refused;
}

/// Symbols are upper case with underscores there; a rule that bears our name already is not named twice.
std::string symbol_name(std::string_view text) {
    std::string out = text.starts_with("Tocsin.") ? "" : "TOCSIN_";
    for (char c : text) {
        char lower = ascii_lower(c);
        bool letter = lower >= 'a' && lower <= 'z';
        out.push_back(letter ? static_cast<char>(lower - 'a' + 'A') : (c >= '0' && c <= '9' ? c : '_'));
    }
    return out;
}

struct Symbol {
    std::string name;
    double score = 0;
    std::string description;
};

/// The symbol that bears the message's score says why: the verdict, unless that is clean and something else decided.
std::string_view bearer(const Judgement& judgement) {
    if (judgement.decision.by == DecidedBy::order) return "order";
    if (judgement.scan.outcome != sandbox::Outcome::verdict) return "unscannable";
    const scan::ScanReport& report = judgement.scan.report;
    if (report.verdict != scan::Verdict::clean || judgement.decision.disposition == Disposition::accept)
        return scan::to_string(report.verdict);
    return report.ambiguous() ? "ambiguous" : "policy";
}

/// The scores of all symbols add up to the message's, as callers expect that sum them themselves. Each name once.
std::vector<Symbol> symbols_of(const Judgement& judgement) {
    const scan::ScanReport& report = judgement.scan.report;
    std::vector<Symbol> out;
    auto add = [&out](const std::string& name, double score, const std::string& description) {
        if (std::ranges::find(out, name, &Symbol::name) == out.end())
            out.push_back({name, score, description});
    };
    // Why an order was given is for the journal, not for a mail's header.
    add(symbol_name(bearer(judgement)), score_of(judgement.decision.disposition),
        judgement.decision.by == DecidedBy::order ? "by decision of the operator"
                                                  : judgement.decision.reason);
    if (report.ambiguous())
        add(symbol_name("ambiguous"), 0, std::string(mail::info(report.ambiguities.front().kind).text));
    for (const scan::Finding& finding : report.findings)
        add(symbol_name(finding.rule), 0, finding.text.empty() ? finding.rule : finding.text);
    return out;
}

Json symbols_json(const Judgement& judgement) {
    Json out = Json::object();
    for (const Symbol& symbol : symbols_of(judgement))
        out[symbol.name] = {{"name", symbol.name},
                            {"score", symbol.score},
                            {"metric_score", symbol.score},
                            {"description", symbol.description}};
    return out;
}

/// One line of an SMTP answer (RFC 5321 section 4.2): callers write it as it is. What is not ASCII becomes one `?`.
std::string reply_line(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (out.size() >= reply_line_bytes) break;
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = byte >= 0x80 && byte < 0xC0;
        if (!continues) out.push_back(byte < 0x20 || byte > 0x7E ? '?' : c);
    }
    return out;
}

/// What the sender may be told, or nothing when the message passes.
std::string smtp_message(const Judgement& judgement) {
    const Disposition disposition = judgement.decision.disposition;
    if (passes(disposition)) return {};
    return reply_line(disposition == Disposition::tempfail ? refusal(judgement).lines.front()
                                                           : rejection_text(judgement));
}

}  // namespace

std::string_view rspamd_action(Disposition disposition) {
    switch (disposition) {
        case Disposition::accept: return "no action";
        case Disposition::tag: return "add header";
        case Disposition::tempfail: return "soft reject";
        case Disposition::hold:
        case Disposition::quarantine:
        case Disposition::reject: break;
    }
    return "reject";
}

std::string rspamd_reply(const Judgement& judgement, const std::vector<HeaderField>& fields,
                         const std::vector<std::string>& forged) {
    const Disposition disposition = judgement.decision.disposition;
    const double score = score_of(disposition);
    const scan::ScanReport& report = judgement.scan.report;
    Json out{{"is_skipped", false},
             {"score", score},
             {"required_score", threshold_refused},
             {"action", rspamd_action(disposition)},
             {"thresholds", {{"reject", threshold_refused}, {"add header", threshold_marked}}},
             {"symbols", symbols_json(judgement)},
             {"messages", Json::object()},
             {"message-id", report.facts.message_id},
             {"time_real", static_cast<double>(judgement.scan.elapsed_us) / 1e6}};
    if (!passes(disposition)) out["messages"]["smtp_message"] = smtp_message(judgement);
    Json urls = Json::array();
    for (const scan::FoundUrl& url : report.urls) urls.push_back(url.url);
    out["urls"] = std::move(urls);
    Json headers = Json::object();
    for (const HeaderField& field : fields) headers[field.name] = {{"value", field.value}, {"order", 0}};
    Json milter = Json::object();
    if (!headers.empty()) milter["add_headers"] = std::move(headers);
    if (keeps(disposition)) out["reject"] = "quarantine";
    // 0: all of a name.
    for (const std::string& name : forged) milter["remove_headers"][name] = 0;
    if (!milter.empty()) out["milter"] = std::move(milter);
    out["tocsin"] = {{"record", judgement.record_id},
                     {"disposition", to_string(disposition)},
                     {"reason", judgement.decision.reason},
                     {"customer", judgement.customer}};
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string rspamc_reply(const Judgement& judgement) {
    const Disposition disposition = judgement.decision.disposition;
    const double score = score_of(disposition);
    // True is what rspamd calls spam: everything that it would at least mark. Callers compare the two numbers.
    std::string out = fmt::format("Metric: default; {}; {:.2f} / {:.2f} / 0.0\r\nAction: {}\r\n",
                                  score >= threshold_marked ? "True" : "False", score, threshold_refused,
                                  rspamd_action(disposition));
    const std::string message = smtp_message(judgement);
    if (!message.empty()) out += "Message: " + message + "\r\n";
    out += "Record: " + judgement.record_id + "\r\n";
    for (const Symbol& symbol : symbols_of(judgement)) {
        const std::string line = fmt::format("Symbol: {}({:.2f})\r\n", symbol.name, symbol.score);
        if (out.size() + line.size() > rspamc_reply_bytes) break;
        out += line;
    }
    return out;
}

}  // namespace tocsin::gate
