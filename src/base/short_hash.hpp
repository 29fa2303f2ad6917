// Short keyed hashes, for tables whose keys come from outside.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.hpp"

namespace tocsin {

/// SipHash-2-4 (Aumasson and Bernstein, 2012) under the first 16 bytes of the key.
[[nodiscard]] std::uint64_t short_hash(const HashKey& key, std::string_view text);

}  // namespace tocsin
