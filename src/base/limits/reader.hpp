// Limits of what one confined child may use, and of what it and the daemon say to each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Address space of a child beyond what the template had mapped when it forked.
inline constexpr std::size_t reader_memory_bytes = 1536U << 20;
/// Scratch folder of a child, for engines that insist on temporary files.
inline constexpr std::size_t reader_scratch_bytes = 512U << 20;
/// Wall clock for one message, kept by the daemon.
inline constexpr std::uint32_t reader_deadline_ms = 30'000;
/// Processor time of a child as a backstop behind the wall clock.
inline constexpr std::uint32_t reader_cpu_s = 120;
/// Time a template has to fork a child that is ready; one that needs longer hangs, and is replaced.
inline constexpr std::uint32_t template_fork_ms = 10'000;
/// Messages that one child reads before it is replaced, and how long after its first one it may begin another. A busy child is
/// replaced by the number: each new one learns mailings and expressions anew. A child with little to do is replaced by the clock,
/// so that who took it over sees the mail of minutes and not of days.
inline constexpr std::uint32_t reader_messages = 1000;
inline constexpr std::uint32_t reader_life_ms = 10 * 60 * 1000;
/// Time a template has to load its engines.
inline constexpr std::uint32_t template_start_ms = 180'000;
/// One datagram from a reader. A larger one is cut by the kernel, and that is the outcome `violated`.
inline constexpr std::size_t reply_bytes = 128U << 10;
/// One request to a reader: an id, a file name, a recipient.
inline constexpr std::size_t request_bytes = 8U << 10;
/// One word between daemon and template; the longest describes the engines.
inline constexpr std::size_t control_bytes = 4U << 10;
/// Ranges of the output memfd that one reply may name, and so the messages taken out of one archive.
inline constexpr std::size_t output_ranges = 512;
/// The remembered scan of one part; four fit into one answer even at their largest, and most take 200 bytes.
inline constexpr std::size_t part_report_bytes = 32U << 10;
/// The wall clock that may be set for one message: less is of no use, more lets one message hold a reader for too long.
inline constexpr std::uint32_t deadline_ms_min = 100, deadline_ms_max = 600'000;
/// Children of one template at once: more than a machine has cores is a mistake of the caller.
inline constexpr std::size_t template_children = 256;
/// The JSON of a message that `tocsin read` prints.
inline constexpr std::size_t message_json_bytes = 64U << 20;
/// An archive of rules: its rule files together, its members of any kind, the path of one member, and folders in folders.
inline constexpr std::size_t rule_archive_bytes = 64U << 20;
inline constexpr std::size_t rule_archive_members = 100'000;
inline constexpr std::size_t rule_path_bytes = 512, rule_path_depth = 16;
/// Parts of one message whose hashes are looked up in the cache.
inline constexpr std::size_t cache_query_parts = 512;
/// Smallest part worth remembering: below, scanning costs less than asking.
inline constexpr std::size_t cached_part_bytes_min = 2048;
/// A text or page of this size may be remembered with its bytes, so that personalised copies are compared to it. Smaller ones
/// cost less to scan than to compare; the largest fits into one answer of the daemon beside its report.
inline constexpr std::size_t campaign_body_bytes_min = 4U << 10, campaign_body_bytes_max = 64U << 10;
/// Places in which a copy may differ, and the bytes of one: names, numbers, the id in a link.
inline constexpr std::size_t campaign_differences = 64, campaign_difference_bytes = 256;
/// Bytes before and behind a difference in which signatures are looked for again: longer than signatures for texts are.
inline constexpr std::size_t campaign_context_bytes = 512;
/// Bytes of such texts that the daemon remembers, and that one child recalls.
inline constexpr std::size_t cache_body_bytes = 64U << 20, reader_body_bytes = 8U << 20;
/// Bytes of one part that may be handed back to the daemon to be scanned by a fresh child.
inline constexpr std::size_t export_bytes = 64U << 20;
/// Part verdicts that the daemon remembers.
inline constexpr std::size_t cache_entries = 100'000;
/// Sightings of a part before a fresh child is sent to scan it: that child costs more than scanning a small part twice.
inline constexpr std::uint32_t cache_sightings_min = 3;
/// Parts about which one child recalls the daemon's answers. Texts in it count by limits::reader_body_bytes too.
inline constexpr std::size_t reader_part_memory = 256;
/// Fresh children at once that scan a part in order to remember it.
inline constexpr std::size_t cache_fills = 4;
/// Waiting scans before the pool says `unavailable`.
inline constexpr std::size_t pool_queue = 1024;
/// Children that died abnormally within `respawn_window_ms` before the breaker opens, and how long it stays open.
inline constexpr std::uint32_t respawn_deaths = 20;
inline constexpr std::uint32_t respawn_window_ms = 10'000;
inline constexpr std::uint32_t breaker_open_ms = 5'000;

}  // namespace tocsin::limits
