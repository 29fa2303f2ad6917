// Limits of calls to other people's HTTP servers, of notices as they take them, and of syslog. Not part of limits.hpp: few files
// need it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- calls ----------------------------------------------------------------------------------------------------------
/// [[webhook]] rows of a configuration.
inline constexpr std::size_t webhooks = 200;
/// A URL as it is configured.
inline constexpr std::size_t web_url_bytes = 2'048;
/// One call with all that belongs to it: name, connection, TLS, answer. The longest is well below respond_result_us, behind which
/// an effect is given again.
inline constexpr std::uint32_t webhook_ms = 10'000, webhook_ms_min = 100, webhook_ms_max = 60'000;
/// An answer. Its status decides; of its body only a list of suspensions is read.
inline constexpr std::size_t webhook_answer_bytes = 1U << 20, webhook_answer_header_bytes = 16U << 10;
/// Words of an answer that said no, as they are handed on.
inline constexpr std::size_t webhook_words_bytes = 120;
/// Addresses of one name that are tried.
inline constexpr std::size_t webhook_addresses = 4;
/// A secret that signs: a shorter one could be guessed.
inline constexpr std::size_t webhook_secret_bytes_min = 16;
/// How long KumoMTA suspends a tenant.
inline constexpr std::uint32_t webhook_suspend_hours = 168, webhook_suspend_hours_max = 24 * 365;

// ---- notices --------------------------------------------------------------------------------------------------------
/// What is shown of a notice's subject and text. The least that a receiver takes: Slack 150 and 3,000 characters in a block,
/// ntfy 4,096 bytes, Mattermost 4,000 characters, Teams 28 KiB.
inline constexpr std::size_t notice_subject_bytes = 140, notice_text_bytes = 2'800;
/// Lines of a notice in Teams, each an element of the card.
inline constexpr std::size_t notice_lines = 60;

// ---- syslog ---------------------------------------------------------------------------------------------------------
/// RFC 5424 section 6.1: what every receiver should take.
inline constexpr std::size_t syslog_line_bytes = 2'048;
/// For a stream that does not take it.
inline constexpr std::uint32_t syslog_ms = 5'000;

// ---- acknowledgement ------------------------------------------------------------------------------------------------
/// How long a link that acknowledges is good.
inline constexpr std::int64_t acknowledge_link_us = 24LL * 3'600 * 1'000'000;

// ---- places of effects ----------------------------------------------------------------------------------------------
/// Effects of one kind that are under way at the same time, and those of them that wait for one receiver of webhooks: one that
/// hangs leaves places to the others.
inline constexpr std::size_t effects_at_once = 16, effects_for_one_receiver = 4;

}  // namespace tocsin::limits
