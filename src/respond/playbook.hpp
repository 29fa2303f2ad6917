// A playbook: what is done when something happens, as data that is checked before it is used.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "respond/words.hpp"

namespace tocsin::respond {

/// One step. Steps run at once when everything in `after` has ended well; so what names nothing in common runs in parallel.
struct Step {
    std::string name;
    Action action{};
    std::vector<std::string> after;
    std::vector<Condition> conditions;              ///< all must be so, or the step is skipped
    std::map<std::string, std::string> parameters;  ///< of the action; values may have {variables}
    std::vector<std::string> groups;                ///< notify: to whom; manual: who is asked
    std::vector<std::string> approvers;             ///< groups whose people may approve
    std::uint32_t approvals = 0;                    ///< distinct people, never who asked for the run
    std::uint32_t approvals_above_people = 0;       ///< they are needed only when more people got the mail
    std::uint32_t retries = 5;
    std::uint32_t retry_seconds = 2;     ///< before the first try again; it doubles
    std::uint32_t deadline_minutes = 0;  ///< 0: none
    OnFailure on_failure = OnFailure::stop;
    Urgency urgency = Urgency::normal;     ///< of a notice
    std::optional<IncidentState> reaches;  ///< the incident is there when all steps that say so are done
    std::string undo;  ///< empty: what the action brings; "none": there is none; webhook:NAME
};

struct Playbook {
    std::string name;
    std::string title;
    std::vector<Trigger> triggers;
    std::vector<Condition> conditions;
    std::optional<Severity> severity;  ///< the incident becomes at least as bad
    std::vector<Step> steps;
};

/// The text of a notice. Both may have {variables}.
struct NoticeTemplate {
    std::string name;
    std::string subject;
    std::string text;
};

/// How long people may take, in minutes; 0: no limit.
struct DutyMinutes {
    std::uint32_t acknowledge = 0, verify = 0, contain = 0, recover = 0;
};

/// What an action needs and how it is undone.
struct ActionFacts {
    Action action{};
    EffectKind effect{};
    std::optional<EffectKind> undo;
    std::span<const std::string_view> needed, optional;  ///< names of parameters
    bool touches_mailboxes = false;
};
[[nodiscard]] const ActionFacts& facts_of(Action action);

/// What may stand in braces in parameters and notices.
[[nodiscard]] std::span<const std::string_view> variable_names();
/// Those of which an incident may have several: a step acts on each of them.
[[nodiscard]] bool has_many_values(std::string_view variable);
/// Names in braces in `text`, in their order; "{{" stands for a brace.
[[nodiscard]] std::vector<std::string> variables_in(std::string_view text);

/// Notices that the machine itself sends; a template must exist for each.
[[nodiscard]] std::span<const std::string_view> needed_templates();

}  // namespace tocsin::respond
