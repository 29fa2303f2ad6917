// Limits of what a child remembers of mailings that it has judged.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Mailings of which one child remembers a copy; the one that was used longest ago makes room.
inline constexpr std::size_t judged_mailings = 16;
/// Bytes of texts and header of one such copy: a larger one is judged whole each time.
inline constexpr std::size_t judged_copy_bytes = 256U << 10;
/// Bytes before and behind a difference in which the constants of rules are looked for again: few are longer.
inline constexpr std::size_t judged_context_bytes = 128;
/// Answers for one mailing, by what the differing places hold.
inline constexpr std::size_t judged_answers = 32;
/// Copies that must have had the same answer, judged whole, before another one takes it.
inline constexpr std::uint32_t judged_alike_min = 2;
/// One of so many copies that could take an answer is judged whole, at random, to see whether it still holds.
inline constexpr std::uint32_t judged_whole_one_in = 64;
/// An answer is as old as that at most: what is known of a sender changes.
inline constexpr std::uint32_t judged_answer_ms = 10 * 60 * 1000;
/// Answers of a mailing that turned out different before its copies are judged whole for good.
inline constexpr std::uint32_t judged_surprises = 3;

}  // namespace tocsin::limits
