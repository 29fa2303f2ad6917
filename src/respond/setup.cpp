#include "respond/setup.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/order_words.hpp"

namespace tocsin::respond {

namespace {

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::respond_name_bytes &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

constexpr std::string_view name_form = "write up to 64 letters, digits, - and _";
constexpr std::string_view webhook_prefix = "webhook:";

/// Collects what is wrong with one playbook.
class PlaybookCheck {
public:
    explicit PlaybookCheck(const Playbook& playbook) : playbook_(playbook) {
        for (const Step& step : playbook.steps) steps_.emplace(step.name, &step);
    }

    std::vector<Flaw> run() {
        if (!is_name(playbook_.name))
            add(std::string(), "name", "the playbook has no usable name", name_form);
        if (playbook_.triggers.empty())
            add(std::string(), "triggers", "nothing starts the playbook",
                "write triggers = [\"by_hand\"] at least");
        if (playbook_.steps.empty()) add(std::string(), "step", "the playbook has no step", "write [[step]]");
        if (playbook_.steps.size() > limits::respond_steps)
            add(std::string(), "step", fmt::format("there are more than {} steps", limits::respond_steps),
                "split it");
        std::set<std::string> seen;
        for (const Step& step : playbook_.steps) {
            if (!seen.insert(step.name).second)
                add(step, "name", fmt::format("there are two steps \"{}\"", step.name), "name them apart");
            check(step);
        }
        check_cycle();
        return std::move(flaws_);
    }

private:
    void add(const std::string& step, std::string_view key, std::string message,
             std::string_view what_to_do) {
        flaws_.push_back(
            {playbook_.name, step, std::string(key), std::move(message), std::string(what_to_do)});
    }
    void add(const Step& step, std::string_view key, std::string message, std::string_view what_to_do) {
        add(step.name, key, std::move(message), what_to_do);
    }

    void check(const Step& step) {
        if (!is_name(step.name)) add(step, "name", "the step has no usable name", name_form);
        for (const std::string& before : step.after) {
            if (!steps_.contains(before))
                add(step, "after", fmt::format("there is no step \"{}\"", before),
                    "name a step of this playbook");
            if (before == step.name) add(step, "after", "the step waits for itself", "remove that");
        }
        check_parameters(step);
        check_undo(step);
        check_people(step);
        if (step.retries > limits::respond_retries_max)
            add(step, "retries", fmt::format("more than {} retries", limits::respond_retries_max),
                "write fewer");
        if (step.deadline_minutes > limits::respond_deadline_minutes_max)
            add(step, "deadline_minutes", "the deadline is more than 90 days away", "write fewer minutes");
    }

    void check_parameters(const Step& step) {
        const ActionFacts& facts = facts_of(step.action);
        for (std::string_view needed : facts.needed)
            if (!step.parameters.contains(std::string(needed)))
                add(step, "do", fmt::format("{} needs \"{}\"", to_string(step.action), needed),
                    fmt::format("write {} = …", needed));
        std::set<std::string> lists;
        for (const auto& [name, value] : step.parameters) {
            if (!contains(facts.needed, name) && !contains(facts.optional, name))
                add(step, name, fmt::format("{} knows no \"{}\"", to_string(step.action), name), "remove it");
            for (const std::string& variable : variables_in(value)) {
                if (!contains(variable_names(), variable))
                    add(step, name, fmt::format("there is no variable {{{}}}", variable),
                        fmt::format("there are {}", fmt::join(variable_names(), ", ")));
                if (has_many_values(variable)) lists.insert(variable);
            }
        }
        if (step.action == Action::give_order) check_order(step);
        if (lists.size() > 1 && step.action != Action::manual)
            add(step, "do", fmt::format("the step acts on each {} at once", fmt::join(lists, " and each ")),
                "make a step for each of them");
    }

    /// Words that only the clock of an attack would find to be wrong.
    void check_order(const Step& step) {
        check_order_word(step, "order", order_action_words);
        check_order_word(step, "subject", subject_kind_words);
        constexpr std::array<std::string_view, 2> directions = {"inbound", "outbound"};
        check_order_word(step, "direction", directions);
        if (parameter(step, "order") == to_string(OrderAction::pace) &&
            parameter(step, "subject") == to_string(SubjectKind::recipient))
            add(step, "order", "mail for one recipient cannot go in small parts",
                "write order = \"hold\", or another subject");
    }

