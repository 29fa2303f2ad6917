// What bounces and complaints claim becomes an event of the watch when there is a record of such a message to such a recipient.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "scan/report.hpp"
#include "store/journal_store.hpp"
#include "watch/event.hpp"

namespace tocsin::app {

/// The event, or nothing: no message of the last limits::watch_outcome_age_us that the watch saw fits, or it was not for this
/// recipient. The same outcome of the same message and recipient is the same event, however often it is claimed; without a
/// recipient it counts once for its message. Blocks. Errors: unavailable, io.
[[nodiscard]] Result<std::optional<watch::OutcomeEvent>>
find_outcome(store::JournalStore& journal, const scan::ReportedOutcome& reported, TimePoint now);

}  // namespace tocsin::app
