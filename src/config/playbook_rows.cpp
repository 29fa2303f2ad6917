#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/limits/respond.hpp"
#include "config/respond_rows.hpp"
#include "config/table_reader.hpp"

namespace tocsin::config {

namespace {

using namespace respond;

template <typename Enum>
std::vector<std::string_view> all_words() {
    return {respond::words<Enum>.begin(), respond::words<Enum>.end()};
}

template <typename Enum>
std::optional<Enum> read_word(TableReader& reader, std::string_view key) {
    return reader.word<Enum>(key, respond::from_word<Enum>, all_words<Enum>());
}

/// Every parameter that some action has, but for the name of a webhook, which stands behind "webhook:".
const std::set<std::string_view>& parameter_names() {
    static const std::set<std::string_view> names = [] {
        std::set<std::string_view> found;
        for (std::size_t at = 0; at < respond::words<Action>.size(); ++at) {
            const ActionFacts& facts = facts_of(static_cast<Action>(at));
            found.insert(facts.needed.begin(), facts.needed.end());
            found.insert(facts.optional.begin(), facts.optional.end());
        }
        found.erase("webhook");
        return found;
    }();
    return names;
}

/// do = "webhook:NAME", or the word of another action.
void read_action(TableReader& reader, Step& step) {
    constexpr std::string_view prefix = "webhook:";
    const std::string written = reader.needed_text("do");
    if (written.starts_with(prefix)) {
        step.action = Action::webhook;
        step.parameters["webhook"] = written.substr(prefix.size());
        if (step.parameters["webhook"].empty())
            reader.wrong("do", "the webhook has no name", "write do = \"webhook:NAME\"");
    } else if (written == "webhook") {
        step.action = Action::webhook;
        step.parameters["webhook"] = "?";
        reader.wrong("do", "the webhook has no name", "write do = \"webhook:NAME\"");
    } else if (const std::optional<Action> action = read_word<Action>(reader, "do")) {
        step.action = *action;
    }
}

/// Whether the action is known, so that what follows from it can be checked.
bool read_step(const Table& table, Place place, Step& step, NamedPlaces& places, Problems& problems) {
    TableReader reader("step", table, place, problems);
    step.name = reader.needed_text("name");
    const std::size_t before = problems.size();
    read_action(reader, step);
    const bool known = problems.size() == before;
    step.after = reader.texts("after");
    step.conditions =
        reader.words<Condition>("only_if", respond::from_word<Condition>, all_words<Condition>());
    step.groups = reader.texts("groups");
    step.approvers = reader.texts("approvers");
    step.approvals = reader.number("approvals", step.approvals);
    step.approvals_above_people = reader.number("approvals_above_people", step.approvals_above_people);
    step.retries = reader.number("retries", step.retries);
    step.retry_seconds = reader.number("retry_seconds", step.retry_seconds);
    step.deadline_minutes = reader.number("deadline_minutes", step.deadline_minutes);
    step.on_failure = read_word<OnFailure>(reader, "on_failure").value_or(step.on_failure);
    step.urgency = read_word<Urgency>(reader, "urgency").value_or(step.urgency);
    step.reaches = read_word<IncidentState>(reader, "reaches");
    step.undo = reader.text("undo");
    for (std::string_view name : parameter_names())
        if (std::optional<std::string> value = reader.text_or_number(name))
            step.parameters[std::string(name)] = *std::move(value);
    reader.tell_unknown();
    places[{step.name, ""}] = place;
    for (const Entry& entry : table) places[{step.name, entry.key}] = entry.node.place;
    return known;
}

}  // namespace

Playbook read_playbook_rows(const Table& document, NamedPlaces& places, Problems& problems) {
    const Place top{1, 1};
    TableReader reader("playbook", document, top, problems);
    Playbook playbook;
    playbook.name = reader.needed_text("name");
    playbook.title = reader.text("title");
    playbook.triggers = reader.words<Trigger>("triggers", respond::from_word<Trigger>, all_words<Trigger>());
    playbook.conditions =
        reader.words<Condition>("only_if", respond::from_word<Condition>, all_words<Condition>());
    const std::uint32_t severity = reader.number("severity", 0);
    if (severity > respond::words<Severity>.size())
        reader.wrong("severity", fmt::format("severity {} does not exist", severity), "write 1 (worst) to 4");
    else if (severity > 0)
        playbook.severity = static_cast<Severity>(severity - 1);
    for (const auto& [table, place] : reader.rows("step")) {
        if (playbook.steps.size() > limits::respond_steps) break;
        Step step;
        const bool known = read_step(*table, place, step, places, problems);
        // A placeholder keeps the name, for the steps that wait for it.
        if (!known) step = {.name = step.name, .action = Action::undo_runs, .after = step.after};
        playbook.steps.push_back(std::move(step));
    }
    reader.tell_unknown();
    places[{"", ""}] = top;
    for (const Entry& entry : document) places[{"", entry.key}] = entry.node.place;
    return playbook;
}

std::vector<NoticeTemplate> read_notice_rows(const Table& document, NamedPlaces& places, Problems& problems) {
    TableReader reader("file of notices", document, {1, 1}, problems);
    std::vector<NoticeTemplate> notices;
    for (const auto& [table, place] : reader.rows("notice")) {
        TableReader row("notice", *table, place, problems);
        NoticeTemplate notice{row.needed_text("name"), row.needed_text("subject"), row.needed_text("text")};
        if (notice.text.size() > limits::respond_notice_bytes)
            row.wrong("text", fmt::format("the text is longer than {} bytes", limits::respond_notice_bytes),
                      "write less: people read it in a hurry");
        row.tell_unknown();
        places[{notice.name, ""}] = place;
        notices.push_back(std::move(notice));
    }
    reader.tell_unknown();
    return notices;
}

}  // namespace tocsin::config
