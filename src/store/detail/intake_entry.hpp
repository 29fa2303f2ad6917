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

/// Lengths and texts behind each other: valid UTF-8 without NUL. Text is made valid and cut as in the tables (`stored_text`).
/// For who adds a field to Record: an entry that waits when a new version is started must still be read, so the format gets a
/// new name.
[[nodiscard]] std::string encode_intake(std::span<const Record> records, std::span<const NextHopReply> replies);

/// Also what earlier versions wrote (JSON). Errors: corrupt (neither). It notices what breaks the form; damage within a text or a
/// number is for the database to notice.
[[nodiscard]] Result<IntakeEntry> decode_intake(std::string_view entry);

}  // namespace tocsin::store
