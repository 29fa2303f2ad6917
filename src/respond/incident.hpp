// An incident with all that was done about it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "respond/effect.hpp"
#include "respond/playbook.hpp"
#include "respond/words.hpp"

namespace tocsin::respond {

/// A fact or an act: who (a person's id, or the name of a part of Tocsin) and what, in words.
struct TimelineEntry {
    TimePoint time;
    std::string by;
    std::string text;
};

/// What is known to be hostile or concerned; each list without repetition, at most limits::respond_values.
struct Values {
    std::vector<std::string> customers, senders, urls, hosts, credentials, files, texts, lists;
};

/// What the machine keeps of an effect that it made.
struct EffectRow {
    EffectKey key;
    EffectKind kind{};
    RunKind run_kind = RunKind::real;
    Repeat repeat{};
    Urgency urgency{};
    EffectState state = EffectState::waiting;
    TimePoint asked;  ///< when it was first due
    TimePoint due;    ///< of the next try
    TimePoint tried;  ///< latest try
    TimePoint ended;
    std::uint32_t attempts = 0, retries = 0;
    std::int64_t retry_us = 0, retry_us_max = 0;
    std::uint64_t number = 0;  ///< order in which all effects were made
    std::string incident, step, undoes;
    std::uint32_t run = 0;  ///< 0: none
    std::map<std::string, std::string> parameters;
    NoticeKind notice{};
    Target target;
    std::string outcome;
    bool uncertain = false;  ///< tried, and nothing heard of it: it may have been done
    /// Somebody of this process has it. No part of the state: after a restart nobody has.
    bool given = false;
};

/// A notice as people see it.
struct Notice {
    EffectKey key;
    RunKind run_kind{};  ///< dry: nobody is told
    NoticeKind kind{};
    Target target;
    std::string text_name;  ///< of its template
    TimePoint due;
    EffectState state{};
};

struct ApprovalEntry {
    std::string by;
    ApprovalAnswer answer{};
    TimePoint time;
};

struct StepRun {
    StepState state = StepState::waiting;
    TimePoint started, ended;
    std::vector<ApprovalEntry> approvals;
    std::vector<EffectKey> effects;
    std::string note;
    bool overdue = false;
};

/// A playbook as it was when the run began, and how far it is.
struct Run {
    std::uint32_t number = 0;  ///< within its incident, from 1
    std::string begun_by;      ///< id of the event
    std::shared_ptr<const Playbook> playbook;
    RunKind kind = RunKind::real;
    std::string requested_by;
    std::vector<std::string> victims;   ///< addresses for which it began: who gave credentials away
    std::map<std::string, Deed> found;  ///< of a dry run: who got it, which the incident is not told
    RunState state = RunState::running;
    TimePoint started, ended;
    std::vector<StepRun> steps;  ///< as in the playbook
};

/// One level of the escalation as it was frozen: when, and whom.
struct PageLevel {
    TimePoint due;
    std::vector<Target> targets;
    std::vector<EffectKey> keys;  ///< of the page to each of them
};

/// Who is paged when, decided once at the start: later changes of people and rotas change other incidents.
struct PagePlan {
    TimePoint started;
    std::vector<PageLevel> levels;
    std::optional<TimePoint> stopped;  ///< by an acknowledgement, a verdict, the end of the incident
};

struct DutyClock {
    std::optional<TimePoint> due, met;
    bool passed = false;
};

struct Incident {
    std::string id;
    std::uint64_t number = 0;
    Source source{};
    std::optional<Trigger> trigger;
    std::string title;
    std::string opened_by;
    TimePoint opened, closed;
    IncidentState state = IncidentState::reported;
    Verdict verdict = Verdict::unknown;
    Severity severity = Severity::s3;
    ClosedAs closed_as = ClosedAs::open;
    std::string owner;
    std::array<DutyClock, words<Duty>.size()> duties;
    std::vector<TimelineEntry> timeline;
    std::uint64_t timeline_more = 0;
    std::string cluster;                  ///< its reports, if it has any
    std::vector<std::string> evidence;    ///< records of the journal, hashes of what is kept
    Values values;                        ///< told directly; what reports say is theirs
    std::map<std::string, Deed> touched;  ///< address → the worst that is known
    std::uint64_t touched_more = 0;
    std::deque<Run> runs;  ///< references stay good when one more begins
    std::optional<PagePlan> pages;
    std::string acknowledged_by;
    TimePoint acknowledged;
    std::string merged_into;
    std::vector<std::string> merged;
    std::set<EffectKey> effects;

    [[nodiscard]] bool is_open() const { return closed_as == ClosedAs::open; }
    [[nodiscard]] bool is_acknowledged() const { return !acknowledged_by.empty(); }
    [[nodiscard]] DutyClock& duty(Duty which) { return duties[static_cast<std::size_t>(which)]; }
    [[nodiscard]] const DutyClock& duty(Duty which) const { return duties[static_cast<std::size_t>(which)]; }
};

/// What the incident's playbooks have done, can be taken back and is not: a line for each run, with the command that does it.
[[nodiscard]] std::vector<std::string> what_stays(const Incident& incident);

}  // namespace tocsin::respond
