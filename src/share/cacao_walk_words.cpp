// What a person is told of steps that Tocsin cannot do by itself.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/playbook.hpp"
#include "share/cacao_walk.hpp"
#include "share/text.hpp"

namespace tocsin::share::cacao {

namespace {

using namespace respond;
using nlohmann::json;

/// Properties of a step (CACAO 2.0 sections 4.1 to 4.10) that become something here, or say nothing more than the rest.
constexpr std::array<std::string_view, 22> understood_of_step = {
    "type",           "name",     "description", "on_completion",  "on_success",
    "on_failure",     "commands", "agent",       "next_steps",     "condition",
    "on_true",        "on_false", "timeout",     "in_args",        "playbook_id",
    "switch",         "cases",    "targets",     "step_variables", "playbook_version",
    "max_iterations", "do_while"};

const json* member(const json& object, const std::string& name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

/// An agent or a target by its id; nullptr: the document does not define it.
const json* definition(const json& document, const char* where, const std::string& id) {
    const json* all = member(document, where);
    const json* one = all != nullptr && all->is_object() ? member(*all, id) : nullptr;
    return one != nullptr && one->is_object() ? one : nullptr;
}

/// A command in the words of its author, with what stands beside it.
std::string words_of_command(const json& command) {
    std::string words = text_of(command, "command");
    if (words.empty()) words = valid_utf8(from_base64(text_of(command, "command_b64")).value_or(""));
    if (text_of(command, "type") == "manual") return words;
    std::string out = text_of(command, "description");
    if (!words.empty())
        out += (out.empty() ? "" : " ") + fmt::format("[{}] {}", text_of(command, "type"), words);
    for (const char* name : {"content", "content_b64"})
        if (const std::string content = text_of(command, name); !content.empty())
            out += fmt::format(" ({}: {})", name, content);
    return out;
}

/// The value that a variable was written with, of the step or of the playbook; nullopt: it has none.
std::optional<std::string> value_of(const json& document, const json& step, const std::string& name) {
    for (const auto& [owner, where] :
         {std::pair(&step, "step_variables"), std::pair(&document, "playbook_variables")}) {
        const json* variables = member(*owner, where);
        if (variables == nullptr || !variables->is_object()) continue;
        const json* variable = member(*variables, "__" + name + "__");
        if (variable == nullptr || !variable->is_object()) continue;
        if (const json* value = member(*variable, "value"); value != nullptr && value->is_string())
            return value->get<std::string>();
    }
    return std::nullopt;
}

/// A brace of our own files must be written twice.
void append_plain(std::string& out, std::string_view text) {
    for (const char c : text) out += c == '{' ? std::string("{{") : std::string(1, c);
}

}  // namespace

std::string Walk::command_words(const json& step, const std::string& name) {
    const json* commands = member(step, "commands");
    std::string words;
    if (commands == nullptr || !commands->is_array()) return words;
    for (const json& command : *commands) {
        if (!command.is_object()) continue;
        const std::string type = text_of(command, "type");
        if (const std::string one = words_of_command(command); !one.empty())
            words += (words.empty() ? "" : "\n") + one;
        if (type != "manual")
            lose(name, "commands",
                 fmt::format("a command of the type {} is run by nobody here: a person reads it",
                             quote(type)));
    }
    return words;
}

std::string Walk::with_our_variables(const json& step, std::string_view text, const std::string& name) {
    constexpr std::string_view mark = "__", end_mark = "__:value";
    std::string out;
    while (true) {
        const std::size_t begin = text.find(mark);
        const std::size_t end =
            begin == std::string_view::npos ? begin : text.find(end_mark, begin + mark.size());
        if (end == std::string_view::npos) break;
        const std::string variable(text.substr(begin + mark.size(), end - begin - mark.size()));
        if (!is_plain_name(variable)) {  // the mark belongs to something else
            append_plain(out, text.substr(0, begin + 1));
            text.remove_prefix(begin + 1);
            continue;
        }
        append_plain(out, text.substr(0, begin));
        if (contains(variable_names(), variable)) {
            out += "{" + variable + "}";
        } else if (const std::optional<std::string> value = value_of(document_, step, variable)) {
            append_plain(out, *value);
            lose(name, "variable",
                 fmt::format("__{}__ stands here with the value that it had in the document", variable));
        } else {
            append_plain(out, text.substr(begin, end + end_mark.size() - begin));
            lose(name, "variable",
                 fmt::format("nothing here knows __{}__: it stays as it is written", variable));
        }
        text.remove_prefix(end + end_mark.size());
    }
    append_plain(out, text);
    return out;
}

void Walk::take_agent(Step& ours, const json& step) {
    const std::string id = text_of(step, "agent");
    const json* agent = definition(document_, "agent_definitions", id);
    const std::string name = agent == nullptr ? std::string() : text_of(*agent, "name");
    std::string& words = ours.parameters["text"];
    if (agent != nullptr && text_of(*agent, "type") == "group" && is_plain_name(name)) {
        ours.groups = {name};
    } else if (id != tocsin_agent_id() && !name.empty()) {
        words += "\nBy: ";
        append_plain(words, name);
        lose(ours.name, "agent",
             fmt::format("{} is no group of people here: the words name him", quote(name)));
    }
    const json* targets = member(step, "targets");
    if (targets == nullptr || !targets->is_array()) return;
    std::string on;
    for (const json& target : *targets) {
        const json* known = target.is_string()
                                ? definition(document_, "target_definitions", target.get<std::string>())
                                : nullptr;
        if (known != nullptr) on += (on.empty() ? "" : ", ") + text_of(*known, "name");
    }
    if (on.empty()) return;
    words += "\nOn: ";
    append_plain(words, on);
    lose(ours.name, "targets", "Tocsin acts on nothing of that kind: the words name it");
}

void Walk::tell_what_is_left(const json& step, const std::string& name) {
    for (const auto& [key, value] : step.items())
        if (!contains(understood_of_step, key)) lose(name, one_line(key), "means nothing here");
}

Result<std::string> Walk::words_below(const json& step) {
    struct Way {
        const char* property;
        const char* words;
    };
    std::string out;
    for (const Way way : {Way{"on_true", "then: "}, Way{"on_false", "else: "}}) {
        const std::string id = text_of(step, way.property);
        if (id.empty() || is_end(id)) continue;
        out += (out.empty() ? "" : "\n") + (way.words + TRY(words_from(id)));
    }
    if (const json* branches = member(step, "next_steps"); branches != nullptr && branches->is_array())
        for (const json& one : *branches)
            if (one.is_string()) out += (out.empty() ? "" : "\n") + TRY(words_from(one.get<std::string>()));
    if (const json* cases = member(step, "cases"); cases != nullptr && cases->is_object())
        for (const auto& [value, id] : cases->items())
            if (id.is_string())
                out += fmt::format("{}{}: {}", out.empty() ? "" : "\n", one_line(value),
                                   TRY(words_from(id.get<std::string>())));
    return out;
}

Result<std::string> Walk::words_from(std::string id) {
    std::string out, from = "the playbook";
    while (true) {
        const json& step = *TRY(find(id, from));
        const std::string type = text_of(step, "type");
        if (type == "end") return out;
        const std::string name = one_line(text_of(step, "name")), description = text_of(step, "description");
        std::string words = command_words(step, name);
        for (const char* property : {"condition", "playbook_id", "switch"})
            if (const std::string asked = text_of(step, property); !asked.empty())
                words += (words.empty() ? "" : " ") + fmt::format("{}: {}", property, asked);
        out += fmt::format("{}{}{}{}", out.empty() ? "" : "; ", name.empty() ? type : name,
                           description.empty() ? "" : ": " + description, words.empty() ? "" : ": " + words);
        if (const std::string below = TRY(words_below(step)); !below.empty()) out += "\n" + below;
        if (out.size() > limits::respond_notice_bytes)
            return fail(
                ErrorCode::limit,
                fmt::format(
                    "what follows step {} would be more than {} bytes of words for one person: split the "
                    "playbook",
                    quote(name), limits::respond_notice_bytes));
        std::optional<std::string> next = TRY(next_of(id, step));
        const std::string failed = text_of(step, "on_failure");
        if (!failed.empty() && next != failed && !is_end(failed))
            out += "; if that fails: " + TRY(words_from(failed));
        if (!next) return out;
        from = "step " + quote(name);
        id = *std::move(next);
    }
}

}  // namespace tocsin::share::cacao
