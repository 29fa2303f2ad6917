// Every type that an event is made of, shown member by member to an archive: one that writes JSON, one that reads it, one that
// says which members there are, one that looks whether texts and lists are within their limits. One list of members for the four,
// so that none can be forgotten.
//
// An archive has: id (needed, is_id), source_id (an incident's id will be made of it), name, text, needed_text, long_text, texts,
// word, words, optional_word, small, time, fingerprint, map, shared, list(name, vector, most), inner(name, value) and
// needed_inner, which show their members in turn.
#pragma once

#include <concepts>
#include <type_traits>

#include "base/limits/respond.hpp"
#include "respond/event.hpp"

namespace tocsin::respond {

/// T is U, const or not: what is written is const, what is read is not.
template <typename T, typename U>
concept Shows = std::same_as<std::remove_const_t<T>, U>;

// ---- people -------------------------------------------------------------------------------------------------------------
template <typename Archive, Shows<Channel> T>
void describe(Archive& to, T& value) {
    to.word("kind", value.kind);
    to.needed_text("address", value.address);
}
template <typename Archive, Shows<Person> T>
void describe(Archive& to, T& value) {
    to.name("id", value.id);
    to.text("name", value.name);
    to.list("channels", value.channels, limits::respond_channels);
}
template <typename Archive, Shows<Group> T>
void describe(Archive& to, T& value) {
    to.name("name", value.name);
    to.texts("people", value.people, limits::respond_people);
    to.text("rota", value.rota);
}
template <typename Archive, Shows<RotaOverride> T>
void describe(Archive& to, T& value) {
    to.text("person", value.person);
    to.time("from", value.from);
    to.time("until", value.until);
}
template <typename Archive, Shows<Rota> T>
void describe(Archive& to, T& value) {
    to.name("name", value.name);
    to.texts("turns", value.turns, limits::respond_list_entries);
    to.time("begins", value.begins);
    to.small("turn_hours", value.turn_hours);
    to.list("overrides", value.overrides, limits::respond_overrides);
}
template <typename Archive, Shows<EscalationLevel> T>
void describe(Archive& to, T& value) {
    to.small("after_minutes", value.after_minutes);
    to.name("group", value.group);
}

// ---- playbooks ----------------------------------------------------------------------------------------------------------
template <typename Archive, Shows<Step> T>
void describe(Archive& to, T& value) {
    to.name("name", value.name);
    to.word("do", value.action);
    to.texts("after", value.after, limits::respond_words);
    to.words("only_if", value.conditions, limits::respond_words);
    to.map("parameters", value.parameters);
    to.texts("groups", value.groups, limits::respond_words);
    to.texts("approvers", value.approvers, limits::respond_words);
    to.small("approvals", value.approvals);
    to.small("approvals_above_people", value.approvals_above_people);
    to.small("retries", value.retries);
    to.small("retry_seconds", value.retry_seconds);
    to.small("deadline_minutes", value.deadline_minutes);
    to.word("on_failure", value.on_failure);
    to.word("urgency", value.urgency);
    to.optional_word("reaches", value.reaches);
    to.text("undo", value.undo);
}
template <typename Archive, Shows<Playbook> T>
void describe(Archive& to, T& value) {
    to.name("name", value.name);
    to.text("title", value.title);
    to.words("triggers", value.triggers, limits::respond_words);
    to.words("only_if", value.conditions, limits::respond_words);
    to.optional_word("severity", value.severity);
    to.list("steps", value.steps, limits::respond_steps);
}
template <typename Archive, Shows<NoticeTemplate> T>
void describe(Archive& to, T& value) {
    to.name("name", value.name);
    to.text("subject", value.subject);
    to.long_text("text", value.text);
}
template <typename Archive, Shows<DutyMinutes> T>
void describe(Archive& to, T& value) {
    to.small("acknowledge", value.acknowledge);
    to.small("verify", value.verify);
    to.small("contain", value.contain);
    to.small("recover", value.recover);
}
template <typename Archive, Shows<Setup> T>
void describe(Archive& to, T& value) {
    to.list("people", value.directory.people, limits::respond_people);
    to.list("groups", value.directory.groups, limits::respond_groups);
    to.list("rotas", value.directory.rotas, limits::respond_rotas);
    to.list("escalation", value.directory.escalation, limits::respond_levels);
    to.small("escalation_rounds", value.directory.escalation_rounds);
    to.small("escalation_round_minutes", value.directory.escalation_round_minutes);
    to.list("playbooks", value.playbooks, limits::respond_playbooks);
    to.list("notices", value.templates, limits::respond_templates);
    to.inner("severity_1_minutes", value.duties[0]);
    to.inner("severity_2_minutes", value.duties[1]);
    to.inner("severity_3_minutes", value.duties[2]);
    to.inner("severity_4_minutes", value.duties[3]);
    to.word("page_from", value.page_from);
}

// ---- facts --------------------------------------------------------------------------------------------------------------
template <typename Archive, Shows<ReportFacts> T>
void describe(Archive& to, T& value) {
    to.word("grade", value.grade);
    to.word("judged_as", value.judged_as);
    to.word("direction", value.direction);
    to.fingerprint("text_fingerprint", value.text_fingerprint);
    to.fingerprint("page_fingerprint", value.page_fingerprint);
    to.text("sender", value.sender);
    to.word("sender_authenticated", value.sender_authenticated);
    to.optional_word("passed_our_gate", value.passed_our_gate);
    to.text("subject", value.subject);
    to.text("customer", value.customer);
    to.text("drill", value.drill);
    to.texts("urls", value.urls, limits::respond_list_entries);
    to.texts("hosts", value.hosts, limits::respond_list_entries);
    to.texts("hashes", value.hashes, limits::respond_list_entries);
}
template <typename Archive, Shows<Values> T>
void describe(Archive& to, T& value) {
    to.texts("customers", value.customers, limits::respond_values);
    to.texts("senders", value.senders, limits::respond_values);
    to.texts("urls", value.urls, limits::respond_values);
    to.texts("hosts", value.hosts, limits::respond_values);
    to.texts("credentials", value.credentials, limits::respond_values);
    to.texts("files", value.files, limits::respond_values);
    to.texts("texts", value.texts, limits::respond_values);
    to.texts("lists", value.lists, limits::respond_values);
}
template <typename Archive, Shows<TouchedPerson> T>
void describe(Archive& to, T& value) {
    to.needed_text("address", value.address);
    to.word("deed", value.deed);
}

// ---- events -------------------------------------------------------------------------------------------------------------
template <typename Archive, Shows<SetupChanged> T>
void describe(Archive& to, T& value) {
    to.shared("setup", value.setup);
}
template <typename Archive, Shows<ReportTaken> T>
void describe(Archive& to, T& value) {
    to.source_id("report", value.report);
    to.word("way", value.way);
    to.text("reporter", value.reporter);
    to.word("authenticated", value.authenticated);
    to.word("deed", value.deed);
    to.text("evidence", value.evidence);
    to.text("note", value.note);
}
template <typename Archive, Shows<ReportRead> T>
void describe(Archive& to, T& value) {
    to.id("report", value.report);
    to.inner("facts", value.facts);
}
template <typename Archive, Shows<VerdictGiven> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.word("verdict", value.verdict);
    to.optional_word("severity", value.severity);
    to.text("why", value.why);
}
template <typename Archive, Shows<WatchAlarmAnswered> T>
void describe(Archive& to, T& value) {
    to.source_id("alarm", value.alarm);
    to.word("about", value.about);
    to.word("answer", value.answer);
    to.text("customer", value.customer);
    to.text("credential", value.credential);
    to.text("sender", value.sender);
    to.text("list", value.list);
    to.text("note", value.note);
}
template <typename Archive, Shows<MalwareLeft> T>
void describe(Archive& to, T& value) {
    to.source_id("record", value.record);
    to.text("customer", value.customer);
    to.text("credential", value.credential);
    to.text("sender", value.sender);
    to.text("file", value.file);
    to.text("name", value.name);
}
template <typename Archive, Shows<CanaryHit> T>
void describe(Archive& to, T& value) {
    to.needed_text("canary", value.canary);
    to.word("about", value.about);
    to.text("customer", value.customer);
    to.text("list", value.list);
}
template <typename Archive, Shows<OpenedByHand> T>
void describe(Archive& to, T& value) {
    to.needed_text("title", value.title);
    to.word("severity", value.severity);
    to.text("playbook", value.playbook);
    to.inner("values", value.values);
    to.text("note", value.note);
    to.texts("victims", value.victims, limits::respond_values);
}
template <typename Archive, Shows<PeopleTouched> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.list("people", value.people, limits::respond_touched);
    to.small("run", value.run);
}
template <typename Archive, Shows<RunStarted> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.name("playbook", value.playbook);
    to.word("run_kind", value.kind);
}
template <typename Archive, Shows<RunUndone> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.small("run", value.run);
    to.text("why", value.why);
}
template <typename Archive, Shows<Approval> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.small("run", value.run);
    to.name("step", value.step);
    to.word("answer", value.answer);
    to.text("note", value.note);
}
template <typename Archive, Shows<ManualDone> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.small("run", value.run);
    to.name("step", value.step);
    to.word("outcome", value.outcome);
    to.text("note", value.note);
}
template <typename Archive, Shows<StepRetried> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.small("run", value.run);
    to.name("step", value.step);
}
template <typename Archive, Shows<EffectAttempted> T>
void describe(Archive& to, T& value) {
    to.needed_text("key", value.key);
}
template <typename Archive, Shows<EffectSucceeded> T>
void describe(Archive& to, T& value) {
    to.needed_text("key", value.key);
    to.text("outcome", value.outcome);
}
template <typename Archive, Shows<EffectFailed> T>
void describe(Archive& to, T& value) {
    to.needed_text("key", value.key);
    to.word("retry", value.retry);
    to.text("reason", value.reason);
}
template <typename Archive, Shows<Acknowledged> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
}
template <typename Archive, Shows<IncidentsMerged> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.id("into", value.into);
}
template <typename Archive, Shows<IncidentUnmerged> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
}
template <typename Archive, Shows<ReportsSplit> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.texts("reports", value.reports, limits::respond_list_entries);
}
template <typename Archive, Shows<IncidentClosed> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.word("as", value.as);
    to.text("note", value.note);
}
template <typename Archive, Shows<OwnerSet> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.text("owner", value.owner);
}
template <typename Archive, Shows<SeveritySet> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.word("severity", value.severity);
    to.text("why", value.why);
}
template <typename Archive, Shows<StateSet> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.word("state", value.state);
}
template <typename Archive, Shows<NoteAdded> T>
void describe(Archive& to, T& value) {
    to.id("incident", value.incident);
    to.needed_text("text", value.text);
}
template <typename Archive, Shows<OverrideAdded> T>
void describe(Archive& to, T& value) {
    to.name("rota", value.rota);
    to.needed_inner("turn", value.turn);
}
template <typename Archive, Shows<Tick> T>
void describe(Archive&, T&) {}

}  // namespace tocsin::respond
