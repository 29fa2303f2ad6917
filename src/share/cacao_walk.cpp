#include "share/cacao_walk.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/share.hpp"
#include "share/text.hpp"

namespace tocsin::share::cacao {

namespace {

using namespace respond;
using nlohmann::json;

constexpr std::int64_t minute_ms = 60'000;

std::string type_of(const json& step) {
    return text_of(step, "type");
}

/// How a step is called in messages.
std::string shown(const std::string& id, const json& step) {
    const std::string name = text_of(step, "name");
    return name.empty() ? quote(id) : fmt::format("{} ({})", quote(name), quote(id));
}

/// The conditions of "__link_known__:value = 'true' AND …"; nullopt: it asks for something else.
std::optional<std::vector<Condition>> conditions_of(std::string_view text) {
    constexpr std::string_view before = "__", behind = "__:value = 'true'", between = " AND ";
    std::vector<Condition> found;
    while (true) {
        const std::string_view term = text.substr(0, text.find(between));
        if (!term.starts_with(before) || !term.ends_with(behind) ||
            term.size() < before.size() + behind.size())
            return std::nullopt;
        const std::optional<Condition> one =
            from_word<Condition>(term.substr(before.size(), term.size() - before.size() - behind.size()));
        if (!one) return std::nullopt;
        found.push_back(*one);
        if (term.size() == text.size()) return found;
        text.remove_prefix(term.size() + between.size());
    }
}

Step manual_step(std::string name) {
    Step step;
    step.name = std::move(name);
    step.action = Action::manual;
    return step;
}

}  // namespace

void Walk::lose(const std::string& step, std::string field, std::string words) {
    out_.losses.push_back({step, std::move(field), std::move(words)});
}

Result<void> Walk::run() {
    const auto workflow = document_.find("workflow");
    if (workflow == document_.end() || !workflow->is_object())
        return fail(ErrorCode::invalid_input, "the playbook has no workflow: there is nothing to do in it");
    if (workflow->size() > limits::share_workflow_steps)
        return fail(ErrorCode::limit,
                    fmt::format("the workflow has {} steps, the most are {}: split the playbook",
                                workflow->size(), limits::share_workflow_steps));
    workflow_ = &*workflow;
    const std::string start = text_of(document_, "workflow_start");
    if (const auto found = workflow_->find(start); found == workflow_->end() || type_of(*found) != "start")
        return fail(ErrorCode::invalid_input,
                    fmt::format("workflow_start is {}: no start step is called so", quote(start)));
    TRY(follow(start, {}));
    if (const std::string exception = text_of(document_, "workflow_exception");
        !exception.empty() && !seen_.contains(exception)) {
        const std::string words = TRY(words_from(exception));
        Step step = manual_step(new_name(json::object(), "if_something_fails"));
        step.parameters["text"] =
            with_our_variables(json::object(), "If a step of this playbook fails: " + words, step.name);
        lose(step.name, "workflow_exception",
             "nothing begins here because something failed: a person reads it");
        static_cast<void>(put(std::move(step), {}));
    }
    for (const auto& [id, step] : workflow_->items())
        if (!seen_.contains(id) && step.is_object() && type_of(step) != "end")
            lose({}, "workflow",
                 fmt::format("step {} is reached from nowhere and left out", shown(id, step)));
    return {};
}

Result<const json*> Walk::find(const std::string& id, const std::string& from) {
    const auto found = workflow_->find(id);
    if (found == workflow_->end() || !found->is_object())
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} names a step {} that is not in the workflow", from, quote(id)));
    if (type_of(*found) != "end" && !seen_.insert(id).second)
        return fail(
            ErrorCode::invalid_input,
            fmt::format(
                "step {} is reached in two ways: give every branch an end step of its own, and let the "
                "branching step name what follows",
                shown(id, *found)));
    return &*found;
}

