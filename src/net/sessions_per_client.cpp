#include "net/sessions_per_client.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::net {

IpAddress client_of(IpAddress address) {
    const bool ipv4 = std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; });
    if (!ipv4) std::fill(address.begin() + 8, address.end(), std::uint8_t{0});
    return address;
}

SessionsPerClient::Place::Place(Place&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), client_(other.client_) {}

SessionsPerClient::Place::~Place() {
    if (owner_ == nullptr) return;
    const auto found = owner_->live_.find(client_);
    found->second.refused = false;
    if (--found->second.sessions == 0) owner_->live_.erase(found);
}

std::optional<SessionsPerClient::Place> SessionsPerClient::enter(const IpAddress& address) {
    const IpAddress client = client_of(address);
    std::size_t& sessions = live_[client].sessions;
    if (sessions >= each_max_) return std::nullopt;
    ++sessions;
    return Place(*this, client);
}

bool SessionsPerClient::first_refusal(const IpAddress& address) {
    const auto found = live_.find(client_of(address));
    return found != live_.end() && !std::exchange(found->second.refused, true);
}

}  // namespace tocsin::net
