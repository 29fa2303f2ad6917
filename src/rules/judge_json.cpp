#include "rules/judge_json.hpp"

#include <nlohmann/json.hpp>

namespace tocsin::rules {

namespace {

using json = nlohmann::ordered_json;

json problem_json(const Problem& problem) {
    return {{"line", problem.line}, {"column", problem.column}, {"message", problem.message}};
}

std::string_view to_string(RuleType type) {
    switch (type) {
        case RuleType::rule: return "rule";
        case RuleType::exclusion: return "exclusion";
        case RuleType::query: return "query";
        case RuleType::dlp: return "dlp";
        case RuleType::triage: return "triage_rule";
    }
    return "rule";
}

json notices_json(const LoadNotices& notices) {
    json out = json::array();
    for (const LoadNotice& one : notices.kept())
        out.push_back({{"path", one.path}, {"line", one.line}, {"message", one.message}});
    return out;
}

json rule_json(const Rule& rule) {
    return {{"path", rule.file.path},
            {"name", rule.file.name},
            {"type", to_string(rule.file.type)},
            {"severity", tocsin::rules::to_string(rule.file.severity)}};
}

json detail_json(const RuleDetail& detail, const RuleSet& set) {
    json out = rule_json(*detail.rule);
    out["answer"] = tocsin::rules::to_string(detail.answer.answer);
    out["steps"] = detail.answer.steps;
    if (detail.answer.answer == Answer::undecided) out["missing"] = set.names_of(detail.answer.missing);
    if (!detail.value.empty()) out["value"] = detail.value;
    json clauses = json::array();
    for (std::size_t at = 0; at < detail.clauses.size(); ++at)
        clauses.push_back({{"line", detail.rule->clauses[at].line},
                           {"source", detail.rule->clauses[at].source},
                           {"answer", detail.clauses[at]}});
    if (!clauses.empty()) out["clauses"] = std::move(clauses);
    return out;
}

json verdict_json(const mail::AuthVerdict& verdict) {
    json out{{"method", verdict.method}, {"verdict", verdict.verdict}};
    for (const auto& [name, value] : verdict.properties) out["properties"][name] = value;
    return out;
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Judge& judge) {
    const RuleSet& set = judge.rule_set();
    json rules = json::array(), rejected = json::array(), lists = json::array();
    for (const Rule& rule : set.rules()) {
        json one = rule_json(rule);
        one["needs"] = set.names_of(rule.needs);
        one["attack_types"] = rule.file.attack_types;
        json warnings = json::array();
        for (const Problem& warning : rule.warnings) warnings.push_back(problem_json(warning));
        if (!warnings.empty()) one["warnings"] = std::move(warnings);
        rules.push_back(std::move(one));
    }
    for (const Rejected& one : set.rejected()) {
        json problem = problem_json(one.problem);
        problem["path"] = one.path;
        rejected.push_back(std::move(problem));
    }
    for (const auto& [name, size] : judge.list_sizes()) lists.push_back({{"name", name}, {"entries", size}});
    return dump({{"version", judge.version()},
                 {"rules", std::move(rules)},
                 {"rejected", std::move(rejected)},
                 {"passed_over", notices_json(set.passed_over())},
                 {"further_passed_over", set.passed_over().left_out()},
                 {"bad_list_lines", notices_json(judge.lists().bad_lines())},
                 {"further_bad_list_lines", judge.lists().bad_lines().left_out()},
                 {"lists_passed_over", notices_json(judge.lists().passed_over())},
                 {"further_lists_passed_over", judge.lists().passed_over().left_out()},
                 {"not_protected", notices_json(judge.unprotected())},
                 {"further_not_protected", judge.unprotected().left_out()},
                 {"lists", std::move(lists)}});
}

std::string to_json(const Judgement& judgement, const Judge& judge) {
    json rules = json::array(), words = json::array(), missing = json::array();
    json authentication = json::array();
    for (const mail::AuthVerdict& verdict : judgement.authentication)
        authentication.push_back(verdict_json(verdict));
    for (const RuleDetail& detail : judgement.details) rules.push_back(detail_json(detail, judge.rule_set()));
    for (const WeighedWord& word : judgement.words)
        words.push_back({{"word", word.word}, {"weight", word.weight}});
    for (const scan::MissingAnswer& one : judgement.missing)
        missing.push_back({{"name", one.name}, {"rules", one.rules}});
    json out{{"points", judgement.points},
             {"text_points", judgement.text_points},
             {"hostility", judgement.hostility},
             {"asked", judgement.asked},
             {"matched", judgement.hits.size()},
             {"undecided", judgement.undecided},
             {"missing", std::move(missing)},
             {"words", std::move(words)},
             {"authentication", std::move(authentication)},
             {"rules", std::move(rules)}};
    if (judgement.exempted_by != nullptr) out["exempted_by"] = judgement.exempted_by->file.name;
    return dump(out);
}

}  // namespace tocsin::rules