bool Walk::is_end(const std::string& id) const {
    const auto found = workflow_->find(id);
    return found != workflow_->end() && found->is_object() && type_of(*found) == "end";
}

Result<std::optional<std::string>> Walk::next_of(const std::string& id, const json& step) const {
    std::string completed = text_of(step, "on_completion"), succeeded = text_of(step, "on_success");
    if (!completed.empty() && (!succeeded.empty() || !text_of(step, "on_failure").empty()))
        return fail(
            ErrorCode::invalid_input,
            fmt::format("step {} has on_completion and on_success or on_failure: CACAO allows one of the two",
                        shown(id, step)));
    if (!completed.empty()) return completed;
    if (!succeeded.empty()) return succeeded;
    return std::optional<std::string>();
}

Result<Walk::Names> Walk::follow(std::string id, Branch branch) {
    std::string from = "the playbook";
    while (true) {
        const json& step = *TRY(find(id, from));
        if (type_of(step) == "end") return branch.before;
        branch.before = TRY(add(id, step, branch));
        std::optional<std::string> next = TRY(next_of(id, step));
        if (!next) return branch.before;
        from = "step " + shown(id, step);
        id = *std::move(next);
    }
}

Result<Walk::Names> Walk::add(const std::string& id, const json& step, const Branch& branch) {
    const std::string type = type_of(step);
    if (type == "start") return branch.before;
    if (type == "action") return add_action(id, step, branch);
    if (type == "parallel") return add_parallel(id, step, branch);
    if (type == "if-condition") return add_question(id, step, branch);
    if (type == "playbook-action")
        return add_in_words(step, branch, fmt::format("Run the playbook {}.", text_of(step, "playbook_id")),
                            "Tocsin's playbooks do not call each other: a person begins it");
    if (type == "while-condition")
        return add_in_words(step, branch,
                            fmt::format("Again and again while {}:", text_of(step, "condition")),
                            "playbooks here have no loops: a person repeats it");
    if (type == "switch-condition")
        return add_in_words(step, branch, fmt::format("Choose by {}:", text_of(step, "switch")),
                            "Tocsin does not choose by values: a person does");
    return fail(
        ErrorCode::invalid_input,
        fmt::format("step {} has the type {}, which CACAO 2.0 does not know", shown(id, step), quote(type)));
}

Result<Walk::Names> Walk::add_action(const std::string& id, const json& step, const Branch& branch) {
    Step ours = manual_step(new_name(step, "step"));
    if (const std::string name = text_of(step, "name"); !name.empty() && name != ours.name)
        lose(ours.name, "name", fmt::format("{} is called so here", quote(name)));
    const std::string description = text_of(step, "description");
    std::string words = command_words(step, ours.name);
    if (!description.empty()) words = description + (words.empty() ? "" : "\n" + words);
    if (words.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("step {} has neither commands nor a description: nobody knows what it does",
                                shown(id, step)));
    ours.parameters["text"] = with_our_variables(step, words, ours.name);
    take_agent(ours, step);
    take_time(ours, step);
    const std::string failed = text_of(step, "on_failure");
    if (!failed.empty() && failed == text_of(step, "on_success")) ours.on_failure = OnFailure::go_on;
    tell_what_is_left(step, ours.name);
    Names last = put(std::move(ours), branch);
    TRY(add_failure_branch(id, step));
    return last;
}

Result<void> Walk::add_failure_branch(const std::string& id, const json& step) {
    const std::string failed = text_of(step, "on_failure");
    if (failed.empty() || failed == text_of(step, "on_success") || is_end(failed)) return {};
    const std::string what = shown(id, step);
    Step ours = manual_step(new_name(json::object(), "if_it_fails"));
    const std::string words = fmt::format("If the step {} fails: {}", what, TRY(words_from(failed)));
    ours.parameters["text"] = with_our_variables(step, words, ours.name);
    lose(ours.name, "on_failure",
         fmt::format("nothing begins here because {} failed: a person reads what is to be done then", what));
    static_cast<void>(put(std::move(ours), {}));
    return {};
}

