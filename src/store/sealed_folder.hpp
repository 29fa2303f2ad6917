// What folders of sealed files have in common: private, used by one process, with a key of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/sealing.hpp"

namespace tocsin::store {

/// Makes the folder, for its owner only; one that is there stays as it is. Errors: permission, io.
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& folder);

/// Keeps other processes out as long as the descriptor is open. `what` is in the folder: "evidence". Errors: conflict (another
/// process has it), permission, io.
[[nodiscard]] Result<UniqueFd> lock_folder(const std::filesystem::path& folder, std::string_view what);

/// Whether the folder holds files that were sealed with its key.
enum class SealedFiles : std::uint8_t { none, some };

/// The key in `<folder>/key`. Errors: not_found, permission (others may read it), corrupt (not as long as a key).
[[nodiscard]] Result<SealKey> read_seal_key(const std::filesystem::path& folder);

/// The same; makes it when there is nothing sealed yet: a new key beside old files would make them unreadable in silence.
/// Errors: corrupt (it is missing, but files sealed with it are there), and those above.
[[nodiscard]] Result<SealKey> read_or_make_seal_key(const std::filesystem::path& folder, SealedFiles files,
                                                    std::string_view what);

}  // namespace tocsin::store
