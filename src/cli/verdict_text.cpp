#include "cli/verdict_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "pool/outcome_json.hpp"

namespace tocsin::cli {

namespace {

/// Fields in the order in which people read them.
using Json = nlohmann::ordered_json;

const char* colour_of(scan::Verdict verdict, bool ambiguous) {
    switch (verdict) {
        case scan::Verdict::malware: return "\033[1;31m";
        case scan::Verdict::phish: return "\033[1;35m";
        case scan::Verdict::unscannable:
        case scan::Verdict::suspicious: return "\033[1;33m";
        case scan::Verdict::clean: break;
    }
    return ambiguous ? "\033[33m" : "\033[32m";
}

std::string word_of(const ScanResult& result) {
    std::string word(scan::to_string(result.verdict));
    if (result.verdict != scan::Verdict::clean)
        for (char& c : word) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    if (result.outcome.report.ambiguous()) word += ", ambiguous";
    return word;
}

std::string part_name(const scan::ScanReport& report, std::uint32_t part) {
    if (part >= report.parts.size()) return {};
    const scan::PartSummary& summary = report.parts[part];
    return summary.file_name.empty() ? summary.media_type : summary.file_name;
}

/// Zero-width characters and direction marks (U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F), by their UTF-8 bytes.
bool is_direction_mark(std::string_view bytes) {
    if (bytes.size() < 3 || bytes[0] != '\xE2') return false;
    auto second = static_cast<unsigned char>(bytes[1]), third = static_cast<unsigned char>(bytes[2]);
    if (second == 0x80) return (third >= 0x8B && third <= 0x8F) || (third >= 0xAA && third <= 0xAE);
    return second == 0x81 && third >= 0xA0 && third <= 0xAF;
}

}  // namespace

ScanResult make_result(std::string name, pool::ScanOutcome outcome) {
    ScanResult result{std::move(name), scan::Verdict::unscannable, std::move(outcome)};
    if (result.outcome.outcome == sandbox::Outcome::verdict) result.verdict = result.outcome.report.verdict;
    return result;
}

std::string for_terminal(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto byte = static_cast<unsigned char>(text[at]);
        bool control = byte < 0x20 || byte == 0x7F;
        bool c1 = byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
        bool mark = is_direction_mark(text.substr(at, 3));
        if (control || c1 || mark) {
            out += '?';
            at += mark ? 2U : (c1 ? 1U : 0U);
        } else {
            out += text[at];
        }
    }
    return out;
}

std::string for_terminal_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        out += for_terminal(text.substr(0, end));
        if (end == std::string_view::npos) break;
        out += '\n';
        text.remove_prefix(end + 1);
    }
    return out;
}

namespace {

/// Lines in the order of their first appearance, each once, with how often it would have stood there.
class LineList {
public:
    void add(std::string line) {
        for (auto& [known, times] : lines_)
            if (known == line) {
                ++times;
                return;
            }
        lines_.emplace_back(std::move(line), 1);
    }
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const auto& [line, times] : lines_)
            out += "    " + line + (times > 1 ? "  (" + std::to_string(times) + " times)" : "") + "\n";
        return out;
    }

private:
    std::vector<std::pair<std::string, std::size_t>> lines_;
};

std::string finding_lines(const scan::ScanReport& report) {
    LineList lines;
    for (const scan::Finding& finding : report.findings)
        if (finding.severity != scan::Severity::info || finding.engine == "rules")
            lines.add(for_terminal(finding.text) + "  [" + for_terminal(finding.engine) + " " +
                      for_terminal(finding.rule) + "]");
    return lines.text();
}

std::string limit_lines(const scan::ScanReport& report) {
    LineList lines;
    for (const scan::LimitHit& limit : report.limits_hit) {
        std::string name = for_terminal(part_name(report, limit.part));
        lines.add("not fully scanned: " + std::string(scan::explain(limit.limit)) +
                  (limit.limit == scan::ScanLimit::rules ? ": " + for_terminal(limit.detail) : "") +
                  (name.empty() ? "" : ", in " + name) + "  [" + std::string(scan::to_string(limit.limit)) +
                  "]");
    }
    return lines.text();
}

/// One line for each kind, with the first place; --json has them all.
std::string ambiguity_lines(const scan::ScanReport& report) {
    std::string out;
    for (std::size_t index = 0; index < report.ambiguities.size(); ++index) {
        const mail::Ambiguity& first = report.ambiguities[index];
        auto same_kind = [&](const mail::Ambiguity& other) { return other.kind == first.kind; };
        auto here = report.ambiguities.begin() + static_cast<std::ptrdiff_t>(index);
        if (std::any_of(report.ambiguities.begin(), here, same_kind)) continue;
        auto more = std::count_if(here, report.ambiguities.end(), same_kind) - 1;
        const mail::AmbiguityInfo& about = mail::info(first.kind);
        out += "    can be read in more than one way: " + std::string(about.text) + "  [" +
               std::string(about.name) + ", byte " + std::to_string(first.offset) +
               (more > 0 ? " and " + std::to_string(more) + " more places" : "") + ", " +
               std::string(about.rfc) + "]\n";
    }
    return out;
}

std::string_view words_for(scan::ReportedKind kind) {
    switch (kind) {
        case scan::ReportedKind::bounce_hard: return "bounce of";
        case scan::ReportedKind::bounce_soft: return "bounce, perhaps for now, of";
        case scan::ReportedKind::delivered: return "delivered to";
        default: return "complaint of";
    }
}

/// What the mail says of mail that was sent before: a claim of its writer.
std::string outcome_lines(const scan::ScanReport& report) {
    LineList lines;
    for (const scan::ReportedOutcome& outcome : report.outcomes) {
        std::string line(words_for(outcome.kind));
        line += " " + (outcome.recipient.empty() ? "somebody" : for_terminal(outcome.recipient));
        std::string why = for_terminal(outcome.status);
        if (!outcome.detail.empty()) why += (why.empty() ? "" : " ") + for_terminal(outcome.detail);
        if (!why.empty()) line += ": " + why;
        if (!outcome.message_id.empty()) line += "  [message " + for_terminal(outcome.message_id) + "]";
        lines.add(std::move(line));
    }
    if (report.outcomes_cut)
        lines.add("and more than " + std::to_string(report.outcomes.size()) + " are named");
    return lines.text();
}

}  // namespace

std::string to_lines(const ScanResult& result, Colour colour) {
    const scan::ScanReport& report = result.outcome.report;
    std::string word = word_of(result);
    if (colour == Colour::terminal) word = colour_of(result.verdict, report.ambiguous()) + word + "\033[0m";
    std::string out = for_terminal(result.name) + ": " + word + "\n";
    if (result.outcome.outcome != sandbox::Outcome::verdict)
        out += "    the reader gave no verdict (" + std::string(sandbox::to_string(result.outcome.outcome)) +
               "): " + for_terminal(result.outcome.detail) + "\n";
    out += finding_lines(report) + limit_lines(report) + ambiguity_lines(report) + outcome_lines(report);
    if (!report.rules.coaching.empty()) out += "    → " + for_terminal(report.rules.coaching) + "\n";
    return out;
}

std::string to_json_line(const ScanResult& result) {
    Json out{{"file", result.name}};
    out.update(pool::to_json(result.outcome));
    return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::cli
