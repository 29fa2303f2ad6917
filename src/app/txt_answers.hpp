// Which TXT records a reader wants to know, asked of DNS.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "net/dns_resolver.hpp"
#include "reader/codec_txt.hpp"

namespace tocsin::app {

[[nodiscard]] net::DnsConfig dns_config(const config::AuthenticationSettings& settings);

/// Waits `dns_ms` at most, and not beyond `deadline`; what is not there by then is `failed`.
[[nodiscard]] reader::TxtAnswer answer_txt(net::Fiber& fiber, net::DnsResolver& resolver,
                                           const reader::TxtQuestion& question, std::uint32_t dns_ms,
                                           Deadline deadline);

}  // namespace tocsin::app
