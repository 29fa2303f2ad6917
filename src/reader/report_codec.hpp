// A ScanReport as bytes. Used inside a Reply, and alone as the remembered scan of one part.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "scan/report.hpp"

namespace tocsin::reader {

/// Writes a text that is_clean_text() and at most `size_max` bytes long, cleaning and cutting where needed.
void write_text(ByteWriter& out, std::string_view text, std::size_t size_max);
/// Reads what write_text() wrote; anything else makes the reader fail.
[[nodiscard]] std::string read_text(ByteReader& in, std::size_t size_max);

void write_hash(ByteWriter& out, const Hash256& hash);
[[nodiscard]] Hash256 read_hash(ByteReader& in);

/// At most `size_max` bytes (at least limits::part_report_bytes). When lists do not fit, each is cut to its share, findings of
/// worse severity are kept first, and a LimitHit `findings` says so.
[[nodiscard]] std::string encode_report(const scan::ScanReport& report, std::size_t size_max);

/// Makes `in` fail when the report is not well-formed in the sense of codec.hpp.
[[nodiscard]] scan::ScanReport read_report(ByteReader& in);

}  // namespace tocsin::reader
