// Addresses and blocks of addresses of one call of ip_in, built once.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_network.hpp"
#include "base/result.hpp"

namespace tocsin::rules {

/// A set of IPv4 and IPv6 addresses, kept as sorted ranges that neither overlap nor touch. An IPv4 address and its IPv4-mapped
/// IPv6 address are the same one; a block of IPv6 addresses holds no other IPv4 address, as in IpNetwork.
class IpSet {
public:
    /// What is no address and no block, by its place in the entries.
    struct Invalid {
        std::size_t index = 0;  ///< from 0
        std::string text;       ///< at most text_bytes_max bytes of it
    };
    static constexpr std::size_t text_bytes_max = 64;

    /// Reads "ADDRESS" and "ADDRESS/BITS" (RFC 4632, RFC 4291), in O(n log n). Bits behind the prefix count for nothing.
    /// Invalid entries are left out and told. Errors: limit (limits::ip_set_entries).
    [[nodiscard]] static Result<IpSet> build(std::span<const std::string_view> entries);

    /// O(log n).
    [[nodiscard]] bool contains(const IpAddress& address) const;
    /// False for what is no address.
    [[nodiscard]] bool contains(std::string_view address) const;

    [[nodiscard]] const std::vector<Invalid>& invalid() const { return invalid_; }
    [[nodiscard]] std::size_t ranges() const { return v4_.size() + v6_.size(); }

private:
    struct Range {
        IpAddress first;
        IpAddress last;
    };
    static void merge(std::vector<Range>& ranges);

    std::vector<Range> v4_;
    std::vector<Range> v6_;
    std::vector<Invalid> invalid_;
};

}  // namespace tocsin::rules
