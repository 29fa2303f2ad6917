// How many sessions each client has at one listener, so that no client can take all places.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "base/ip_network.hpp"

namespace tocsin::net {

/// Who is at an address: an IPv6 client is its /64, because whoever has one address there has them all.
[[nodiscard]] IpAddress client_of(IpAddress address);

class SessionsPerClient {
public:
    explicit SessionsPerClient(std::size_t each_max) : each_max_(each_max) {}
    SessionsPerClient(const SessionsPerClient&) = delete;
    SessionsPerClient& operator=(const SessionsPerClient&) = delete;

    /// One session; its place is free again when this is destroyed.
    class Place {
    public:
        Place(Place&& other) noexcept;
        Place& operator=(Place&&) = delete;
        ~Place();

    private:
        friend class SessionsPerClient;
        Place(SessionsPerClient& owner, const IpAddress& client) : owner_(&owner), client_(client) {}
        SessionsPerClient* owner_;
        IpAddress client_;
    };

    /// Nothing: the client has as many sessions as one may have.
    [[nodiscard]] std::optional<Place> enter(const IpAddress& address);
    /// True the first time since the client had room: a flood is worth one line in the log.
    [[nodiscard]] bool first_refusal(const IpAddress& address);
    [[nodiscard]] std::size_t clients() const { return live_.size(); }

private:
    std::size_t each_max_;
    struct Client {
        std::size_t sessions = 0;
        bool refused = false;
    };
    std::map<IpAddress, Client> live_;  ///< no more than there are sessions
};

}  // namespace tocsin::net
