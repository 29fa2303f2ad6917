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
/// Ids of events that are remembered, so that one that comes twice counts once; the older half goes at once.
inline constexpr std::size_t watch_recent_ids = 1U << 20;
/// An event older than this, by the watch's own latest moment, is history: it is learnt and raises nothing.
inline constexpr std::int64_t watch_late_us = 48LL * 3'600 * 1'000'000;
/// An event further ahead of the latest moment than this is refused: one wrong clock must not age everything.
inline constexpr std::int64_t watch_ahead_us = 400LL * 24 * 3'600 * 1'000'000;

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
/// Alarms that are kept in memory to be answered; the oldest closed ones go first.
inline constexpr std::size_t watch_alarms = 10'000;
/// Campaigns that are named in one alarm; the rest are counted.
inline constexpr std::size_t watch_alarm_campaigns = 32;

// ---- across customers -------------------------------------------------------------------------------------------------
inline constexpr std::size_t watch_common_domains = 1U << 18;
inline constexpr std::size_t watch_group_values = 1U << 16;
inline constexpr std::size_t watch_group_customers = 8;
inline constexpr std::size_t watch_population_suspicions = 4'096;

}  // namespace tocsin::limits
