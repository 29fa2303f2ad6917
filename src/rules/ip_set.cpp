#include "rules/ip_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace tocsin::rules {
namespace {

constexpr std::size_t address_bits = 128;
/// Bits of an IPv4-mapped IPv6 address in front of the IPv4 address (RFC 4291 section 2.5.5.2).
constexpr std::size_t mapped_bits = 96;

bool is_v4(const IpAddress& address) {
    constexpr std::size_t zeros = 10, ones_end = 12;
    const std::span<const std::uint8_t> bytes(address);
    return std::ranges::all_of(bytes.first(zeros), [](std::uint8_t byte) { return byte == 0; }) &&
           std::ranges::all_of(bytes.subspan(zeros, ones_end - zeros),
                               [](std::uint8_t byte) { return byte == 0xFF; });
}

/// The address behind `address`; the highest one stays.
IpAddress next(IpAddress address) {
    if (std::ranges::all_of(address, [](std::uint8_t byte) { return byte == 0xFF; })) return address;
    for (auto byte = address.rbegin(); ++*byte == 0; ++byte) {
    }
    return address;
}

struct Block {
    IpAddress address{};
    std::size_t prefix_bits = 0;  ///< of the 128
};

/// IpNetwork::parse() says what a block is; it keeps to itself where one begins and ends.
std::optional<Block> parse_block(std::string_view text) {
    if (!IpNetwork::parse(text)) return std::nullopt;
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    Block block{.address = *parse_ip_address(address_text), .prefix_bits = address_bits};
    if (slash == std::string_view::npos) return block;
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), block.prefix_bits);
    if (address_text.find(':') == std::string_view::npos) block.prefix_bits += mapped_bits;
    return block;
}

/// `address` with all bits behind the prefix 0, or all 1.
IpAddress with_rest(IpAddress address, std::size_t prefix_bits, bool ones) {
    constexpr std::size_t byte_bits = 8;
    for (std::size_t index = prefix_bits / byte_bits; index < address.size(); ++index) {
        const std::size_t kept = index == prefix_bits / byte_bits ? prefix_bits % byte_bits : 0;
        const auto rest = static_cast<std::uint8_t>(0xFFU >> kept);
        address[index] = static_cast<std::uint8_t>(ones ? address[index] | rest : address[index] & ~rest);
    }
    return address;
}

}  // namespace

Result<IpSet> IpSet::build(std::span<const std::string_view> entries) {
    if (entries.size() > limits::ip_set_entries)
        return fail(ErrorCode::limit,
                    fmt::format("more than {} addresses in one call of ip_in", limits::ip_set_entries));
    IpSet set;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        const std::optional<Block> block = parse_block(trim(entries[index]));
        if (!block) {
            set.invalid_.push_back({index, std::string(entries[index].substr(0, text_bytes_max))});
            continue;
        }
        const bool v4 = block->prefix_bits >= mapped_bits && is_v4(block->address);
        (v4 ? set.v4_ : set.v6_)
            .push_back({with_rest(block->address, block->prefix_bits, false),
                        with_rest(block->address, block->prefix_bits, true)});
    }
    merge(set.v4_);
    merge(set.v6_);
    return set;
}

void IpSet::merge(std::vector<Range>& ranges) {
    std::ranges::sort(ranges, {}, &Range::first);
    std::size_t kept = 0;
    for (std::size_t index = 1; index < ranges.size(); ++index) {
        Range& last = ranges[kept];
        if (ranges[index].first <= next(last.last)) {
            last.last = std::max(last.last, ranges[index].last);
        } else {
            ranges[++kept] = ranges[index];
        }
    }
    if (!ranges.empty()) ranges.resize(kept + 1);
}

bool IpSet::contains(const IpAddress& address) const {
    const std::vector<Range>& ranges = is_v4(address) ? v4_ : v6_;
    const auto behind = std::ranges::upper_bound(ranges, address, {}, &Range::first);
    return behind != ranges.begin() && address <= std::prev(behind)->last;
}

bool IpSet::contains(std::string_view address) const {
    const std::optional<IpAddress> parsed = parse_ip_address(address);
    return parsed && contains(*parsed);
}

}  // namespace tocsin::rules
