// From an event to what is compared: hashes and the places of links.
#pragma once

#include <string>
#include <string_view>

#include "watch/campaign.hpp"
#include "watch/rules.hpp"
#include "watch/value_hash.hpp"

namespace tocsin::watch {

/// Everything but the places of links.
[[nodiscard]] MessageFacts facts_of(const MessageEvent& event, const ValueHash& hash);
/// The places that its links lead to, each once; at most limits::watch_links.
[[nodiscard]] std::vector<LinkPlace> link_places(const MessageEvent& event, const WatchRules& rules,
                                                 const ValueHash& hash);
/// What somebody registered of a host: the longest of `known` that it ends with, or else its last two labels. An IP address
/// is itself.
[[nodiscard]] std::string_view registrable_domain(std::string_view host,
                                                  const std::vector<std::string>& known);
/// The part behind the last "@" in lower case; empty without one.
[[nodiscard]] std::string domain_of(std::string_view address);
/// Whether it is an address of an office rather than of a person: a role (RFC 2142: abuse@, postmaster@, …), or at a government
/// or its forces.
[[nodiscard]] bool is_official(std::string_view address);
/// The /24 of an IPv4 address, the /48 of another (what one customer of an access provider mostly has); empty: no address.
[[nodiscard]] std::string network_of(std::string_view ip);

}  // namespace tocsin::watch
