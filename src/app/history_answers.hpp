// What readers ask about earlier mail, answered from what the daemon remembers.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "gate/services.hpp"
#include "mail/direction.hpp"
#include "reader/codec_history.hpp"
#include "store/history_index.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// Whose outbound mail it is.
struct Account {
    std::string_view customer;
    store::WrittenBy by{};
};

/// Fills the gate's index from the newest limits::history_rows_read records; it blocks. Errors: unavailable, io.
[[nodiscard]] Result<void> read_history(store::JournalStore& journal, gate::GateServices& services);

/// Inbound mail is compared with what the organisation got and wrote, outbound mail with what its customer sent before.
/// A few look-ups, whatever the index holds. `now`: when the message came.
[[nodiscard]] reader::HistoryAnswer answer_history(const store::HistoryIndex& index,
                                                   const reader::HistoryQuestion& question,
                                                   mail::Direction direction, const Account& account,
                                                   TimePoint now);

}  // namespace tocsin::app
