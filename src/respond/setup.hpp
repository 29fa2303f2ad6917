// Everything that people decide before anything happens: who is there, what is done, what is said, how long it may take. It is
// an event, so that what is done over again after a crash is done by the same rules.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "respond/people.hpp"
#include "respond/playbook.hpp"

namespace tocsin::respond {

/// Minutes for each severity, 1 first. The defaults follow the anchors of docs/design/respond.md.
inline constexpr std::array<DutyMinutes, 4> default_duties = {{
    {5, 15, 60, 24 * 60},
    {15, 30, 4 * 60, 3 * 24 * 60},
    {60, 60, 24 * 60, 7 * 24 * 60},
    {0, 24 * 60, 7 * 24 * 60, 14 * 24 * 60},
}};

struct Setup {
    Directory directory;
    std::vector<Playbook> playbooks;  ///< of several that fit the first one runs
    std::vector<NoticeTemplate> templates;
    std::array<DutyMinutes, 4> duties = default_duties;
    Severity page_from = Severity::s2;  ///< an incident at least as bad pages who is on call
};

/// What is wrong with a setup, in words, and where: a playbook and the number of a step in it.
struct Flaw {
    std::string playbook;  ///< empty: people or notices
    std::string subject;   ///< step, person, group, rota or template; empty: the playbook as a whole
    std::string key;       ///< "after", "undo", "groups" ...
    std::string message;   ///< what is wrong
    std::string what_to_do;
};

/// All that is wrong with one playbook by itself: its names, what it waits for, what its actions need, variables, undo.
[[nodiscard]] std::vector<Flaw> flaws_of(const Playbook& playbook);
/// All that is wrong with a setup as a whole: the above, and groups, templates, people and triggers that do not fit together.
[[nodiscard]] std::vector<Flaw> flaws_of(const Setup& setup);

[[nodiscard]] const Playbook* find_playbook(const Setup& setup, std::string_view name);
[[nodiscard]] const NoticeTemplate* find_template(const Setup& setup, std::string_view name);

}  // namespace tocsin::respond