    void check_order_word(const Step& step, std::string_view key, std::span<const std::string_view> known) {
        const std::string_view word = parameter(step, key);
        if (word.empty() || !variables_in(word).empty() || std::ranges::find(known, word) != known.end())
            return;
        add(step, key, fmt::format("an order has no {} \"{}\"", key, word),
            fmt::format("write one of: {}", fmt::join(known, ", ")));
    }

    static std::string_view parameter(const Step& step, std::string_view key) {
        const auto found = step.parameters.find(std::string(key));
        return found == step.parameters.end() ? std::string_view() : std::string_view(found->second);
    }

    void check_undo(const Step& step) {
        if (step.undo.empty()) return;
        const ActionFacts& facts = facts_of(step.action);
        const bool by_webhook = step.action == Action::webhook && step.undo.starts_with(webhook_prefix) &&
                                is_name(step.undo.substr(webhook_prefix.size()));
        const bool own = facts.undo && step.undo == to_string(*facts.undo);
        if (by_webhook || own || step.undo == "none") return;
        if (step.action == Action::webhook)
            add(step, "undo", fmt::format("\"{}\" is no undo", step.undo),
                "write \"webhook:NAME\" or \"none\"");
        else if (facts.undo)
            add(step, "undo", fmt::format("\"{}\" does not undo {}", step.undo, to_string(step.action)),
                fmt::format("write \"{}\", \"none\", or nothing", to_string(*facts.undo)));
        else
            add(step, "undo", fmt::format("{} has no undo", to_string(step.action)), "remove undo");
    }

    void check_people(const Step& step) {
        if (step.action == Action::notify && step.groups.empty())
            add(step, "groups", "nobody is told", "write groups = [\"desk\"]");
        if (step.approvals > limits::respond_approvals_max)
            add(step, "approvals", fmt::format("more than {} approvals", limits::respond_approvals_max),
                "write fewer");
        if (step.approvals > 0 && step.approvers.empty())
            add(step, "approvals", "nobody may approve", "write approvers = [\"desk\"]");
        if (step.approvals == 0 && facts_of(step.action).touches_mailboxes)
            add(step, "approvals", fmt::format("{} touches people's mailboxes", to_string(step.action)),
                "write approvals = 1 or more; approvals_above_people says for how many people it needs none");
        for (const std::string& group : step.approvers)
            if (group_kind(group) != GroupKind::listed)
                add(step, "approvers", fmt::format("\"{}\" cannot approve", group), "name a group of people");
        if (step.action == Action::manual)
            for (const std::string& group : step.groups)
                if (group_kind(group) != GroupKind::listed)
                    add(step, "groups", fmt::format("\"{}\" cannot be asked", group),
                        "name a group of people");
    }

    /// Takes steps away whose predecessors are all gone (Kahn 1962); what stays waits for itself.
    void check_cycle() {
        std::set<std::string> left;
        for (const Step& step : playbook_.steps) left.insert(step.name);
        const auto ready = [&](const std::string& name) {
            return std::ranges::none_of(steps_[name]->after,
                                        [&](const std::string& before) { return left.contains(before); });
        };
        while (std::erase_if(left, ready) > 0) {
        }
        if (left.empty() ||
            std::ranges::all_of(left, [&](const auto& name) { return contains(steps_[name]->after, name); }))
            return;
        for (const std::string& name : left)
            add(name, "after", fmt::format("these steps wait for each other: {}", fmt::join(left, ", ")),
                "remove one of them from `after`");
    }

    const Playbook& playbook_;
    std::map<std::string, const Step*> steps_;
    std::vector<Flaw> flaws_;
};

/// What playbooks, people and notices need of each other.
class SetupCheck {
public:
    explicit SetupCheck(const Setup& setup) : setup_(setup) {}

