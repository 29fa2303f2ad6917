// What the response is told. The list of these is its journal: the same list gives the same state and the same effects.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/incident.hpp"
#include "respond/report.hpp"
#include "respond/setup.hpp"

namespace tocsin::respond {

/// People, playbooks, notices and clocks are from now on these.
struct SetupChanged {
    std::shared_ptr<const Setup> setup;
};
/// A report is stored. The same id a second time changes nothing.
struct ReportTaken {
    std::string report;
    Way way{};
    std::string reporter;
    Authenticated authenticated{};
    Deed deed{};
    std::string evidence;
    std::string note;
};
/// A reader has read it.
struct ReportRead {
    std::string report;
    ReportFacts facts;
};
/// Somebody who may, or the judge, says what an incident is. Can be said again when it turns out otherwise.
struct VerdictGiven {
    std::string incident;
    Verdict verdict{};
    std::optional<Severity> severity;
    std::string why;
};
/// An alarm of the watch was answered; only `not_us` opens an incident.
struct WatchAlarmAnswered {
    std::string alarm;
    AlarmAbout about{};
    AlarmAnswer answer{};
    std::string customer, credential, sender, list;
    std::string note;
};
/// Malware was found in what a customer sends. More of it from the same customer joins the open incident.
struct MalwareLeft {
    std::string record, customer, credential, sender, file;
    std::string name;  ///< of the malware
};
/// An address that nobody has got mail, or was used: its list or the sending machines are in other hands.
struct CanaryHit {
    std::string canary;
    CanaryKind about{};
    std::string customer, list;
};
/// `playbook`: empty, or the name of one that runs at once. `victims`: addresses of people who gave credentials away.
struct OpenedByHand {
    std::string title;
    Severity severity{};
    std::string playbook;
    Values values;
    std::string note;
    std::vector<std::string> victims = {};
};
/// Id of the incident that opens by hand with the event of this id.
[[nodiscard]] std::string incident_by_hand(std::string_view event);
struct TouchedPerson {
    std::string address;
    Deed deed{};
};
/// People are known to have got the mail, or to have done more.
struct PeopleTouched {
    std::string incident;
    std::vector<TouchedPerson> people;
    std::uint32_t run = 0;  ///< not 0: a dry run, and it alone reckons with them
};
struct RunStarted {
    std::string incident, playbook;
    RunKind kind{};
};
struct RunUndone {
    std::string incident;
    std::uint32_t run = 0;
    std::string why;
};
struct Approval {
    std::string incident;
    std::uint32_t run = 0;
    std::string step;
    ApprovalAnswer answer{};
    std::string note;
};
struct ManualDone {
    std::string incident;
    std::uint32_t run = 0;
    std::string step;
    ManualOutcome outcome{};
    std::string note;
};
/// A step that failed or ran out of time is tried again, with the same keys.
struct StepRetried {
    std::string incident;
    std::uint32_t run = 0;
    std::string step;
};
/// Written down before an effect is tried. Refused (conflict): it is no longer wanted and must not be done.
struct EffectAttempted {
    EffectKey key;
};
struct EffectSucceeded {
    EffectKey key;
    std::string outcome;
};
struct EffectFailed {
    EffectKey key;
    Retry retry{};
    std::string reason;
};
struct Acknowledged {
    std::string incident;
};
/// `incident` is shown and answered as part of `into`. Nothing is copied, so that unmerging gives back exactly what was.
struct IncidentsMerged {
    std::string incident, into;
};
struct IncidentUnmerged {
    std::string incident;
};
/// Reports that do not belong to the others of the incident get one of their own.
struct ReportsSplit {
    std::string incident;
    std::vector<std::string> reports;
};
struct IncidentClosed {
    std::string incident;
    ClosedAs as{};
    std::string note;
};
struct OwnerSet {
    std::string incident, owner;
};
struct SeveritySet {
    std::string incident;
    Severity severity{};
    std::string why;
};
struct StateSet {
    std::string incident;
    IncidentState state{};
};
struct NoteAdded {
    std::string incident, text;
};
struct OverrideAdded {
    std::string rota;
    RotaOverride turn;
};
/// Time goes on. It need not be written down: what comes due is done at the moment for which it was due, whenever that is seen.
struct Tick {};

using EventBody =
    std::variant<SetupChanged, ReportTaken, ReportRead, VerdictGiven, WatchAlarmAnswered, MalwareLeft,
                 CanaryHit, OpenedByHand, PeopleTouched, RunStarted, RunUndone, Approval, ManualDone,
                 StepRetried, EffectAttempted, EffectSucceeded, EffectFailed, Acknowledged, IncidentsMerged,
                 IncidentUnmerged, ReportsSplit, IncidentClosed, OwnerSet, SeveritySet, StateSet, NoteAdded,
                 OverrideAdded, Tick>;

struct Event {
    std::string id;  ///< make_id()
    TimePoint time;  ///< Response::stamp(): never before what was seen last
    std::string by;  ///< id of a person, or the name of a part of Tocsin
    EventBody what;
};

/// The word for a kind of event: "report_taken".
[[nodiscard]] std::string_view kind_of(const Event& event);

/// Ids have up to limits::respond_id_bytes letters, digits, hyphens and underscores: keys are made of them.
[[nodiscard]] bool is_id(std::string_view text);

/// Whether all texts and lists of an event are within their limits and its ids are ids. Errors: invalid_input, limit.
[[nodiscard]] Result<void> check_bounds(const Event& event);

}  // namespace tocsin::respond
