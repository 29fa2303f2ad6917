#include "api/rate_limit.hpp"

#include <algorithm>

#include "net/sessions_per_client.hpp"

namespace tocsin::api {

std::int64_t RateLimit::wait_of(FreeAt free_at, const Rate& rate, TimePoint now) {
    const std::int64_t burst_us = rate.each_us * (std::int64_t{rate.at_once} - 1);
    return std::max<std::int64_t>(0, free_at - now.microseconds - burst_us);
}

void RateLimit::count(FreeAt& free_at, const Rate& rate, TimePoint now) {
    free_at = std::max(free_at, now.microseconds) + rate.each_us;
}

std::int64_t RateLimit::wait_us(const IpAddress& client, TimePoint now) const {
    const auto known = clients_.find(net::client_of(client));
    const std::int64_t own = known == clients_.end() ? 0 : wait_of(known->second, of_each_, now);
    return std::max(own, wait_of(all_, of_all_, now));
}

bool RateLimit::take(const IpAddress& address, TimePoint now) {
    if (wait_us(address, now) > 0) return false;
    const IpAddress client = net::client_of(address);
    if (!clients_.contains(client) && clients_.size() >= clients_max_) forget_one(now);
    count(clients_[client], of_each_, now);
    count(all_, of_all_, now);
    return true;
}

/// All that have everything back are as new; else the one that is nearest to it.
void RateLimit::forget_one(TimePoint now) {
    std::erase_if(clients_, [&](const auto& entry) { return entry.second <= now.microseconds; });
    if (clients_.size() < clients_max_) return;
    clients_.erase(std::ranges::min_element(clients_, {}, [](const auto& entry) { return entry.second; }));
}

}  // namespace tocsin::api
