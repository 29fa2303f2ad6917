// Limits of verifying DKIM, SPF, DMARC and ARC.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Signatures of one message that are verified, from the top: real mail has one to four (RFC 6376 section 6.1 lets us
/// choose).
inline constexpr std::size_t dkim_signatures = 8;
/// One DKIM-Signature field, and names in its h= tag: oversigning doubles some. Fields of ARC have the same bound.
inline constexpr std::size_t dkim_field_bytes = 16U << 10;
inline constexpr std::size_t dkim_signed_fields = 256;
/// Keys of RSA that count (RFC 8301 section 3.2): shorter ones can be broken, longer ones take too long.
inline constexpr int dkim_rsa_bits_min = 1024, dkim_rsa_bits_max = 4096;
/// Instances of a chain (RFC 8617 section 4.2.1); a longer one fails.
inline constexpr std::size_t arc_instances = 50;
/// Terms of SPF records that look something up, those of them that find nothing, and MX names of one of them (RFC 7208
/// section 4.6.4). More is `permerror`.
inline constexpr std::size_t spf_lookups = 10, spf_void_lookups = 2, spf_mx_names = 10;
/// One domain-spec of a record: longer ones mean nothing, for a name has 253 bytes, and their macros would cost time.
inline constexpr std::size_t spf_spec_bytes = 512;
/// What the envelope says to SPF: a path (RFC 5321 section 4.5.3.1.3) with room, and a name of HELO. SPF is not told
/// beyond.
inline constexpr std::size_t spf_sender_bytes = 512, spf_helo_bytes = 253;
/// Rounds of questions for one message: SPF's record, nine others that each include the next, and MX names with their
/// addresses in the tenth.
inline constexpr std::size_t dns_rounds = 12;
/// Questions of one round (8 keys of DKIM, 51 of ARC, 2 policies and a record of SPF fit into the first), and of one
/// message.
inline constexpr std::size_t dns_round_questions = 64, dns_questions = 160;
/// What one answer may hold: large domains have some hundred TXT records and 10 KiB of them.
inline constexpr std::size_t dns_answer_records = 256, dns_answer_bytes = 16U << 10;
/// What a message waits for DNS at most, unless configured otherwise, and what may be configured.
inline constexpr std::uint32_t dns_ms = 3'000, dns_ms_min = 100, dns_ms_max = 10'000;
/// Answers of DNS that are remembered; and questions that wait for one.
inline constexpr std::size_t dns_cache_bytes = 8U << 20;
inline constexpr std::size_t dns_waiting = 4'096;

}  // namespace tocsin::limits
