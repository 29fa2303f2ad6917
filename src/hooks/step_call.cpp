#include "hooks/step_call.hpp"

#include <nlohmann/json.hpp>

#include "base/limits/hooks.hpp"
#include "hooks/json_text.hpp"

namespace tocsin::hooks {

namespace {

using nlohmann::json;

std::string value_of(const StepCall& step, const std::string& name) {
    const auto found = step.values.find(name);
    return found == step.values.end() ? std::string() : found->second;
}

std::string mark_of(const std::string& key) {
    return "[tocsin:" + key + "]";
}

}  // namespace

std::string step_body(const StepCall& step) {
    json data{{"key", step.key},
              {"incident", step.incident},
              {"step", step.step},
              {"webhook", step.webhook},
              {"attempt", step.attempt}};
    if (!step.undoes.empty()) data["undoes"] = step.undoes;
    for (const auto& [name, value] : step.values) data[name] = value;
    return dumped({{"type", step.undoes.empty() ? "tocsin.step" : "tocsin.step_undo"},
                   {"timestamp", to_rfc3339(step.time)},
                   {"data", std::move(data)}});
}

std::string kumomta_reason(const StepCall& step, const std::string& key) {
    const std::string reason = value_of(step, "reason");
    return (reason.empty() ? "incident " + step.incident : reason) + " " + mark_of(key);
}

Result<std::string> kumomta_suspend_body(const StepCall& step, std::uint32_t hours) {
    const std::string tenant = value_of(step, "customer");
    // Without a tenant KumoMTA suspends everybody.
    if (tenant.empty())
        return fail(ErrorCode::invalid_input,
                    "the step names no customer to suspend: write customer = \"{customer}\"");
    return dumped({{"tenant", tenant},
                   {"reason", kumomta_reason(step, step.key)},
                   {"duration", std::to_string(hours) + "h"}});
}

Result<std::vector<std::string>> kumomta_suspensions(std::string_view answer, const std::string& key) {
    const json list = json::parse(answer, nullptr, false);
    if (!list.is_array()) return fail(ErrorCode::corrupt, "KumoMTA's list of suspensions is no list");
    std::vector<std::string> ids;
    for (const json& entry : list) {
        if (!entry.is_object()) continue;
        const auto id = entry.find("id"), reason = entry.find("reason");
        if (id == entry.end() || reason == entry.end() || !id->is_string() || !reason->is_string()) continue;
        if (reason->get_ref<const std::string&>().ends_with(mark_of(key)))
            ids.push_back(id->get<std::string>());
    }
    return ids;
}

std::string kumomta_cancel_body(const std::string& id) {
    return dumped({{"id", id}});
}

}  // namespace tocsin::hooks
