// Which records of DNS a reader wants: keys of DKIM and ARC, policies of DMARC, and whatever records of SPF name. The
// daemon asks DNS and knows nothing of these; what DNS says is parsed by the reader alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dns.hpp"

namespace tocsin::reader {

/// Reader → daemon, at most limits::dns_rounds times per request, for limits::dns_round_questions names at once and
/// limits::dns_questions in all.
struct DnsRound {
    std::uint64_t id = 0;
    std::vector<DnsQuestion> questions;
};

/// Daemon → reader: one entry per question, in order.
struct DnsAnswers {
    std::uint64_t id = 0;
    std::vector<DnsAnswer> answers;
};

/// Names beyond the bound are left out; the name of one that is no is_dns_name() is left empty.
[[nodiscard]] std::string encode(const DnsRound& round);
/// Fits into limits::reply_bytes: an answer over limits::dns_answer_records or limits::dns_answer_bytes, or that finds
/// no more room, becomes `failed`.
[[nodiscard]] std::string encode(const DnsAnswers& answers);

/// nullopt: not well-formed or over a bound. A name is_dns_name() in lower case, or empty.
[[nodiscard]] std::optional<DnsRound> decode_dns_round(std::string_view datagram);
/// The same. Records are bytes of a stranger's DNS.
[[nodiscard]] std::optional<DnsAnswers> decode_dns_answers(std::string_view datagram);

}  // namespace tocsin::reader
