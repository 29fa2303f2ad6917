// The limits of the watch (docs/design/watch.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- events ---------------------------------------------------------------------------------------------------------
/// One event as a line of JSON: a record with thousands of recipients.
inline constexpr std::size_t watch_line_bytes = 4U << 20;
/// A text in an event (name of a customer, an address, a subject); the rest is cut.
inline constexpr std::size_t watch_text_bytes = 512;
/// Hosts of links and types of attachments that are looked at in one message.
/// Registrable domains of more than two labels that a reader names of one message; links to more count by their last two labels.
inline constexpr std::size_t long_registrable_domains = 64;
inline constexpr std::size_t watch_links = 256, watch_attachments = 64;
/// Lists and objects in each other in the JSON of an event; an event has two. Deep ones would cost the stack of who copies them.
inline constexpr int watch_json_depth = 8;
/// Ids of events that are remembered, so that one that comes twice counts once; the older half goes at once.
inline constexpr std::size_t watch_recent_ids = 1U << 20;
/// An event older than this, by the watch's own latest moment, is history: it is learnt and raises nothing.
inline constexpr std::int64_t watch_late_us = 48LL * 3'600 * 1'000'000;
/// An event further ahead of the latest moment than this is refused: one wrong clock must not age everything.
inline constexpr std::int64_t watch_ahead_us = 400LL * 24 * 3'600 * 1'000'000;

/// An event from outside that is further ahead of our clock is refused.
inline constexpr std::int64_t watch_clock_ahead_us = 3'600LL * 1'000'000;
/// Outcomes read from bounces and complaints that wait to be looked up; more are counted and left out.
inline constexpr std::size_t watch_outcomes_waiting = 10'000;
/// An outcome of an older message is left out.
inline constexpr std::int64_t watch_outcome_age_us = 30LL * 24 * 3'600 * 1'000'000;
/// Records of one Message-ID that are looked at.
inline constexpr std::size_t watch_outcome_records = 8;
/// Events of one request to POST /v1/events.
inline constexpr std::size_t watch_batch_events = 1'000;
/// Rows that are read at once when the watch is put together again.
inline constexpr std::size_t watch_replay_rows = 2'000;
/// The same for one answer of the API: some thousand recipients each, and mail waits while it is written.
inline constexpr std::size_t watch_export_rows = 100;
/// A snapshot is taken after so many events, or so long after the first that is not in the last one.
inline constexpr std::uint64_t watch_snapshot_events = 200'000;
inline constexpr std::int64_t watch_snapshot_interval_us = 3'600LL * 1'000'000;
/// Profiles that are put into a snapshot before mail gets the processor again; a few milliseconds.
inline constexpr std::size_t watch_snapshot_slice = 64;
/// Bytes of a snapshot that are written at once.
inline constexpr std::size_t watch_snapshot_write_bytes = 4U << 20;
/// Longest time for one snapshot, all its pauses included.
inline constexpr std::uint32_t watch_snapshot_ms = 30 * 60 * 1'000;
/// With more customers none is taken at the end: the one before and the journal give the same.
inline constexpr std::size_t watch_last_snapshot_customers = 100'000;
/// Pause between two tries to write an alarm down, and between two looks for mail that an answer let go.
inline constexpr std::uint32_t watch_follow_up_ms = 2'000;
inline constexpr std::uint32_t watch_idle_ms = 60'000;
/// Longest time that an alarm may sleep.
inline constexpr std::int64_t watch_snooze_us_max = 30LL * 24 * 3'600 * 1'000'000;
/// Messages of an alarm that a setting may let us keep.
inline constexpr std::uint32_t watch_kept_messages_max = 100'000;
/// For each answer of the mail server that takes questions to contacts.
inline constexpr std::uint32_t watch_question_ms = 15'000;
/// Before a question that could not be sent is tried again; doubled each time, this many times.
inline constexpr std::uint32_t watch_question_pause_ms = 10'000, watch_question_doublings = 6;
/// How long a customer's contact may take to answer; then the link is worth nothing.
inline constexpr std::int64_t watch_link_us = 72LL * 3'600 * 1'000'000;

// ---- owner and country of an address ----------------------------------------------------------------------------------
/// Nodes and records of a database in which, when it is opened, one value is looked for: the first records have it in every
/// database that has it at all, and a path to one has up to 128 nodes.
inline constexpr std::size_t network_database_probe_nodes = 32'768, network_database_probe_records = 256;

// ---- language of a message --------------------------------------------------------------------------------------------
/// Words of a text by which its language is told; the rest is not read. More of them tell no better, and take longer.
inline constexpr std::size_t language_text_bytes = 2U << 10;
/// Letters from which on a text has a language: two or three sentences. Fewer are a name, an address, a button.
inline constexpr std::size_t language_letters_min = 120;
/// A language in a report or an event: ISO 639-1 has two letters, and 639-3 three for those that it has not.
inline constexpr std::size_t language_code_bytes = 8;

// ---- a customer's profile ---------------------------------------------------------------------------------------------
inline constexpr std::size_t watch_link_domains = 256;
/// Senders, Reply-To, display names, networks, devices, keys, types of attachments, each.
inline constexpr std::size_t watch_values = 48;
inline constexpr std::size_t watch_recipient_domains = 128;
/// Text of a value as it is shown; a longer one is cut, its hash is of the whole.
inline constexpr std::size_t watch_value_text_bytes = 64;
inline constexpr std::size_t watch_audience_sample = 1'024;
inline constexpr std::size_t watch_templates = 32;
inline constexpr std::size_t watch_suspicions = 256;
inline constexpr std::size_t watch_account_events = 32;
inline constexpr std::size_t watch_credentials = 16;
/// Campaigns that are under way at one customer; the one that was quiet for longest is forgotten, and would be judged anew.
inline constexpr std::size_t watch_open_campaigns = 16;
inline constexpr std::size_t watch_campaign_links = 64;
/// Only who was quiet for so long may be put away: a new link at two customers within a day raises an alarm at both, and mail
/// that comes late counts as of its own time.
inline constexpr std::int64_t watch_quiet_us = 96LL * 3'600 * 1'000'000;
/// Profiles that are put away in one go, in one transaction.
inline constexpr std::size_t watch_put_away_batch = 64;
/// Profiles that a setting may let us keep in memory: 4 KiB each where customers send newsletters, below 100 KB for one who uses
/// everything up.
inline constexpr std::uint32_t watch_customers_in_memory_max = 10'000'000;
/// Alarms that are kept in memory to be answered; the oldest closed ones go first.
inline constexpr std::size_t watch_alarms = 10'000;
/// Campaigns that are named in one alarm; the rest are counted.
inline constexpr std::size_t watch_alarm_campaigns = 32;
/// Values that a release of one alarm teaches: what comes beyond them is judged anew when it is sent again.
inline constexpr std::size_t watch_alarm_values = 512;
/// Events that were seen and are not on disk yet, while the store takes none: then no further one is taken over the API.
inline constexpr std::size_t watch_unwritten = 20'000;
/// What one event may count: a billion bounces.
inline constexpr std::uint64_t watch_count_max = 1'000'000'000;

// ---- across customers -------------------------------------------------------------------------------------------------
inline constexpr std::size_t watch_common_domains = 1U << 18;
/// Recipients of whom it is known whose lists they are on; a sample of all.
inline constexpr std::size_t watch_shared_recipients = 1U << 18;
inline constexpr std::size_t watch_group_values = 1U << 16;
inline constexpr std::size_t watch_group_customers = 8;
inline constexpr std::size_t watch_population_suspicions = 4'096;

}  // namespace tocsin::limits
