#include "app/quiet_customers.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/limits/watch.hpp"

namespace tocsin::app {

Result<std::uint64_t> QuietCustomers::begin() {
    std::unordered_set<std::uint64_t> named;
    std::uint64_t highest = 0;
    for (const auto& [customer, ticket] : watch_.away()) {
        named.insert(ticket);
        highest = std::max(highest, ticket);
    }
    return std::max(highest, TRY(store_.sweep([&](std::uint64_t ticket) { return named.contains(ticket); })));
}

Result<void> QuietCustomers::take_in(const std::string& customer, std::uint64_t ticket,
                                     const Result<std::string>& bytes) {
    // Another fiber may have brought it back meanwhile; a ticket is used once.
    const auto away = watch_.away().find(customer);
    if (away == watch_.away().end() || away->second != ticket) return {};
    Result<void> back;
    if (bytes)
        back = watch_.bring_back(customer, *bytes);
    else
        back = std::unexpected(bytes.error());
    if (!back) {
        const ErrorCode code = back.error().code;
        if (code == ErrorCode::unavailable || code == ErrorCode::io || code == ErrorCode::limit)
            return std::unexpected(back.error());
        log_.write(LogLevel::error, "watch.profile_lost",
                   {{"customer", customer}, {"error", back.error().message}});
        watch_.forget_away(customer);
    }
    unneeded_.push_back(ticket);
    return {};
}

Result<void> QuietCustomers::bring_back(net::BlockingPool& blocking, net::Fiber& fiber,
                                        const std::string& customer) {
    const auto away = watch_.away().find(customer);
    if (away == watch_.away().end()) return {};
    const std::uint64_t ticket = away->second;
    return take_in(customer, ticket, blocking.call(fiber, [&] { return store_.get(customer, ticket); }));
}

Result<void> QuietCustomers::bring_back(net::BlockingPool& blocking, net::Fiber& fiber,
                                        const watch::Event& event) {
    for (const std::string& customer : watch_.away_in(event)) TRY(bring_back(blocking, fiber, customer));
    return {};
}

Result<void> QuietCustomers::bring_back_at_start(const watch::Event& event) {
    for (const std::string& customer : watch_.away_in(event)) {
        const std::uint64_t ticket = watch_.away().at(customer);
        TRY(take_in(customer, ticket, store_.get(customer, ticket)));
    }
    return {};
}

Result<void> QuietCustomers::put_away(net::BlockingPool& blocking, net::Fiber& fiber,
                                      const std::function<std::uint64_t()>& next_ticket) {
    while (!fiber.stop_requested()) {
        std::vector<store::AwayProfile> profiles;
        for (std::string& customer : watch_.quiet_customers(kept_, limits::watch_put_away_batch)) {
            std::string bytes = watch_.profile_bytes(customer);
            profiles.push_back({std::move(customer), next_ticket(), std::move(bytes)});
        }
        if (profiles.empty()) return {};
        TRY(blocking.call(fiber, [&] { return store_.put(profiles); }));
        for (const store::AwayProfile& profile : profiles) {
            // Something came about it while it was being written: it stays.
            const bool unchanged = watch_.profile(profile.customer) != nullptr &&
                                   watch_.profile_bytes(profile.customer) == profile.bytes;
            if (unchanged)
                watch_.put_away(profile.customer, profile.ticket);
            else
                unneeded_.push_back(profile.ticket);
        }
    }
    return {};
}

Result<void> QuietCustomers::remove_unneeded(net::BlockingPool& blocking, net::Fiber& fiber,
                                             std::size_t count) {
    while (count > 0) {
        const std::size_t now = std::min(count, limits::watch_put_away_batch);
        const std::vector<std::uint64_t> tickets(unneeded_.begin(),
                                                 unneeded_.begin() + static_cast<std::ptrdiff_t>(now));
        TRY(blocking.call(fiber, [&] { return store_.remove(tickets); }));
        unneeded_.erase(unneeded_.begin(), unneeded_.begin() + static_cast<std::ptrdiff_t>(now));
        count -= now;
    }
    return {};
}

}  // namespace tocsin::app