    std::vector<Flaw> run() {
        check_people();
        check_rotas();
        check_escalation();
        check_templates();
        std::set<std::string> names;
        for (const Playbook& playbook : setup_.playbooks) {
            if (!names.insert(playbook.name).second)
                add(playbook.name, {}, "name", "there are two playbooks of this name", "name them apart");
            for (Flaw& flaw : flaws_of(playbook)) flaws_.push_back(std::move(flaw));
            for (const Step& step : playbook.steps) check_step(playbook.name, step);
        }
        check_triggers();
        if (setup_.playbooks.size() > limits::respond_playbooks)
            add({}, {}, "playbooks",
                fmt::format("there are more than {} playbooks", limits::respond_playbooks), "remove some");
        return std::move(flaws_);
    }

private:
    void add(const std::string& playbook, const std::string& subject, std::string_view key,
             std::string message, std::string_view what_to_do) {
        flaws_.push_back({playbook, subject, std::string(key), std::move(message), std::string(what_to_do)});
    }

    template <typename Items, typename Field>
    void check_names(const Items& items, Field field, std::string_view what, std::size_t most) {
        std::set<std::string> seen;
        for (const auto& item : items) {
            const std::string& name = item.*field;
            if (!is_name(name))
                add({}, name, what, fmt::format("\"{}\" is no name of a {}", name, what), name_form);
            if (!seen.insert(name).second)
                add({}, name, what, fmt::format("there are two of the name \"{}\"", name), "name them apart");
        }
        if (items.size() > most)
            add({}, {}, what, fmt::format("there are more than {} of them", most), "remove some");
    }

    void check_people() {
        const Directory& directory = setup_.directory;
        check_names(directory.people, &Person::id, "person", limits::respond_people);
        check_names(directory.groups, &Group::name, "group", limits::respond_groups);
        if (find_group(directory, desk_group) == nullptr)
            add({}, std::string(desk_group), "group", "there is no group \"desk\"",
                "write it: whatever waits for a person is told to it");
        for (const Person& person : directory.people) {
            if (person.channels.empty())
                add({}, person.id, "channels", fmt::format("{} cannot be reached", person.id),
                    "write an address of mail, a webhook, or syslog");
            if (person.channels.size() > limits::respond_channels)
                add({}, person.id, "channels", fmt::format("more than {} channels", limits::respond_channels),
                    "remove some");
        }
        for (const Group& group : directory.groups) {
            if (group_kind(group.name) != GroupKind::listed)
                add({}, group.name, "group", fmt::format("\"{}\" is a group by itself", group.name),
                    "give the group another name");
            for (const std::string& id : group.people)
                if (find_person(directory, id) == nullptr) unknown_person(group.name, id);
            if (!group.rota.empty() && find_rota(directory, group.rota) == nullptr)
                add({}, group.name, "rota", fmt::format("there is no rota \"{}\"", group.rota),
                    "name a rota");
            if (group.people.empty() && group.rota.empty())
                add({}, group.name, "people", "nobody is in the group", "name people, or a rota");
        }
    }

    void unknown_person(const std::string& where, const std::string& id) {
        add({}, where, "people", fmt::format("there is no person \"{}\"", id), "name somebody who is listed");
    }

    void check_rotas() {
        check_names(setup_.directory.rotas, &Rota::name, "rota", limits::respond_rotas);
        for (const Rota& rota : setup_.directory.rotas) {
            for (const std::string& id : rota.turns)
                if (!id.empty() && find_person(setup_.directory, id) == nullptr)
                    unknown_person(rota.name, id);
            for (const RotaOverride& one : rota.overrides) {
                if (!one.person.empty() && find_person(setup_.directory, one.person) == nullptr)
                    unknown_person(rota.name, one.person);
                if (one.from >= one.until)
                    add({}, rota.name, "override", "the override ends before it begins", "mend its times");
            }
            if (rota.turns.empty() || rota.turn_hours == 0)
                add({}, rota.name, "turns", "nobody has a turn", "name people, and hours of a turn");
        }
    }

