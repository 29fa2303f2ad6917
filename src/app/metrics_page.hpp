// GET /metrics: everything that is counted, on one page. docs/manual/metrics.md explains each; a test compares the two.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/counted_log.hpp"
#include "gate/gate_metrics.hpp"
#include "gate/journal_writer.hpp"
#include "gate/mail_keeper.hpp"
#include "pool/reader_pool.hpp"
#include "watch/watch.hpp"

namespace tocsin::app {

/// What the page shows, as it is now.
struct MetricsFacts {
    const gate::GateMetrics& gate;
    const gate::JournalWriter& journal;
    pool::PoolStatus readers;
    std::map<std::string, std::uint64_t, std::less<>> events;
    std::vector<std::pair<std::string, std::size_t>> sessions;  ///< live, by listener
    std::size_t buffered_bytes = 0;
    std::size_t blocking_calls = 0;
    std::size_t orders = 0;
    std::uint64_t evidence_bytes = 0;
    gate::KeepingCounts keeping;
    std::uint64_t kept_mail_bytes = 0;
    std::optional<std::uint64_t> held;  ///< nothing: the store did not answer
    TimePoint started_at;
    const watch::Watch* watch = nullptr;  ///< nullptr: it is off
    std::uint64_t outcomes_left_out = 0;
};

[[nodiscard]] std::string metrics_page(const MetricsFacts& facts);

}  // namespace tocsin::app
