// Short keyed names of values: what a profile remembers instead of addresses, and beside the texts that it shows.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/short_hash.hpp"

namespace tocsin::watch {

/// Makes hashes with one key. Nobody without it can find a text that collides with a known one, or try addresses against a
/// profile that was exported. All nodes of one installation share it, or profiles could not be joined.
class ValueHash {
public:
    explicit ValueHash(const HashKey& key) : key_(key) {}
    /// 0 for an empty text and for nothing else.
    [[nodiscard]] std::uint64_t operator()(std::string_view text) const {
        return text.empty() ? 0 : short_hash(key_, text) | 1U;
    }

private:
    HashKey key_;
};

}  // namespace tocsin::watch
