// The outcomes in a scan report as bytes. They have a block of their own in report_codec.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"
#include "scan/report.hpp"

namespace tocsin::reader {

/// Writes the outcomes that fit into `size_max` bytes. Others are left out, which the report then says as one that was cut
/// (ScanReport::outcomes_cut): the mail itself was scanned whole all the same.
void write_outcomes(ByteWriter& out, const scan::ScanReport& report, std::size_t size_max);

/// Reads what write_outcomes() wrote, within the same limits; anything else makes `in` fail.
void read_outcomes(ByteReader& in, scan::ScanReport& report);

}  // namespace tocsin::reader
