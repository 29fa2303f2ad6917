#include "app/retention.hpp"

#include <span>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;

TimePoint days_ago(const Clock& clock, std::uint32_t days) {
    return TimePoint{clock.now().microseconds - static_cast<std::int64_t>(days) * day_us};
}

/// Evidence that no message needs any more. The record is written after the evidence: what is younger than the grace is left.
Result<std::size_t> sweep_shelf(const RetentionServices& services, std::uint8_t shelf, TimePoint kept_since) {
    std::size_t removed = 0;
    const TimePoint stored_before{services.clock.now().microseconds - limits::evidence_grace_us};
    const std::vector<Hash256> hashes = TRY(services.evidence.list_shelf(shelf));
    for (const Hash256& hash : hashes) {
        if (TRY(services.held.needs_content(to_hex(std::as_bytes(std::span(hash))), kept_since))) continue;
        if (TRY(services.evidence.remove_if_unused(hash, stored_before))) ++removed;
    }
    return removed;
}

}  // namespace

Result<Swept> sweep(const RetentionServices& services, net::Fiber& fiber, const config::KeepSettings& keep) {
    Swept swept;
    const TimePoint records_since = days_ago(services.clock, keep.journal_days);
    const TimePoint evidence_since = days_ago(services.clock, keep.evidence_days);
    while (!fiber.stop_requested()) {
        const std::size_t removed = TRY(services.blocking.call(
            fiber, [&] { return services.journal.remove_before(records_since, limits::retention_batch); }));
        swept.records += removed;
        if (removed < limits::retention_batch) break;
        // Mail comes first: it gets the store between two batches.
        if (!net::sleep_until(fiber, net::deadline_in_ms(limits::retention_pause_ms))) break;
    }
    for (unsigned shelf = 0; shelf < 256 && !fiber.stop_requested(); ++shelf)
        swept.contents += TRY(services.blocking.call(
            fiber, [&] { return sweep_shelf(services, static_cast<std::uint8_t>(shelf), evidence_since); }));
    return swept;
}

void sweep_for_ever(const RetentionServices& services, net::Fiber& fiber, const config::KeepSettings& keep) {
    while (!fiber.stop_requested()) {
        Result<Swept> swept = sweep(services, fiber, keep);
        if (!swept)
            services.log.write(LogLevel::error, "retention.failed", {{"error", swept.error().message}});
        else if (swept->records + swept->contents > 0)
            services.log.write(
                LogLevel::info, "retention.swept",
                {{"records", std::to_string(swept->records)}, {"contents", std::to_string(swept->contents)}});
        if (!net::sleep_until(fiber, net::deadline_in_ms(limits::retention_interval_ms))) return;
    }
}

}  // namespace tocsin::app
