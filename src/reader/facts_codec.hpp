// The facts of a message in a scan report as bytes, but for the hashes of its attachments, which are a list of report_codec.
#pragma once

#include "base/bytes.hpp"
#include "scan/report.hpp"

namespace tocsin::reader {

void write_facts(ByteWriter& out, const scan::MessageFacts& facts);
/// Reads what write_facts() wrote; anything else makes `in` fail.
[[nodiscard]] scan::MessageFacts read_facts(ByteReader& in);

}  // namespace tocsin::reader
