// The limits of the response in the daemon: how it is written down, and done.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Events that are written in one transaction, and read at once at the start.
inline constexpr std::size_t respond_batch = 256;
/// How often what is due is looked at, when nothing else wakes it.
inline constexpr std::uint32_t respond_idle_ms = 1'000;
/// How often mail to the report addresses is looked for, and what could not be written is tried again.
inline constexpr std::uint32_t respond_intake_ms = 1'000;
/// The journal is looked through for copies of a reported mail, before anybody decides, no more often than this.
inline constexpr std::int64_t respond_triage_search_us = 2'000'000;
/// ... for so many of its hosts and files.
inline constexpr std::size_t respond_triage_searches = 8;
/// Of the mails in one report so many become reports; what is more is read with the first.
inline constexpr std::size_t report_parts = 8;
/// For each answer of the mail server that takes notices.
inline constexpr std::uint32_t respond_mail_ms = 15'000;
/// Records of one mailing that are looked for; what is beyond is said to be there.
inline constexpr std::size_t respond_copies = 100'000;
/// What gate and watch found and could not be written down yet.
inline constexpr std::size_t respond_facts_waiting = 10'000;

}  // namespace tocsin::limits
