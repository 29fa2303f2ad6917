// How much each client may bring, and all of them together: so many at once, then one in each while. Time is an input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "base/clock.hpp"
#include "base/ip_network.hpp"

namespace tocsin::api {

/// So many at once; each is given back after a while.
struct Rate {
    std::uint32_t at_once = 1;
    std::int64_t each_us = 1;
};

class RateLimit {
public:
    /// `clients_max`: of how many it is remembered what they brought; the one that was quiet longest is forgotten first.
    RateLimit(Rate of_each, Rate of_all, std::size_t clients_max)
        : of_each_(of_each), of_all_(of_all), clients_max_(clients_max) {}
    /// Whether a client (an IPv6 client is its /64: net::client_of) may bring one more now; if so, it counts. What is refused
    /// counts for nothing. Time that goes backwards gives nothing back.
    [[nodiscard]] bool take(const IpAddress& address, TimePoint now);
    /// Microseconds until it would be taken, from `now` on; 0: at once.
    [[nodiscard]] std::int64_t wait_us(const IpAddress& client, TimePoint now) const;
    [[nodiscard]] std::size_t clients() const { return clients_.size(); }

private:
    /// The generic cell rate algorithm (ITU-T I.371): the moment at which all that was taken is given back.
    using FreeAt = std::int64_t;
    [[nodiscard]] static std::int64_t wait_of(FreeAt free_at, const Rate& rate, TimePoint now);
    static void count(FreeAt& free_at, const Rate& rate, TimePoint now);
    void forget_one(TimePoint now);

    Rate of_each_, of_all_;
    std::size_t clients_max_;
    FreeAt all_ = 0;
    std::map<IpAddress, FreeAt> clients_;
};

}  // namespace tocsin::api
