// A playbook of ours as a document of CACAO 2.0.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/assert.hpp"
#include "respond/event_json.hpp"
#include "respond/setup.hpp"
#include "share/cacao_detail.hpp"
#include "share/uuid.hpp"

namespace tocsin::share {

namespace cacao {

namespace {

constexpr std::uint64_t timeout_minute_ms = 60'000;

using namespace respond;
using nlohmann::json;

/// A playbook file has no birthday, and CACAO wants one that never changes: the day on which 2.0 became a standard.
constexpr std::string_view created = "2023-11-27T00:00:00.000Z";

std::string identity_id() {
    return own_id("identity", "Tocsin");
}

/// Worst first. CACAO section 3.1: 1 is the lowest severity, 100 the highest.
int cacao_severity(Severity severity) {
    constexpr std::array<int, words<Severity>.size()> values = {100, 75, 50, 25};
    return values[static_cast<std::size_t>(severity)];
}

/// What CACAO section 3.1.1 calls a playbook that has such a step; empty: nothing in particular.
std::string_view playbook_type_of(Action action) {
    switch (action) {
        case Action::give_order:
        case Action::hold_customer:
        case Action::pace_customer: return "mitigation";
        case Action::raise_watch: return "detection";
        case Action::find_copies: return "investigation";
        case Action::notify: return "notification";
        case Action::purge:
        case Action::webhook:
        case Action::undo_runs: return "remediation";
        case Action::manual: break;
    }
    return {};
}

class Document {
public:
    explicit Document(const Playbook& playbook) : playbook_(playbook) {}

    json build(TimePoint modified) {
        const std::string end = add_end("");
        const std::string first = add(plan_of(playbook_), end, "0");
        const std::string start = id("start", "");
        workflow_[start] = {{"type", "start"}, {"on_completion", first}};
        json out = head(modified);
        out["workflow_start"] = start;
        out["workflow"] = std::move(workflow_);
        out["agent_definitions"] = std::move(agents_);
        if (!variables_.empty()) out["playbook_variables"] = std::move(variables_);
        return out;
    }

private:
    /// CACAO section 10.10: identifiers of steps must have the form of version 4.
    [[nodiscard]] std::string id(std::string_view type, std::string_view what) const {
        return own_id(type, playbook_.name + "\n" + std::string(what), UuidVersion::v4);
    }

    [[nodiscard]] json head(TimePoint modified) const {
        std::set<std::string_view> types, activities;
        for (const Step& step : playbook_.steps) {
            types.insert(playbook_type_of(step.action));
            activities.insert(activity_of(step.action));
        }
        types.erase("");
        activities.erase("");
        const std::string changed = std::max(to_rfc3339(modified), std::string(created));
        json out = {{"type", "playbook"},          {"spec_version", spec_version}, {"name", playbook_.name},
                    {"created_by", identity_id()}, {"created", created},           {"modified", changed}};
        json name{{"name", playbook_.name}};
        if (!types.empty()) {
            out["playbook_types"] = name["playbook_types"] = types;
            out["playbook_activities"] = activities;
        }
        // Plain keys and texts: what dump() writes is the canonical form of RFC 8785.
        out["id"] = "playbook--" + uuid_of(cacao_namespace, name.dump());
        if (!playbook_.title.empty()) out["description"] = playbook_.title;
        if (playbook_.severity) out["severity"] = cacao_severity(*playbook_.severity);
        for (const Trigger trigger : playbook_.triggers) out["labels"].push_back(to_string(trigger));
        return out;
    }

    std::string add_end(const std::string& path) {
        std::string end = id("end", path);
        workflow_[end] = {{"type", "end"}};
        return end;
    }

    /// Adds what the plan says, so that `next` follows it. Returns the step by which it begins.
    std::string add(const Plan& plan, const std::string& next, const std::string& path) {
        if (plan.kind == Plan::Kind::step) return add_step(playbook_.steps[plan.step], next);
        if (plan.kind == Plan::Kind::series) {
            std::string following = next;
            for (std::size_t at = plan.parts.size(); at-- > 0;)
                following = add(plan.parts[at], following, fmt::format("{}.{}", path, at));
            return following;
        }
        json branches = json::array();
        for (std::size_t at = 0; at < plan.parts.size(); ++at) {
            const std::string branch = fmt::format("{}.{}", path, at);
            branches.push_back(add(plan.parts[at], add_end(branch), branch));
        }
        std::string parallel = id("parallel", path);
        workflow_[parallel] = {{"type", "parallel"}, {"next_steps", branches}, {"on_completion", next}};
        return parallel;
    }

    std::string add_step(const Step& step, const std::string& next) {
        if (step.conditions.empty()) return add_action(step, next);
        std::vector<std::string> terms;
        for (const Condition condition : step.conditions) {
            terms.push_back(fmt::format("__{}__:value = 'true'", to_string(condition)));
            add_variable(to_string(condition), "bool", "what is known of the incident");
        }
        std::string question = id("if-condition", step.name);
        workflow_[question] = {{"type", "if-condition"},
                               {"condition", fmt::format("{}", fmt::join(terms, " AND "))},
                               {"on_true", add_action(step, add_end("if " + step.name))},
                               {"on_completion", next}};
        return question;
    }

