// What a reader found in a report, as it stands in the output memfd: the originals one after the other, then one record about
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits/report.hpp"
#include "reported/report_types.hpp"

namespace tocsin::reader {

/// Most bytes of both together.
inline constexpr std::size_t read_report_bytes_max =
    limits::report_originals_bytes + limits::report_record_bytes;

/// The record: at most limits::report_record_bytes. Lists beyond their bounds are left out, texts are cleaned and cut.
[[nodiscard]] std::string encode_read_report(const reported::ReadReport& report);

/// nullopt: not well-formed, a bound of limits/report.hpp exceeded, a text that is no clean UTF-8, an unknown enumerator, a mail
/// inside a later one, or bytes that do not lie one after the other in `originals_bytes`.
[[nodiscard]] std::optional<reported::ReadReport> decode_read_report(std::string_view record,
                                                                     std::uint64_t originals_bytes);

}  // namespace tocsin::reader
