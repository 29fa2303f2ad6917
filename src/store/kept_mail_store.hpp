// Mail that is kept so that new rules can be asked about it: the daemon's side, which writes and forgets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "store/kept_mail.hpp"

namespace tocsin::store {

struct KeptMailState;

struct KeptMailRoom {
    std::uint64_t bytes_max = std::uint64_t{10} << 30;  ///< of all files together
    std::uint64_t disk_free_bytes =
        limits::kept_disk_free_bytes;  ///< with less free on the disk nothing is kept
};

/// Entries in files of one folder: compressed (zstd), sealed (libsodium secretstream) with a key of its own, `<folder>/key`. What
/// is added is not synchronised at once: a power cut may cost the last of it, and what is readable stays readable. Files go as a
/// whole, the oldest first. Safe to use from several threads of one process; a lock file keeps a second writer out, and readers
/// (KeptMailReader) need no lock. Calls block, except used_bytes() and oldest().
class KeptMailStore {
public:
    /// Errors: permission (folder, or a key that others may read), corrupt (key), conflict (another process), io.
    [[nodiscard]] static Result<KeptMailStore> open(const std::filesystem::path& folder, KeptMailRoom room);
    KeptMailStore(KeptMailStore&& other) noexcept;
    KeptMailStore& operator=(KeptMailStore&& other) noexcept;
    ~KeptMailStore();

    /// Keeps a mail; the oldest files go where there is no room for it. Returns when the file it is in began (see oldest()).
    /// Errors: limit (larger than the room, or than limits::kept_message_bytes; too little free space on the disk), io.
    [[nodiscard]] Result<TimePoint> add(const KeptFacts& facts, ByteView content, TimePoint now);
    /// Writes down how many were not kept. Errors: as above.
    [[nodiscard]] Result<void> note(const NotKept& note, TimePoint now);
    /// Deletes files in which nothing is younger than `time`. Returns how many. Errors: io.
    [[nodiscard]] Result<std::size_t> remove_before(TimePoint time);
    /// Bytes that the files take.
    [[nodiscard]] std::uint64_t used_bytes() const;
    /// When the oldest file that is there began; what add() put into an older one is gone. The end of all time: there is none.
    [[nodiscard]] TimePoint oldest() const;

private:
    explicit KeptMailStore(std::unique_ptr<KeptMailState> state);
    std::unique_ptr<KeptMailState> state_;
};

}  // namespace tocsin::store
