#include "respond/playbook.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/contains.hpp"

namespace tocsin::respond {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 3> order_needed = {"order", "subject", "value"};
constexpr std::array<std::string_view, 3> order_optional = {"hours", "direction", "reason"};
constexpr std::array<std::string_view, 1> customer = {"customer"};
constexpr std::array<std::string_view, 1> reason = {"reason"};
constexpr std::array<std::string_view, 2> watch_needed = {"customer", "days"};
constexpr std::array<std::string_view, 1> days = {"days"};
constexpr std::array<std::string_view, 1> webhook = {"webhook"};
constexpr std::array<std::string_view, 6> webhook_optional = {"customer", "credential", "victim",
                                                              "sender",   "list",       "reason"};
constexpr std::array<std::string_view, 1> notice = {"template"};
constexpr std::array<std::string_view, 1> text = {"text"};

constexpr std::array<ActionFacts, words<Action>.size()> actions = {{
    {Action::give_order, EffectKind::give_order, EffectKind::lift_order, order_needed, order_optional},
    {Action::hold_customer, EffectKind::hold_customer, EffectKind::release_customer, customer, reason},
    {Action::pace_customer, EffectKind::pace_customer, EffectKind::unpace_customer, customer, reason},
    {Action::raise_watch, EffectKind::raise_watch, EffectKind::lower_watch, watch_needed, reason},
    {Action::find_copies, EffectKind::find_copies, std::nullopt, {}, days},
    {Action::purge, EffectKind::purge, EffectKind::restore_purged, {}, reason, true},
    {Action::webhook, EffectKind::webhook, std::nullopt, webhook, webhook_optional},
    {Action::notify, EffectKind::notify, std::nullopt, notice, {}},
    {Action::manual, EffectKind::notify, std::nullopt, text, {}},
    {Action::undo_runs, EffectKind::alarm, std::nullopt, {}, {}},
}};

constexpr std::array<std::string_view, 15> variables = {
    "incident",   "number", "title", "severity", "customer", "sender", "url", "host",
    "credential", "file",   "text",  "reporter", "victim",   "list",   "step"};
constexpr std::array<std::string_view, 10> many = {"customer", "sender", "url",      "host",   "credential",
                                                   "file",     "text",   "reporter", "victim", "list"};

constexpr std::array<std::string_view, 8> templates = {
    "page",        "new_report",  "deadline_passed", "approval_wanted",
    "manual_step", "step_failed", "undo_failed",     "all_clear"};

}  // namespace

const ActionFacts& facts_of(Action action) {
    const ActionFacts& facts = actions[static_cast<std::size_t>(action)];
    ASSERT(facts.action == action, "the table has the order of the actions");
    return facts;
}

Names variable_names() {
    return variables;
}

bool has_many_values(std::string_view variable) {
    return contains(many, variable);
}

std::vector<std::string> variables_in(std::string_view text) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '{') continue;
        if (at + 1 < text.size() && text[at + 1] == '{') {
            ++at;
            continue;
        }
        const std::size_t end = text.find('}', at);
        names.emplace_back(text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
        if (end == std::string_view::npos) break;
        at = end;
    }
    return names;
}

Names needed_templates() {
    return templates;
}

}  // namespace tocsin::respond
