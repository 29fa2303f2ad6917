// Limits of connections, protocols and sessions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// SMTP command line without CRLF (RFC 5321 section 4.5.3.1.4 asks for 512; extensions add).
inline constexpr std::size_t smtp_command_bytes = 4096;
/// SMTP reply line from a next hop, and lines in one reply.
inline constexpr std::size_t smtp_reply_line_bytes = 4096;
inline constexpr std::size_t smtp_reply_lines = 128;
/// Recipients in one transaction (RFC 5321 section 4.5.3.1.8 asks for at least 100).
inline constexpr std::size_t smtp_recipients = 10'000;
/// A client that says nothing (RFC 5321 section 4.5.3.2.7: five minutes), or that has not said a whole command in that time.
inline constexpr std::uint32_t smtp_command_timeout_ms = 300'000;
/// From the end of one message to the end of the next: whoever needs longer only keeps a place. 25 MB at 57 kbit/s take it all.
inline constexpr std::uint32_t client_message_ms = 3'600'000;
/// Beyond the first `smtp_command_timeout_ms` of a request its bytes must come at this rate (Postfix: smtpd_min_data_rate,
/// 500), or many clients that dribble would hold all places at no cost.
inline constexpr std::size_t client_bytes_per_s = 500;
/// A next hop that does not answer a command. Our own client waits five minutes (RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3) and
/// must hear from us before. The content, up to the answer to the final dot, has twice as long: there the client waits ten
/// minutes (section 4.5.3.2.6), and the scan comes before.
inline constexpr std::uint32_t next_hop_command_ms = 240'000;
inline constexpr std::uint32_t next_hop_connect_ms = 10'000;
/// From the connection to the next hop to its answer to our EHLO, TLS included; meanwhile our own client waits for its answer.
inline constexpr std::uint32_t next_hop_opening_ms = 60'000;
/// A TLS handshake with a client.
inline constexpr std::uint32_t tls_handshake_ms = 30'000;
/// Sessions of one SMTP listener at once; at the cap it stops accepting.
inline constexpr std::size_t sessions = 512;
/// Sessions of one client at one SMTP listener (an IPv6 client is its /64); Postfix counts to the same number. Relays that are
/// trusted to say for whom they speak are not counted.
inline constexpr std::size_t smtp_sessions_per_client = 50;
/// Telling a client of any door that it is refused, until it has heard: it must not hold a place for long meanwhile.
inline constexpr std::uint32_t smtp_refusal_ms = 1'000;
/// The same for the API, which has places of its own: an operator must get in while a flood goes on.
inline constexpr std::size_t api_sessions = 64;
/// Message content of all SMTP sessions in memory at once; above it RCPT and DATA are answered
/// 452, and content that overflows while it comes 451.
inline constexpr std::size_t gate_buffered_bytes = 1U << 30;
/// Header fields under our own names that are taken out of one message; with more of them it is `unscannable`.
inline constexpr std::size_t reserved_fields = 512;
/// Messages whose tries are counted while they cannot be scanned.
inline constexpr std::size_t unscannable_tries = 10'000;
/// A try this long after the last one is a first try, unless configured otherwise: senders try more often than every two days.
inline constexpr std::uint32_t unscannable_window_s = 172'800;
/// Held messages of which it is remembered that their sender may not have heard our 250.
inline constexpr std::size_t unheard_holds = 10'000;
/// A message that is held and comes again this much later is another one: senders try again within minutes or hours.
inline constexpr std::int64_t held_again_window_us = 4LL * 3'600 * 1'000'000;
/// Messages of one sender that are compared with one that comes: its retry is among the newest, and a flood costs no more than
/// this; and those of them whose content is opened, because the envelope is the same.
inline constexpr std::size_t held_again_compared = 32;
inline constexpr std::size_t held_again_opened = 4;
/// Visible text that a fingerprint is made of, and the fewest groups of three words that make one: two short notes are alike by
/// accident.
inline constexpr std::size_t fingerprint_text_bytes = 64U << 10;
inline constexpr std::size_t fingerprint_groups_min = 24;
/// Bits (of 64) in which the fingerprints of two copies of one text may differ. Different texts differ in 20 to 44.
inline constexpr int similar_bits_max = 8;
/// Different fingerprints that one search for similar messages compares or finds.
inline constexpr std::size_t similar_fingerprints_read = 500'000;
inline constexpr std::size_t similar_fingerprints_found = 500;
/// Link domains that the journal keeps of one message, to be found by.
inline constexpr std::size_t record_link_domains = 64;
/// A program that asks over HTTP and says nothing.
inline constexpr std::uint32_t check_timeout_ms = 120'000;
/// HTTP request of the API.
inline constexpr std::size_t http_header_bytes = 16U << 10;
inline constexpr std::size_t http_body_bytes = 4U << 20;
inline constexpr std::uint32_t api_timeout_ms = 30'000;
/// One request of the API, from its first byte to its last.
inline constexpr std::uint32_t api_request_ms = 120'000;
/// The file with the API's token; what we write has 43 characters.
inline constexpr std::size_t api_token_file_bytes = 1024;
/// Free space in the data folder below which the daemon is not ready for more mail: the largest message.
inline constexpr std::uint64_t ready_free_bytes = 256ULL << 20;
/// Whoever asks whether the daemon is ready makes it write to the journal at most this often.
inline constexpr std::uint32_t ready_probe_ms = 5'000;
/// Fields in one HTTP header block, bytes of a request target, parameters of its query.
inline constexpr std::size_t http_header_fields = 100;
inline constexpr std::size_t http_target_bytes = 8192;
inline constexpr std::size_t http_query_parameters = 64;
/// A path in MAIL or RCPT: RFC 5321 section 4.5.3.1.3 asks for 256; bounce addresses of list software are longer.
inline constexpr std::size_t smtp_path_bytes = 1024;
/// Parameters after a path, and refused commands in one session before it is ended.
inline constexpr std::size_t smtp_parameters = 16;
inline constexpr std::size_t smtp_errors = 20;
/// ENVID and ORCPT of a delivery status notification (RFC 3461 sections 4.4 and 4.2).
inline constexpr std::size_t smtp_envelope_id_bytes = 100;
inline constexpr std::size_t smtp_original_recipient_bytes = 500;
/// One value of XFORWARD or XCLIENT, decoded (XFORWARD_README of Postfix, note 1).
inline constexpr std::size_t smtp_client_fact_bytes = 255;
/// Replies that may be outstanding toward a next hop.
inline constexpr std::size_t smtp_outstanding = 16'384;
/// One milter frame from the MTA: the most that Sendmail negotiates, and ten times a header field as Postfix lets it grow.
inline constexpr std::size_t milter_frame_bytes = (1U << 20) + 1;
/// Data of one milter frame toward the MTA: Sendmail reads no more.
inline constexpr std::size_t milter_answer_bytes = 65'535;
/// Changes of one message that a milter answer may hold: every recipient deleted, the whole body replaced.
inline constexpr std::size_t milter_changes = 32'768;
/// Macros that one milter stage may bring, and their bytes; Postfix and Sendmail send about ten.
inline constexpr std::size_t milter_macros = 128;
inline constexpr std::size_t milter_macro_bytes = 64U << 10;
/// Header of one message over milter, above what `header_block_bytes` reads: beyond, the message is `over_limit`.
inline constexpr std::size_t milter_header_fields = 16'384;
inline constexpr std::size_t milter_header_bytes = 4U << 20;
/// A clamd command: a path as long as Linux takes it, behind the longest word.
inline constexpr std::size_t clamd_command_bytes = 4096 + 32;
/// A line of a clamd reply (path, name of a signature), and lines in one reply (ALLMATCHSCAN, STATS).
inline constexpr std::size_t clamd_reply_bytes = 8192;
inline constexpr std::size_t clamd_reply_lines = 256;
/// Waiting time after a failed accept (no descriptor left): doubles from the first to the second.
inline constexpr std::uint32_t accept_backoff_ms_min = 50;
inline constexpr std::uint32_t accept_backoff_ms_max = 2'000;
/// Threads for blocking calls.
inline constexpr std::size_t blocking_threads = 4;
/// Descriptors beside those of sessions: store, evidence, readers, listeners.
inline constexpr std::size_t own_descriptors = 512;
/// At a listener without a free place, whoever was idle between two messages for this long gives way to newcomers.
inline constexpr std::uint32_t crowded_idle_ms = 10'000;
/// How often it is looked for them while a newcomer waits.
inline constexpr std::uint32_t crowded_look_ms = 1'000;
/// Stack of one fiber.
inline constexpr std::size_t fiber_stack_bytes = 128U << 10;

}  // namespace tocsin::limits
