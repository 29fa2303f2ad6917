// Customers who were quiet for long: their profiles go into the store, and come back when something is about them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "store/away_store.hpp"
#include "watch/watch.hpp"

namespace tocsin::app {

/// A row stays until a snapshot is on disk that does not name it: the one before may still be needed. Everything outlives it.
class QuietCustomers {
public:
    /// `kept`: customers that stay in memory.
    QuietCustomers(watch::Watch& watch, store::AwayStore& store, Log& log, std::size_t kept)
        : watch_(watch), store_(store), log_(log), kept_(kept) {}

    /// Behind a restored snapshot: rows that it does not name are removed. Returns the highest ticket that was ever given and
    /// is there. Errors: unavailable, io.
    [[nodiscard]] Result<std::uint64_t> begin();
    /// Brings back whom this event is about. A profile that cannot be read is logged, and its customer begins anew. Errors:
    /// unavailable, io.
    [[nodiscard]] Result<void> bring_back(net::BlockingPool& blocking, net::Fiber& fiber,
                                          const watch::Event& event);
    [[nodiscard]] Result<void> bring_back(net::BlockingPool& blocking, net::Fiber& fiber,
                                          const std::string& customer);
    /// The same on this thread, while nothing else runs.
    [[nodiscard]] Result<void> bring_back_at_start(const watch::Event& event);
    /// Puts those away for whom there is no room. Errors: unavailable, io; they stay.
    [[nodiscard]] Result<void> put_away(net::BlockingPool& blocking, net::Fiber& fiber,
                                        const std::function<std::uint64_t()>& next_ticket);

    /// Rows that a snapshot which begins from now on does not name.
    [[nodiscard]] std::size_t unneeded() const { return unneeded_.size(); }
    /// Removes the first so many of them: such a snapshot is on disk. Errors: unavailable, io; they wait for the next one.
    [[nodiscard]] Result<void> remove_unneeded(net::BlockingPool& blocking, net::Fiber& fiber,
                                               std::size_t count);

private:
    [[nodiscard]] Result<void> take_in(const std::string& customer, std::uint64_t ticket,
                                       const Result<std::string>& bytes);

    watch::Watch& watch_;
    store::AwayStore& store_;
    Log& log_;
    std::size_t kept_;
    std::vector<std::uint64_t> unneeded_;  ///< tickets
};

}  // namespace tocsin::app
