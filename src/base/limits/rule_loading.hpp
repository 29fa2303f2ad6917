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

}  // namespace tocsin::limits
