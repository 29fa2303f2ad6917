// Limits of verifying DKIM, SPF and DMARC.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Signatures of one message that are verified, from the top: real mail has one to four (RFC 6376 section 6.1 lets us choose).
inline constexpr std::size_t dkim_signatures = 8;
/// One DKIM-Signature field, and names in its h= tag: oversigning doubles some.
inline constexpr std::size_t dkim_field_bytes = 16U << 10;
inline constexpr std::size_t dkim_signed_fields = 256;
/// Keys of RSA that count (RFC 8301 section 3.2): shorter ones can be broken, longer ones take too long.
inline constexpr int dkim_rsa_bits_min = 1024, dkim_rsa_bits_max = 4096;
/// Names whose TXT records one message may ask for, records of one name, and bytes of one record.
inline constexpr std::size_t txt_names = dkim_signatures + 2, txt_records = 6, txt_record_bytes = 2048;
/// What a message waits for DNS at most, unless configured otherwise, and what may be configured.
inline constexpr std::uint32_t dns_ms = 3'000, dns_ms_min = 100, dns_ms_max = 10'000;
/// Answers of DNS that are remembered; and questions that wait for one.
inline constexpr std::size_t dns_cache_bytes = 8U << 20;
inline constexpr std::size_t dns_waiting = 4'096;

}  // namespace tocsin::limits
