// What a scan came to, as JSON: the same words on the command line, over HTTP and in the manual (docs/manual/scan.md).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pool/reader_pool.hpp"

namespace tocsin::pool {

/// Members in the order in which people read them. A reader that gave no verdict makes the message unscannable: never clean.
[[nodiscard]] nlohmann::ordered_json to_json(const ScanOutcome& outcome);
/// What the watch compares with earlier mail, under the names that records have (docs/manual/watch.md).
[[nodiscard]] nlohmann::ordered_json sending_facts_json(const scan::ScanReport& report);
/// Of these, by the same names, what a record of the journal has no column for. What is empty is left out.
[[nodiscard]] nlohmann::json facts_beside_record_json(const scan::ScanReport& report);

}  // namespace tocsin::pool
