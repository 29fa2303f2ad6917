// The limits of the response (docs/design/respond.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- events ---------------------------------------------------------------------------------------------------------
/// An id of a report, an alarm, a record, an event: keys of effects are made of it, and those become ids of orders, Message-IDs
/// and fields of HTTP.
inline constexpr std::size_t respond_id_bytes = 96;
/// A name of a person, a group, a step, a template, a playbook.
inline constexpr std::size_t respond_name_bytes = 64;
/// Any text in an event: a note, an address, a URL. A longer one is refused: who takes it in cuts it.
inline constexpr std::size_t respond_text_bytes = 2'048;
/// The text of a notice, of a manual step.
inline constexpr std::size_t respond_notice_bytes = 8U << 10;
/// Entries of one list of texts in an event: hosts, URLs, hashes, reports.
inline constexpr std::size_t respond_list_entries = 256;
/// One event as a line of JSON; one that brings people and playbooks is the largest.
inline constexpr std::size_t respond_line_bytes = 32U << 20;
/// Lists and objects in each other in the JSON of an event; deeper ones would cost the stack of who reads them.
inline constexpr int respond_json_depth = 12;
/// An event further ahead of all others than this is refused: one wrong clock must not let every deadline pass.
inline constexpr std::int64_t respond_ahead_us = 400LL * 24 * 3'600 * 1'000'000;

/// Canaries that are looked for. Each costs a search of the journal at the start.
inline constexpr std::size_t canaries = 200;
/// Hits of one canary that are told in a window: more say nothing new.
inline constexpr std::size_t canary_hits_told = 20;
inline constexpr std::int64_t canary_window_us = 3'600LL * 1'000'000;

// ---- reports and triage -----------------------------------------------------------------------------------------------
/// Reports that are kept in memory. More are refused by name, and whoever brings them tries again: none is thrown away.
inline constexpr std::size_t respond_reports = 500'000;
/// A report that no reader has read by then goes to the desk unread.
inline constexpr std::int64_t respond_read_us = 60LL * 1'000'000;
/// Of the reporter's own words in the title of an incident, where no mail gives it one.
inline constexpr std::size_t report_title_bytes = 100;
/// A cluster takes reports until so long after its latest.
inline constexpr std::int64_t respond_cluster_us = 7LL * 24 * 3'600 * 1'000'000;
/// Addresses of whom it is remembered how often they were right; the one with the fewest reports goes first.
inline constexpr std::size_t respond_reporters = 200'000;

// ---- incidents --------------------------------------------------------------------------------------------------------
/// Incidents in memory, closed ones included; the ones closed for longest go first.
inline constexpr std::size_t respond_incidents = 20'000;
/// Of them, those that reports may open while so many are there.
inline constexpr std::size_t respond_incidents_of_reports = 19'000;
/// A closed incident can be looked at and undone for so long; then it is history, in the store only.
inline constexpr std::int64_t respond_closed_us = 90LL * 24 * 3'600 * 1'000'000;
/// Entries of one time line; further ones are counted.
inline constexpr std::size_t respond_timeline = 5'000;
/// Runs of playbooks in one incident.
inline constexpr std::size_t respond_runs = 32;
/// People that an incident knows to have got, opened or answered the mail; further ones are counted.
inline constexpr std::size_t respond_touched = 20'000;
/// Values of one kind (senders, URLs, customers ...) that an incident collects, and that one step acts on.
inline constexpr std::size_t respond_values = 64;
/// Incidents that may be merged into one.
inline constexpr std::size_t respond_merged = 256;

// ---- playbooks --------------------------------------------------------------------------------------------------------
inline constexpr std::size_t respond_playbooks = 200, respond_steps = 64, respond_approvals_max = 10;
inline constexpr std::uint32_t respond_retries_max = 100;
inline constexpr std::uint32_t respond_deadline_minutes_max = 60 * 24 * 90;
/// Values that lists of a playbook may have: groups, conditions, steps that come before.
inline constexpr std::size_t respond_words = 32;

// ---- effects ----------------------------------------------------------------------------------------------------------
/// Effects that one incident may have made; a step that needs more fails and says so.
inline constexpr std::size_t respond_effects = 50'000;
/// An effect that was begun and of which nothing was heard is taken for lost after so long.
inline constexpr std::int64_t respond_result_us = 120LL * 1'000'000;
/// The same for what is done in mailboxes: ten thousand of them take a while.
inline constexpr std::int64_t respond_mailbox_result_us = 7'200LL * 1'000'000;
/// First pause before a try again; it doubles up to the longest.
inline constexpr std::int64_t respond_retry_us = 2LL * 1'000'000, respond_retry_us_max = 300LL * 1'000'000;
/// What is urgent waits less, and is tried for most of an hour.
inline constexpr std::int64_t respond_urgent_retry_us_max = 30LL * 1'000'000;
inline constexpr std::uint32_t respond_urgent_retries = 100;
inline constexpr std::uint32_t respond_notice_retries = 8;
/// An undo is tried oftener than what it undoes: it gives people back what was taken from them.
inline constexpr std::uint32_t respond_undo_retries = 20;
/// What an effect answered, as it is kept.
inline constexpr std::size_t respond_outcome_bytes = 512;

// ---- people and notices -----------------------------------------------------------------------------------------------
inline constexpr std::size_t respond_people = 10'000, respond_groups = 200, respond_rotas = 100;
inline constexpr std::size_t respond_channels = 4, respond_overrides = 1'000, respond_templates = 200;
/// People that one notice goes to; a larger group is cut, and the time line says how many were left out.
inline constexpr std::size_t respond_notice_people = 10'000;
/// Levels of an escalation, and how often all of them are gone through.
inline constexpr std::size_t respond_levels = 10, respond_rounds = 5;
/// An urgent notice that has not gone out so long after it was due raises the auditor's alarm.
inline constexpr std::int64_t respond_audit_us = 30LL * 1'000'000;
/// How far ahead gaps of a rota may be looked for.
inline constexpr std::int64_t respond_gap_us_max = 366LL * 24 * 3'600 * 1'000'000;

}  // namespace tocsin::limits
