#include "app/retention.hpp"

#include <limits>
#include <span>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/time_units.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

TimePoint days_ago(const Clock& clock, std::uint32_t days) {
    return TimePoint{clock.now().microseconds - static_cast<std::int64_t>(days) * day_us};
}

/// Nothing that is kept for looking again may be older. Whoever turned it off wants all of it gone.
TimePoint kept_since(const Clock& clock, std::uint32_t days) {
    return days > 0 ? days_ago(clock, days) : TimePoint{std::numeric_limits<std::int64_t>::max()};
}

/// Evidence that no message needs any more. The record is written after the evidence: what is younger than the grace is left.
Result<std::size_t> sweep_shelf(const RetentionServices& services, std::uint8_t shelf, TimePoint kept_since) {
    std::size_t removed = 0;
    const TimePoint stored_before{services.clock.now().microseconds - limits::evidence_grace_us};
    const std::vector<Hash256> hashes = TRY(services.evidence.list_shelf(shelf));
    for (const Hash256& hash : hashes) {
        if (TRY(services.held.needs_content(to_hex(std::as_bytes(std::span(hash))), kept_since))) continue;
        if (services.respond != nullptr &&
            TRY(services.respond->needs_content(to_hex(std::as_bytes(std::span(hash))), kept_since)))
            continue;
        if (TRY(services.evidence.remove_if_unused(hash, stored_before))) ++removed;
    }
    return removed;
}

}  // namespace

Result<Swept> sweep(const RetentionServices& services, net::Fiber& fiber, const RetentionTimes& times) {
    Swept swept;
    const TimePoint records_since = days_ago(services.clock, times.keep.journal_days);
    const TimePoint evidence_since = days_ago(services.clock, times.keep.evidence_days);
    while (!fiber.stop_requested()) {
        const std::size_t removed = TRY(services.blocking.call(
            fiber, [&] { return services.journal.remove_before(records_since, limits::retention_batch); }));
        swept.records += removed;
        if (removed < limits::retention_batch) break;
        // Mail comes first: it gets the store between two batches.
        if (!net::sleep_until(fiber, net::deadline_in_ms(limits::retention_pause_ms))) break;
    }
    if (services.watch != nullptr && !fiber.stop_requested())
        swept.records +=
            TRY(services.blocking.call(fiber, [&] { return services.watch->remove_before(records_since); }));
    for (unsigned shelf = 0; shelf < 256 && !fiber.stop_requested(); ++shelf)
        swept.contents += TRY(services.blocking.call(
            fiber, [&] { return sweep_shelf(services, static_cast<std::uint8_t>(shelf), evidence_since); }));
    if (services.kept_mail != nullptr && !fiber.stop_requested())
        swept.kept_files = TRY(services.blocking.call(fiber, [&] {
            return services.kept_mail->remove_before(kept_since(services.clock, times.hunt_days));
        }));
    return swept;
}

void sweep_for_ever(const RetentionServices& services, net::Fiber& fiber, const RetentionTimes& times) {
    while (!fiber.stop_requested()) {
        Result<Swept> swept = sweep(services, fiber, times);
        if (!swept)
            services.log.write(LogLevel::error, "retention.failed", {{"error", swept.error().message}});
        else if (swept->records + swept->contents + swept->kept_files > 0)
            services.log.write(LogLevel::info, "retention.swept",
                               {{"records", std::to_string(swept->records)},
                                {"contents", std::to_string(swept->contents)},
                                {"kept_mail_files", std::to_string(swept->kept_files)}});
        if (!net::sleep_until(fiber, net::deadline_in_ms(limits::retention_interval_ms))) return;
    }
}

}  // namespace tocsin::app
