#include "share/playbook_toml.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "share/text.hpp"

namespace tocsin::share {

namespace {

using namespace respond;

/// Lines "key = value" of one table.
class Lines {
public:
    void text(std::string_view key, std::string_view value) {
        if (!value.empty()) needed(key, value);
    }
    void needed(std::string_view key, std::string_view value) {
        out += fmt::format("{} = {}\n", key, toml_string(value));
    }
    /// A number as people write it, where reading it gives the same text again.
    void parameter(std::string_view key, std::string_view value) {
        constexpr std::size_t digits_max = 9;
        const bool number = !value.empty() && value.size() <= digits_max && value.front() != '0' &&
                            std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
        if (number)
            out += fmt::format("{} = {}\n", key, value);
        else
            needed(key, value);
    }
    void texts(std::string_view key, const std::vector<std::string>& values) {
        if (values.empty()) return;
        std::string list;
        for (const std::string& value : values) list += (list.empty() ? "" : ", ") + toml_string(value);
        out += fmt::format("{} = [{}]\n", key, list);
    }
    template <typename Word>
    void words(std::string_view key, const std::vector<Word>& values) {
        std::vector<std::string> texts_of_words;
        texts_of_words.reserve(values.size());
        for (const Word value : values) texts_of_words.emplace_back(to_string(value));
        texts(key, texts_of_words);
    }
    void number(std::string_view key, std::uint32_t value, std::uint32_t otherwise) {
        if (value != otherwise) out += fmt::format("{} = {}\n", key, value);
    }

    std::string out;
};

std::string step_table(const Step& step) {
    const Step usual;
    Lines lines;
    lines.out = "\n[[step]]\n";
    lines.needed("name", step.name);
    lines.texts("after", step.after);
    const auto webhook = step.parameters.find("webhook");
    if (step.action == Action::webhook && webhook != step.parameters.end())
        lines.needed("do", "webhook:" + webhook->second);
    else
        lines.needed("do", to_string(step.action));
    for (const auto& [name, value] : step.parameters)
        if (name != "webhook") lines.parameter(name, value);
    lines.texts("groups", step.groups);
    lines.words("only_if", step.conditions);
    lines.number("approvals", step.approvals, usual.approvals);
    lines.number("approvals_above_people", step.approvals_above_people, usual.approvals_above_people);
    lines.texts("approvers", step.approvers);
    lines.number("retries", step.retries, usual.retries);
    lines.number("retry_seconds", step.retry_seconds, usual.retry_seconds);
    lines.number("deadline_minutes", step.deadline_minutes, usual.deadline_minutes);
    if (step.on_failure != usual.on_failure) lines.needed("on_failure", to_string(step.on_failure));
    if (step.urgency != usual.urgency) lines.needed("urgency", to_string(step.urgency));
    if (step.reaches) lines.needed("reaches", to_string(*step.reaches));
    lines.text("undo", step.undo);
    return lines.out;
}

}  // namespace

std::string toml_string(std::string_view text) {
    const std::string good = valid_utf8(text);
    std::string out = "\"";
    for (const char c : good) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += std::string("\\") + c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (byte < 0x20 || byte == 0x7F)
            out += fmt::format("\\u{:04X}", byte);
        else
            out += c;
    }
    return out + "\"";
}

std::string to_toml(const Playbook& playbook, std::string_view comment) {
    Lines lines;
    for (std::size_t at = 0; at < comment.size();) {
        const std::size_t end = std::min(comment.find('\n', at), comment.size());
        lines.out += "# " + one_line(comment.substr(at, end - at)) + "\n";
        at = end + 1;
    }
    lines.needed("name", playbook.name);
    lines.text("title", playbook.title);
    lines.words("triggers", playbook.triggers);
    lines.words("only_if", playbook.conditions);
    if (playbook.severity)
        lines.out += fmt::format("severity = {}\n", static_cast<int>(*playbook.severity) + 1);
    for (const Step& step : playbook.steps) lines.out += step_table(step);
    return lines.out;
}

}  // namespace tocsin::share
