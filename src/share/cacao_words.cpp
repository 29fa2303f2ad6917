// The words by which others understand our steps, and what is said of what they cannot.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/event_json.hpp"
#include "share/cacao_detail.hpp"
#include "share/text.hpp"

#include <nlohmann/json.hpp>

namespace tocsin::share::cacao {

namespace {

using namespace respond;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string parameter(const Step& step, const char* name) {
    const auto found = step.parameters.find(name);
    return found == step.parameters.end() ? std::string() : found->second;
}

std::string order_words(const Step& step) {
    const std::string hours = parameter(step, "hours"), direction = parameter(step, "direction");
    return fmt::format("Let every mail gate {} {}mail whose {} is {}{}.", parameter(step, "order"),
                       direction.empty() ? "" : direction + " ", parameter(step, "subject"),
                       parameter(step, "value"), hours.empty() ? "" : ", for " + hours + " hours");
}

std::string webhook_words(const Step& step) {
    std::string words = "Call " + parameter(step, "webhook");
    for (const auto& [name, value] : step.parameters)
        if (name != "webhook") words += fmt::format(", {}: {}", name, value);
    return words + ".";
}

std::string action_words(const Step& step) {
    switch (step.action) {
        case Action::give_order: return order_words(step);
        case Action::hold_customer: return "Hold all mail of " + parameter(step, "customer") + ".";
        case Action::pace_customer:
            return "Let mail of " + parameter(step, "customer") + " go in small parts only.";
        case Action::raise_watch:
            return fmt::format("Look closely at what {} sends, for {} days.", parameter(step, "customer"),
                               parameter(step, "days"));
        case Action::find_copies: {
            const std::string days = parameter(step, "days");
            return "Search the mail journal for copies of the mail, and note who got one" +
                   (days.empty() ? std::string() : ", " + days + " days back") + ".";
        }
        case Action::purge: return "Take the copies out of mailboxes, so that they can be put back.";
        case Action::webhook: return webhook_words(step);
        case Action::notify:
            return fmt::format("Send the notice {} to {}.", parameter(step, "template"),
                               fmt::join(step.groups, ", "));
        case Action::manual: return parameter(step, "text");
        case Action::undo_runs: break;
    }
    return "Take back what earlier playbooks did about this incident.";
}

std::string list_or_nothing(const std::vector<std::string>& names) {
    return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
}

std::string sorted_list(std::vector<std::string> names) {
    std::ranges::sort(names);
    return list_or_nothing(names);
}

/// Compares the fields of a step, and says what became of those that differ.
class StepComparison {
public:
    StepComparison(const Step& written, const Step& read, std::vector<Loss>& losses)
        : written_(written), read_(read), losses_(losses) {}

    void run() {
        compare_doing();
        compare_order();
        if (written_.approvals != read_.approvals)
            lose("approvals",
                 fmt::format("{} distinct {} must agree, never who asked for the run: nobody is asked",
                             written_.approvals, written_.approvals == 1 ? "person" : "people"));
        if (written_.approvals_above_people != read_.approvals_above_people)
            lose("approvals_above_people",
                 fmt::format("up to {} people who got the mail nobody must agree: nobody is asked at all",
                             written_.approvals_above_people));
        if (written_.approvers != read_.approvers)
            lose("approvers", fmt::format("{} may agree", list_or_nothing(written_.approvers)));
        if (written_.retries != read_.retries)
            lose("retries", fmt::format("{} tries again", written_.retries));
        if (written_.retry_seconds != read_.retry_seconds)
            lose("retry_seconds",
                 fmt::format("{} seconds before the first try again", written_.retry_seconds));
        if (written_.urgency != read_.urgency)
            lose("urgency", "urgent: by all ways, and rather twice than not at all");
        if (written_.reaches != read_.reaches)
            lose("reaches", fmt::format("when it is done the incident counts as {}",
                                        written_.reaches ? to_string(*written_.reaches) : "nothing new"));
        if (written_.undo != read_.undo)
            lose("undo", written_.undo == "none" ? "it must not be taken back"
                                                 : "it is taken back by " + written_.undo);
    }

private:
    void lose(const char* field, std::string words) {
        losses_.push_back({written_.name, field, std::move(words)});
    }

