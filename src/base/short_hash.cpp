#include "base/short_hash.hpp"

#include <sodium.h>

namespace tocsin {

std::uint64_t short_hash(const HashKey& key, std::string_view text) {
    static_assert(crypto_shorthash_KEYBYTES <= sizeof(key.bytes));
    std::array<unsigned char, crypto_shorthash_BYTES> out{};
    crypto_shorthash(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     key.bytes.data());
    std::uint64_t value = 0;
    for (unsigned char byte : out) value = value << 8U | byte;
    return value;
}

}  // namespace tocsin
