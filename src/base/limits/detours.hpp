// Limits of looking for mail that goes round the filters. Included by its users, not by limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Senders of whom it is remembered that a file of theirs was held back; the one of which it was longest ago goes first.
inline constexpr std::size_t blocked_senders = 20'000;
/// Of one sender, the latest such messages, and the domains of the recipients of each; of more, every domain counts.
inline constexpr std::size_t blocked_messages_of_sender = 4, blocked_domains = 16;
/// Records that are read at the start: more were not held back in a day.
inline constexpr std::size_t blocked_rows_read = 100'000;
/// A group with fewer people is counted with all other small ones: a number must not be about somebody.
inline constexpr std::size_t counted_group_people = 5;

/// One person is told once in this time why his mail was held.
inline constexpr std::int64_t coach_again_us = 3'600LL * 1'000'000;
/// Mails to people that wait, and people who were told of late; more are not told, and their mail is held all the same.
inline constexpr std::size_t coach_waiting = 1'000, coach_people = 20'000;
inline constexpr std::uint32_t coach_tries = 5;
inline constexpr std::uint32_t coach_pause_ms = 20'000;

}  // namespace tocsin::limits
