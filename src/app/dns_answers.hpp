// What readers want to know of DNS, asked.
#pragma once

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "net/dns_resolver.hpp"
#include "reader/codec_dns.hpp"

namespace tocsin::app {

[[nodiscard]] net::DnsConfig dns_config(const config::AuthenticationSettings& settings);

/// Waits until `deadline` at most; what is not there by then is `failed`.
[[nodiscard]] reader::DnsAnswers answer_dns(net::Fiber& fiber, net::DnsResolver& resolver,
                                            const reader::DnsRound& round, Deadline deadline);

}  // namespace tocsin::app
