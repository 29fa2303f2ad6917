// Records of DNS, asked by fibers; the only user of libunbound, which asks on a thread of its own and remembers
// answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/dns.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

class Loop;

struct DnsConfig {
    std::string server_ip;  ///< empty: the servers of /etc/resolv.conf
    std::uint16_t server_port = 53;
    std::size_t cache_bytes = limits::dns_cache_bytes;
    std::size_t waiting_max = limits::dns_waiting;  ///< questions at once; beyond, answers are `failed`
};

class DnsResolver {
    struct State;

public:
    explicit DnsResolver(std::unique_ptr<State> state);  ///< only start() has one
    /// Errors: unavailable (libunbound cannot start, no usable server).
    [[nodiscard]] static Result<std::unique_ptr<DnsResolver>> start(Loop& loop, const DnsConfig& config);
    DnsResolver(const DnsResolver&) = delete;
    DnsResolver& operator=(const DnsResolver&) = delete;
    ~DnsResolver();

    /// One answer for each question, in order; an empty name is not asked for and `failed`. Suspends until all are
    /// there, or the deadline is.
    [[nodiscard]] std::vector<DnsAnswer> look_up(Fiber& fiber, const std::vector<DnsQuestion>& questions,
                                                 Deadline deadline);
    /// No look-up may be under way. After it nothing may be asked.
    void stop(Fiber& fiber);

private:
    std::unique_ptr<State> state_;
};

}  // namespace tocsin::net