    std::string add_action(const Step& step, const std::string& next) {
        for (const auto& [name, value] : step.parameters)
            for (const std::string& variable : variables_in(value))
                add_variable(variable, variable == "url" ? "uri" : "string", "a value of the incident");
        json out = {{"type", "action"},
                    {"name", step.name},
                    {"commands", json::array({command_of(step)})},
                    {"agent", agent_of(step)}};
        if (step.deadline_minutes > 0) out["timeout"] = step.deadline_minutes * timeout_minute_ms;
        if (step.on_failure == OnFailure::go_on)
            out["on_success"] = out["on_failure"] = next;
        else
            out["on_completion"] = next;
        std::string action = id("action", step.name);
        workflow_[action] = std::move(out);
        return action;
    }

    static json command_of(const Step& step) {
        json out = {{"type", "manual"}, {"command", words_of(step)}};
        if (step.action == Action::webhook) {
            json content = json::object();
            for (const auto& [name, value] : step.parameters)
                if (name != "webhook") content[name] = with_cacao_variables(value);
            out = {{"type", "http-api"},
                   {"description", words_of(step)},
                   {"command", "POST / HTTP/1.1"},
                   {"headers", {{"Content-Type", {"application/json"}}}},
                   {"content", content.dump()}};
        }
        if (const std::string_view activity = activity_of(step.action); !activity.empty())
            out["playbook_activity"] = activity;
        return out;
    }

    /// Who does it: a webhook, a group of people, else Tocsin.
    std::string agent_of(const Step& step) {
        if (step.action == Action::webhook) {
            const std::string& name = step.parameters.at("webhook");
            const std::string variable = "webhook_" + plain_name(name);
            add_variable(variable, "string", "host and path of the webhook " + name);
            return add_agent(own_id("http-api", name, UuidVersion::v4),
                             {{"type", "http-api"},
                              {"name", name},
                              {"address", {{"dname", {fmt::format("__{}__:value", variable)}}}}});
        }
        if (step.action == Action::manual && !step.groups.empty())
            return add_agent(own_id("group", step.groups.front(), UuidVersion::v4),
                             {{"type", "group"}, {"name", step.groups.front()}});
        return add_agent(tocsin_agent_id(), {{"type", "organization"},
                                             {"name", "Tocsin"},
                                             {"description", "Mail gates, journal and notices, and the desk "
                                                             "that answers for incidents"}});
    }

    std::string add_agent(std::string agent, json definition) {
        agents_[agent] = std::move(definition);
        return agent;
    }

    void add_variable(std::string_view name, const char* type, const std::string& description) {
        variables_[fmt::format("__{}__", name)] = {
            {"type", type}, {"description", description}, {"external", true}};
    }

    const Playbook& playbook_;
    json workflow_ = json::object(), agents_ = json::object(), variables_ = json::object();
};

json extension_definition() {
    return {{"type", "extension-definition"},
            {"name", "Tocsin playbook"},
            {"description",
             "What CACAO cannot say of a playbook of Tocsin: actions, approvals by distinct people, "
             "tries again, undo, urgency, triggers, and what each step waits for"},
            {"created_by", identity_id()},
            {"schema",
             "One property, tocsin_playbook: an object with name, title, triggers, only_if, severity and "
             "steps; each step has the keys of a [[step]] of Tocsin's playbook files, and its parameters "
             "in an object of texts. See Tocsin's manual, playbooks.md."},
            {"version", "1.0.0"}};
}

}  // namespace

std::string extension_id() {
    return own_id("extension-definition", "Tocsin playbook 1");
}

std::string tocsin_agent_id() {
    return own_id("organization", "Tocsin", UuidVersion::v4);
}

json document_of(const Playbook& playbook, TimePoint modified, CacaoExtension extension) {
    json out = Document(playbook).build(modified);
    if (extension == CacaoExtension::without) return out;
    out["extension_definitions"][extension_id()] = extension_definition();
    out["playbook_extensions"][extension_id()] = {
        {std::string(extension_member), respond::to_json(playbook)}};
    return out;
}

}  // namespace cacao

CacaoExport to_cacao(const respond::Playbook& playbook, TimePoint modified, CacaoExtension extension) {
    ASSERT(respond::flaws_of(playbook).empty(), "a playbook is checked before it is exported");
    const nlohmann::json plain = cacao::document_of(playbook, modified, CacaoExtension::without);
    const nlohmann::json whole = cacao::document_of(playbook, modified, extension);
    CacaoExport out{whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", {}};
    // What another reader makes of it is found out by reading it as another one would.
    const Result<CacaoImport> read = cacao::read_steps(plain);
    if (read)
        out.losses = cacao::differences(playbook, read->playbook);
    else
        out.losses.push_back({{}, "steps", read.error().message});
    return out;
}

}  // namespace tocsin::share
