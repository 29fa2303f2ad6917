#include "cli/rules_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "cli/rule_names.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value, const char* key) {
    return for_terminal(value.value(key, std::string()));
}

std::string file_name(const std::string& path) {
    return path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
}

/// "FILE:LINE:COLUMN: MESSAGE", as compilers say it, so that editors jump to it.
std::string problem_line(const std::string& path, const Json& problem) {
    return fmt::format("{}:{}:{}: {}\n", for_terminal(path), problem.value("line", 0),
                       problem.value("column", 0), text_of(problem, "message"));
}

/// "spf fail, dmarc pass (seen by list.example)": facts that rules hear, which decide nothing by themselves.
std::string authentication_line(const Json& answers) {
    std::string out;
    for (const Json& one : answers.value("authentication", Json::array())) {
        const Json properties = one.value("properties", Json::object());
        const std::string sealer = text_of(properties, "sealer"), reason = text_of(properties, "reason");
        const std::string why = !sealer.empty() ? "seen by " + sealer : reason;
        out += fmt::format("{}{} {}{}", out.empty() ? "" : ", ", text_of(one, "method"),
                           text_of(one, "verdict"), why.empty() ? "" : " (" + why + ")");
    }
    return out.empty() ? out : "  authentication: " + out + "\n";
}

std::string clause_lines(const Json& rule) {
    std::string out;
    for (const Json& clause : rule.value("clauses", Json::array())) {
        const std::string answer = text_of(clause, "answer");
        out += fmt::format("      {:<5} line {:>3}: {}\n",
                           answer == "true"    ? "yes"
                           : answer == "false" ? "no"
                                               : answer,
                           clause.value("line", 0), text_of(clause, "source"));
    }
    return out;
}

/// What loading met and went on from: "WORD: FILE:LINE: MESSAGE", without a line where it is about the whole file.
std::string notice_lines(const Json& rules, std::string_view word, const std::string& name) {
    std::string out;
    for (const Json& notice : rules.value(name, Json::array())) {
        const std::size_t line = notice.value("line", std::size_t{0});
        out += fmt::format("{}: {}{}: {}\n", word, text_of(notice, "path"),
                           line == 0 ? "" : fmt::format(":{}", line), text_of(notice, "message"));
    }
    if (const std::size_t further = rules.value("further_" + name, std::size_t{0}); further > 0)
        out += fmt::format("{}: {} more of this kind\n", word, further);
    return out;
}

}  // namespace

std::string joined(const Json& names) {
    std::string out;
    for (const Json& name : names) out += (out.empty() ? "" : ", ") + for_terminal(name.get<std::string>());
    return out;
}

std::string first_of(const std::vector<std::string>& names) {
    std::string out;
    const std::size_t shown = std::min(names.size(), limits::complaint_names);
    for (std::size_t at = 0; at < shown; ++at) out += (at == 0 ? "" : ", ") + names[at];
    return names.size() == shown ? out : out + fmt::format(" and {} more", names.size() - shown);
}

std::string bad_list_lines_text(const Json& rules) {
    return notice_lines(rules, "error", "bad_list_lines");
}

std::string rules_check_text(const Json& rules, bool all) {
    std::string out;
    std::map<std::string, std::size_t> lacking;
    std::size_t complete = 0, only_history = 0;
    for (const Json& rule : rules.at("rules")) {
        const Json& needs = rule.at("needs");
        for (const Json& name : needs) ++lacking[name.get<std::string>()];
        if (needs.empty()) ++complete;
        if (needs == Json::array({"history"})) ++only_history;
        const std::string path = rule.value("path", "");
        for (const Json& warning : rule.value("warnings", Json::array()))
            out += "warning: " + problem_line(path, warning);
        if (!needs.empty() || all)
            out += fmt::format("{}: {}\n", for_terminal(file_name(path)),
                               needs.empty() ? "complete" : "needs " + joined(needs));
    }
    out += notice_lines(rules, "warning", "passed_over");
    out += notice_lines(rules, "warning", "lists_passed_over");
    out += notice_lines(rules, "warning", "not_protected");
    for (const Json& problem : rules.at("rejected"))
        out += "error: " + problem_line(problem.value("path", ""), problem);
    out += bad_list_lines_text(rules);
    const std::size_t count = rules.at("rules").size(), rejected = rules.at("rejected").size();
    out += fmt::format("\n{} rules are loaded: {} run completely, {} lack something here. {} rejected.\n",
                       count, complete, count - complete, rejected);
    if (only_history > 0)
        out +=
            fmt::format("{} of those lack only history, which the daemon tells: with it {} run completely.\n",
                        only_history, complete + only_history);
    for (const auto& [name, times] : lacking)
        out += fmt::format("  {:<48} {:>5} rules\n", for_terminal(name), times);
    return out;
}

std::string rules_list_text(const Json& rules) {
    std::string out;
    for (const Json& rule : rules.at("rules"))
        out += fmt::format("{:<13} {:<11} {}  ({})\n", text_of(rule, "severity"), text_of(rule, "type"),
                           text_of(rule, "name"), for_terminal(file_name(rule.value("path", ""))));
    return out;
}

std::string rules_explain_text(const Json& answers, const std::string& only, bool all) {
    std::string out;
    for (const Json& rule : answers.at("rules")) {
        const std::string answer = rule.value("answer", "");
        const bool insight = rule.value("type", "") == "query" && !rule.value("value", "").empty();
        if (!is_meant(rule, only) || (answer != "match" && !insight && !all && only.empty())) continue;
        out += fmt::format("  {} [{}] {}\n", insight ? text_of(rule, "value") : for_terminal(answer),
                           text_of(rule, "severity"), text_of(rule, "name"));
        if (rule.contains("missing")) out += "      lacks " + joined(rule.at("missing")) + "\n";
        out += clause_lines(rule);
    }
    out += fmt::format("{} points ({} for the words, which look hostile with {:.0f} %); {} rules asked, {} "
                       "match, {} undecided\n",
                       answers.value("points", 0), answers.value("text_points", 0),
                       100 * answers.value("hostility", 0.0), answers.value("asked", 0),
                       answers.value("matched", 0), answers.value("undecided", 0));
    out += authentication_line(answers);
    std::string words;
    for (const Json& word : answers.value("words", Json::array()))
        words += fmt::format("{}{} ({:+.2f})", words.empty() ? "" : ", ", text_of(word, "word"),
                             word.value("weight", 0.0));
    if (!words.empty()) out += "  words that speak most for an attack: " + words + "\n";
    if (answers.contains("exempted_by"))
        out += "  not judged, because of the exclusion " + text_of(answers, "exempted_by") + "\n";
    for (const Json& one : answers.value("missing", Json::array()))
        out += fmt::format("  {} rules could not be answered without {}\n", one.value("rules", 0),
                           text_of(one, "name"));
    return out;
}

}  // namespace tocsin::cli
