#include "app/filing.hpp"

#include "base/limits.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

/// Everything that waits, one transaction after the other; mail gets the store between two.
Result<void> file_what_waits(store::JournalStore& journal, net::BlockingPool& blocking, net::Fiber& fiber) {
    while (!fiber.stop_requested())
        if (TRY(blocking.call(fiber, [&] { return journal.file_away(); })) == 0) break;
    return {};
}

void name_unfiled(store::JournalStore& journal, net::BlockingPool& blocking, Log& log, net::Fiber& fiber) {
    const Result<std::vector<std::string>> problems = blocking.call(fiber, [&] { return journal.unfiled(); });
    if (!problems) return;
    for (const std::string& problem : *problems)
        log.write(LogLevel::error, "journal.entry_not_filed", {{"error", problem}});
}

}  // namespace

void file_for_ever(store::JournalStore& journal, net::BlockingPool& blocking, Log& log, net::Fiber& fiber) {
    name_unfiled(journal, blocking, log, fiber);
    bool failing = false;
    while (!fiber.stop_requested()) {
        const Result<void> filed = file_what_waits(journal, blocking, fiber);
        if (!filed && !failing)
            log.write(LogLevel::error, "journal.filing_failed", {{"error", filed.error().message}});
        if (filed && failing) log.write(LogLevel::info, "journal.filing_resumed", {});
        failing = !filed;
        if (!net::sleep_until(fiber, net::deadline_in_ms(limits::filing_interval_ms))) return;
    }
}

}  // namespace tocsin::app