Result<Walk::Names> Walk::add_parallel(const std::string& id, const json& step, const Branch& branch) {
    const auto branches = step.find("next_steps");
    if (branches == step.end() || !branches->is_array() || branches->empty())
        return fail(
            ErrorCode::invalid_input,
            fmt::format("step {} has no next_steps: a parallel step names its branches", shown(id, step)));
    Names last;
    for (const json& one : *branches) {
        if (!one.is_string())
            return fail(ErrorCode::invalid_input,
                        fmt::format("step {}: next_steps must be a list of steps", shown(id, step)));
        const Names names = TRY(follow(one.get<std::string>(), branch));
        for (const std::string& name : names)
            if (!contains(last, name)) last.push_back(name);
    }
    tell_what_is_left(step, text_of(step, "name"));
    return last;
}

Result<Walk::Names> Walk::add_question(const std::string& id, const json& step, const Branch& branch) {
    const std::string condition = text_of(step, "condition"), yes = text_of(step, "on_true");
    const std::string no = text_of(step, "on_false");
    if (condition.empty() || yes.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("step {} has no condition or no on_true", shown(id, step)));
    const std::optional<Conditions> known = conditions_of(condition);
    if (!known || (!no.empty() && !is_end(no)))
        return add_in_words(step, branch, fmt::format("Decide: if {},", condition),
                            "Tocsin cannot answer this question: a person does, and does what follows");
    Branch inner = branch;
    for (const Condition one : *known)
        if (!contains(inner.conditions, one)) inner.conditions.push_back(one);
    tell_what_is_left(step, text_of(step, "name"));
    return follow(yes, std::move(inner));
}

Result<Walk::Names> Walk::add_in_words(const json& step, const Branch& branch, const std::string& words,
                                       const std::string& loss) {
    Step ours = manual_step(new_name(step, "decide"));
    const std::string description = text_of(step, "description");
    std::string text = (description.empty() ? "" : description + "\n") + words;
    if (const std::string below = TRY(words_below(step)); !below.empty()) text += "\n" + below;
    ours.parameters["text"] = with_our_variables(step, text, ours.name);
    lose(ours.name, type_of(step), loss);
    take_time(ours, step);
    tell_what_is_left(step, ours.name);
    return put(std::move(ours), branch);
}

Walk::Names Walk::put(Step step, const Branch& branch) {
    step.after = branch.before;
    step.conditions = branch.conditions;
    Names last{step.name};
    out_.playbook.steps.push_back(std::move(step));
    return last;
}

std::string Walk::new_name(const json& step, std::string_view otherwise) {
    std::string base = plain_name(text_of(step, "name"));
    if (base.empty()) base = otherwise;
    std::string name = base;
    // Room for the number behind a name that has the full length.
    constexpr std::size_t digits = 5;
    for (std::size_t number = 2; !names_.insert(name).second; ++number)
        name = fmt::format("{}_{}", base.substr(0, limits::respond_name_bytes - digits), number);
    return name;
}

void Walk::take_time(Step& ours, const json& step) {
    const auto timeout = step.find("timeout");
    if (timeout == step.end() || !timeout->is_number_integer()) return;
    const auto given_ms = timeout->get<std::int64_t>();
    const std::int64_t most = limits::respond_deadline_minutes_max;
    const std::int64_t minutes =
        std::clamp<std::int64_t>(given_ms / minute_ms + (given_ms % minute_ms > 0 ? 1 : 0), 0, most);
    ours.deadline_minutes = static_cast<std::uint32_t>(minutes);
    if (given_ms != minutes * minute_ms)
        lose(ours.name, "timeout", fmt::format("{} ms are {} minutes here", given_ms, minutes));
}

}  // namespace tocsin::share::cacao