    void compare_doing() {
        if (written_.action != read_.action)
            lose("do", fmt::format("{} becomes words for a person: CACAO has no such command",
                                   to_string(written_.action)));
        else if (written_.parameters != read_.parameters)
            lose("text", "its words are not the same ones: braces, or what looks like a variable");
        if (written_.groups == read_.groups) return;
        const std::string groups = list_or_nothing(written_.groups);
        lose("groups", written_.action == Action::notify
                           ? fmt::format("who is told ({}) is in the words only", groups)
                           : fmt::format("of those who are asked ({}) one group is named", groups));
    }

    void compare_order() {
        const std::string wanted = sorted_list(written_.after), found = sorted_list(read_.after);
        if (wanted != found)
            lose("after", fmt::format("it waits for {}; here it waits for {}, because branches end together",
                                      wanted, found));
        if (written_.conditions != read_.conditions) lose("only_if", "its conditions are not the same");
        if (written_.deadline_minutes != read_.deadline_minutes)
            lose("deadline_minutes", fmt::format("{} minutes", written_.deadline_minutes));
        if (written_.on_failure != read_.on_failure)
            lose("on_failure", fmt::format("{} when it fails", to_string(written_.on_failure)));
    }

    const Step& written_;
    const Step& read_;
    std::vector<Loss>& losses_;
};

void compare_heads(const Playbook& written, const Playbook& read, std::vector<Loss>& losses) {
    if (written.name != read.name) losses.push_back({{}, "name", "it is called " + read.name});
    if (written.title != read.title) losses.push_back({{}, "title", "its title is not the same"});
    if (written.triggers != read.triggers) {
        std::vector<std::string_view> triggers;
        triggers.reserve(written.triggers.size());
        for (const Trigger trigger : written.triggers) triggers.push_back(to_string(trigger));
        losses.push_back(
            {{},
             "triggers",
             fmt::format("it begins by hand only; Tocsin begins it at {}", fmt::join(triggers, ", "))});
    }
    if (written.conditions != read.conditions)
        losses.push_back({{}, "only_if", "it begins whatever is known of the incident"});
    if (written.severity != read.severity) losses.push_back({{}, "severity", "it is not the same"});
}

}  // namespace

std::string words_of(const Step& step) {
    const std::string reason = step.action == Action::manual ? "" : parameter(step, "reason");
    std::string words = action_words(step);
    if (!reason.empty() && step.action != Action::webhook) words += " Reason: " + reason;
    return with_cacao_variables(words);
}

std::string_view activity_of(Action action) {
    switch (action) {
        case Action::give_order:
        case Action::hold_customer:
        case Action::pace_customer: return "restrict-access";
        case Action::raise_watch: return "analyze-collected-data";
        case Action::find_copies: return "match-indicator";
        case Action::purge: return "eliminate-risk";
        case Action::webhook: return "configure-systems";
        case Action::notify: return "deliver-content";
        case Action::undo_runs: return "revert-system";
        case Action::manual: break;
    }
    return {};
}

std::string with_cacao_variables(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '{') {
            out += text[at];
            continue;
        }
        if (text.substr(at).starts_with("{{")) {
            out += text[at++];
            continue;
        }
        const std::size_t end = text.find('}', at);
        if (end == std::string_view::npos) return out.append(text.substr(at));
        out += fmt::format("__{}__:value", text.substr(at + 1, end - at - 1));
        at = end;
    }
    return out;
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::respond_name_bytes &&
           std::ranges::all_of(name, is_name_character);
}

std::string plain_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (out.size() == limits::respond_name_bytes) break;
        if (is_name_character(c))
            out += c;
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    while (out.ends_with('_')) out.pop_back();
    return out;
}

std::vector<Loss> differences(const Playbook& written, const Playbook& read) {
    std::vector<Loss> losses;
    compare_heads(written, read, losses);
    for (const Step& step : written.steps) {
        const auto found = std::ranges::find(read.steps, step.name, &Step::name);
        if (found == read.steps.end())
            losses.push_back({step.name, "name", "the step is called something else"});
        else
            StepComparison(step, *found, losses).run();
    }
    return losses;
}

std::string text_of(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace tocsin::share::cacao