    void check_escalation() {
        const Directory& directory = setup_.directory;
        for (const EscalationLevel& level : directory.escalation)
            check_group({}, {}, "escalation", level.group, GroupsAllowed::listed);
        if (directory.escalation.empty())
            add({}, {}, "escalation", "nobody is paged", "name at least one level of the escalation");
        if (directory.escalation.size() > limits::respond_levels ||
            directory.escalation_rounds > limits::respond_rounds || directory.escalation_rounds == 0)
            add({}, {}, "escalation",
                fmt::format("there may be 1 to {} levels and 1 to {} rounds", limits::respond_levels,
                            limits::respond_rounds),
                "change them");
    }

    void check_templates() {
        check_names(setup_.templates, &NoticeTemplate::name, "notice", limits::respond_templates);
        for (std::string_view name : needed_templates())
            if (find_template(setup_, name) == nullptr)
                add({}, std::string(name), "notice", fmt::format("there is no notice \"{}\"", name),
                    "write it: it is sent whatever the playbooks say");
        for (const NoticeTemplate& one : setup_.templates)
            for (const std::string* text : {&one.subject, &one.text})
                for (const std::string& variable : variables_in(*text))
                    if (!contains(variable_names(), variable))
                        add({}, one.name, "notice", fmt::format("there is no variable {{{}}}", variable),
                            fmt::format("there are {}", fmt::join(variable_names(), ", ")));
    }

    enum class GroupsAllowed : std::uint8_t { listed, all };
    void check_group(const std::string& playbook, const std::string& step, std::string_view key,
                     const std::string& group, GroupsAllowed allowed) {
        if (allowed == GroupsAllowed::all && group_kind(group) != GroupKind::listed) return;
        if (find_group(setup_.directory, group) == nullptr)
            add(playbook, step, key, fmt::format("there is no group \"{}\"", group),
                "name a group of people");
    }

    void check_step(const std::string& playbook, const Step& step) {
        for (const std::string& group : step.groups)
            check_group(playbook, step.name, "groups", group, GroupsAllowed::all);
        std::set<std::string> people;
        for (const std::string& group : step.approvers) {
            check_group(playbook, step.name, "approvers", group, GroupsAllowed::listed);
            if (const Group* known = find_group(setup_.directory, group)) {
                people.insert(known->people.begin(), known->people.end());
                if (const Rota* rota = find_rota(setup_.directory, known->rota))
                    people.insert(rota->turns.begin(), rota->turns.end());
            }
        }
        if (step.approvals > 0 && !people.empty() && people.size() < step.approvals)
            add(playbook, step.name, "approvers",
                fmt::format("{} approvals are needed, and {} may approve", step.approvals, people.size()),
                "name larger groups, or fewer approvals");
        const auto name = step.parameters.find("template");
        if (name != step.parameters.end() && find_template(setup_, name->second) == nullptr)
            add(playbook, step.name, "template", fmt::format("there is no notice \"{}\"", name->second),
                "write the notice, or name another");
    }

    /// Of two playbooks for one trigger only the first would ever run, unless it has conditions.
    void check_triggers() {
        std::map<Trigger, std::string> sure;
        for (const Playbook& playbook : setup_.playbooks)
            for (const Trigger trigger : playbook.triggers) {
                if (trigger == Trigger::by_hand) continue;
                if (const auto first = sure.find(trigger); first != sure.end())
                    add(playbook.name, {}, "triggers",
                        fmt::format("\"{}\" always starts {}, which stands before", to_string(trigger),
                                    first->second),
                        "remove it, or give the first one conditions");
                else if (playbook.conditions.empty())
                    sure.emplace(trigger, playbook.name);
            }
    }

    const Setup& setup_;
    std::vector<Flaw> flaws_;
};

}  // namespace

std::vector<Flaw> flaws_of(const Playbook& playbook) {
    return PlaybookCheck(playbook).run();
}

std::vector<Flaw> flaws_of(const Setup& setup) {
    return SetupCheck(setup).run();
}

const Playbook* find_playbook(const Setup& setup, std::string_view name) {
    const auto found = std::ranges::find(setup.playbooks, name, &Playbook::name);
    return found == setup.playbooks.end() ? nullptr : &*found;
}

const NoticeTemplate* find_template(const Setup& setup, std::string_view name) {
    const auto found = std::ranges::find(setup.templates, name, &NoticeTemplate::name);
    return found == setup.templates.end() ? nullptr : &*found;
}

}  // namespace tocsin::respond
