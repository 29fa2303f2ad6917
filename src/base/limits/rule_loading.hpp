// Limits of loading rules and lists, and of what the command line tells of them.
#pragma once

#include <cstddef>

namespace tocsin::limits {

/// Warnings of one kind that loading keeps and tells (what was passed over, lines of lists that are none); more are counted.
inline constexpr std::size_t load_notices = 100;
/// Names that are told in place of one that is not there, and how much of a name is compared.
inline constexpr std::size_t nearest_names = 3, nearest_name_bytes = 200;
/// Files, or lines of labels, that one complaint names; more are counted.
inline constexpr std::size_t complaint_names = 5;
/// Why a hunt failed, as its log keeps it.
inline constexpr std::size_t hunt_reason_bytes = 1000;

/// Bytes of text that a step pays for (rules/evaluation.hpp).
inline constexpr std::size_t bytes_per_step = 64;
/// How many instructions of a regular expression make a byte of text as dear as one read at that price: in what its rule pays
/// for bytes behind the first 64 KiB, and in what the message pays for all of them. At worst RE2 takes some ten times as long as
/// the message pays for. With half of the public feed, 99 % of ordinary mails stay below an eighth of the message's budget, and
/// those of more than 100 kB below a half.
inline constexpr std::size_t regex_cheap_bytes = 64U << 10;
inline constexpr std::size_t regex_instructions_usual = 32, regex_instructions_worst = 16;

}  // namespace tocsin::limits
