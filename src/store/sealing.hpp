// Compressing and sealing one piece of content: an evidence file, a kept mail (zstd, libsodium secretstream).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"

namespace tocsin::store {

inline constexpr std::size_t seal_key_bytes = 32;
/// How every sealed file begins.
inline constexpr std::string_view seal_magic = "TOCSIN1\n";
using SealKey = std::array<unsigned char, seal_key_bytes>;

/// A fresh random key.
[[nodiscard]] SealKey make_seal_key();

/// `content` compressed and sealed. The name of the file is bound in: a file under another name does not open.
[[nodiscard]] Result<Bytes> seal(const SealKey& key, const Hash256& name, ByteView content);

/// The content of a sealed file. Errors: corrupt (changed, cut, other key, other name), limit (more than
/// limits::message_bytes).
[[nodiscard]] Result<Bytes> open_seal(const SealKey& key, const Hash256& name, ByteView sealed);

}  // namespace tocsin::store
