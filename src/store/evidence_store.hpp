// Evidence: content of messages as sealed files named by the SHA-256 of their content.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace tocsin::store {

struct EvidenceState;

/// Files below one folder: compressed (zstd), sealed (libsodium secretstream) with the key in `<folder>/key`, which
/// is made at first start with mode 0600. Without the key nothing can be read: back it up apart from the files. Safe
/// to use from several threads of one process; a lock file keeps a second process out. Every call blocks.
class EvidenceStore {
public:
    /// Errors: permission (folder, or a key file that others may read), corrupt (key file), conflict (another
    /// process), io.
    [[nodiscard]] static Result<EvidenceStore> open(const std::filesystem::path& folder,
                                                    std::uint64_t bytes_max = limits::evidence_bytes);
    EvidenceStore(EvidenceStore&& other) noexcept;
    EvidenceStore& operator=(EvidenceStore&& other) noexcept;
    ~EvidenceStore();

    /// Stores `content`; durable on return (file and folder are synchronised). The same content twice is one file.
    /// Returns its SHA-256. Errors: limit ("evidence quota": nothing was stored), io.
    [[nodiscard]] Result<Hash256> put(ByteView content);
    /// Reads, opens the seal, decompresses within limits::message_bytes and verifies the hash. Errors: not_found,
    /// corrupt, io.
    [[nodiscard]] Result<Bytes> get(const Hash256& hash);
    /// Deletes, unless it was stored (again) at `stored_before` or later: what is stored just now may not have its record
    /// yet. Returns whether it is gone. Errors: io.
    [[nodiscard]] Result<bool> remove_if_unused(const Hash256& hash, TimePoint stored_before);
    /// Every hash that begins with the byte `shelf`.
    [[nodiscard]] Result<std::vector<Hash256>> list_shelf(std::uint8_t shelf) const;
    [[nodiscard]] bool contains(const Hash256& hash) const;
    /// Bytes that the sealed files take.
    [[nodiscard]] std::uint64_t used_bytes() const;

private:
    explicit EvidenceStore(std::unique_ptr<EvidenceState> state);
    std::unique_ptr<EvidenceState> state_;
};

/// The hash that 64 hexadecimal digits stand for. Errors: invalid_input.
[[nodiscard]] Result<Hash256> hash_from_hex(std::string_view text);

}  // namespace tocsin::store
