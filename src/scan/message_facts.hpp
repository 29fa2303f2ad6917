// What the journal wants to know of a message, and how the parser's limits read in a scan report.
#pragma once

#include "mail/mime.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

/// Text of one header that is kept; longer ones are cut. RFC 5322 allows 998 characters a line, nobody reads more.
inline constexpr std::size_t fact_bytes_max = 998;
/// Attachments whose SHA-256 is kept.
inline constexpr std::size_t attachments_named_max = 64;

/// From, Subject, Message-ID and the SHA-256 of attachments, in the reading that most clients take.
[[nodiscard]] MessageFacts message_facts(const mail::MimeTree& tree);

/// Notes a limit of the parser under the name that reports use.
void note_parser_limit(ScanReport& report, const mail::MimeLimitHit& hit);

}  // namespace tocsin::scan
