// What one row of journal_intake holds: records, and answers of next hops to records that came before.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/journal_store.hpp"

namespace tocsin::store {

struct IntakeEntry {
    std::vector<Record> records;
    std::vector<NextHopReply> replies;
};

/// As JSON. Text is made valid and cut as in the tables (`stored_text`).
[[nodiscard]] std::string encode_intake(std::span<const Record> records, std::span<const NextHopReply> replies);

/// Errors: corrupt (not what encode_intake() writes).
[[nodiscard]] Result<IntakeEntry> decode_intake(std::string_view entry);

}  // namespace tocsin::store
