#include "store/evidence_store.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/unique_fd.hpp"
#include "store/evidence_file.hpp"
#include "store/sealed_folder.hpp"
#include "store/sealing.hpp"

namespace tocsin::store {

namespace fs = std::filesystem;

struct EvidenceState {
    fs::path folder;
    std::uint64_t bytes_max = 0;
    SealKey key{};
    UniqueFd lock;
    std::mutex mutex;              ///< guards used_bytes, and the step from temporary to final name
    std::uint64_t used_bytes = 0;  ///< on disk, and promised to writers under way

    ~EvidenceState() { sodium_memzero(key.data(), key.size()); }
    [[nodiscard]] fs::path shelf(const Hash256& hash) const;
    [[nodiscard]] fs::path file(const Hash256& hash) const;
    Result<void> reserve(std::uint64_t bytes);
    void give_back(std::uint64_t bytes);
    Result<void> write(const Hash256& hash, ByteView sealed);
    Result<bool> holds_intact(const Hash256& hash);
    bool touch(const Hash256& hash);
};

namespace {

/// Sealed bytes of a message at the limit: what does not compress grows a little.
constexpr std::size_t sealed_bytes_max = limits::message_bytes + limits::message_bytes / 64 + (1U << 20);

std::string hex(const Hash256& hash) {
    return to_hex(std::as_bytes(std::span(hash)));
}

/// Bytes of all sealed files. What a killed process left in `new` is removed.
Result<std::uint64_t> take_stock(const fs::path& folder) {
    std::error_code error;
    std::uint64_t bytes = 0;
    for (fs::directory_iterator entry(folder / "new", error), end; !error && entry != end;
         entry.increment(error))
        ::unlink(entry->path().c_str());
    for (unsigned shelf = 0; !error && shelf < 256; ++shelf) {
        const fs::path path = folder / fmt::format("{:02x}", shelf);
        for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
            bytes += entry->file_size(error);
    }
    if (error) return fail(ErrorCode::io, "evidence in " + folder.string() + ": " + error.message());
    return bytes;
}

}  // namespace

fs::path EvidenceState::shelf(const Hash256& hash) const {
    return folder / fmt::format("{:02x}", hash[0]);
}

fs::path EvidenceState::file(const Hash256& hash) const {
    return shelf(hash) / hex(hash);
}

Result<void> EvidenceState::reserve(std::uint64_t bytes) {
    const std::lock_guard guard(mutex);
    if (bytes > bytes_max || used_bytes > bytes_max - bytes)
        return fail(ErrorCode::limit,
                    fmt::format("evidence quota: {} of {} bytes are used", used_bytes, bytes_max));
    used_bytes += bytes;
    return {};
}

void EvidenceState::give_back(std::uint64_t bytes) {
    const std::lock_guard guard(mutex);
    used_bytes -= std::min(bytes, used_bytes);
}

/// True if the file exists and opens; a damaged one is removed, so that it is written anew.
Result<bool> EvidenceState::holds_intact(const Hash256& hash) {
    const auto sealed = read_whole_file(file(hash), sealed_bytes_max);
    if (!sealed && sealed.error().code == ErrorCode::not_found) return false;
    if (!sealed) return std::unexpected(sealed.error());
    if (const auto content = open_seal(key, hash, *sealed); content && sha256(*content) == hash) return true;
    if (::unlink(file(hash).c_str()) == 0) give_back(sealed->size());
    return false;
}

/// Marks as stored just now. False: it was removed meanwhile.
bool EvidenceState::touch(const Hash256& hash) {
    const std::lock_guard guard(mutex);
    return ::utimensat(AT_FDCWD, file(hash).c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<void> EvidenceState::write(const Hash256& hash, ByteView sealed) {
    Hash256 random{};
    randombytes_buf(random.data(), random.size());
    const fs::path fresh = folder / "new" / hex(random);
    TRY(write_new_file(fresh, sealed));
    {
        const std::lock_guard guard(mutex);
        std::error_code error;
        const auto replaced =
            fs::file_size(file(hash), error);  // another thread stored the same content meanwhile
        const std::uint64_t replaced_bytes = error ? 0 : replaced;
        if (::rename(fresh.c_str(), file(hash).c_str()) != 0) {
            const int reason = errno;
            ::unlink(fresh.c_str());
            return std::unexpected(errno_error("rename " + fresh.string(), reason));
        }
        used_bytes -= std::min(replaced_bytes, used_bytes);
    }
    return sync_folder(shelf(hash));
}

EvidenceStore::EvidenceStore(std::unique_ptr<EvidenceState> state) : state_(std::move(state)) {}
EvidenceStore::EvidenceStore(EvidenceStore&& other) noexcept = default;
EvidenceStore& EvidenceStore::operator=(EvidenceStore&& other) noexcept = default;
EvidenceStore::~EvidenceStore() = default;

Result<EvidenceStore> EvidenceStore::open(const fs::path& folder, std::uint64_t bytes_max) {
    TRY(make_private_folder(folder));
    auto state = std::make_unique<EvidenceState>();
    state->folder = folder;
    state->bytes_max = bytes_max;
    state->lock = TRY(lock_folder(folder, "evidence"));
    TRY(make_private_folder(folder / "new"));
    for (unsigned shelf = 0; shelf < 256; ++shelf)
        TRY(make_private_folder(folder / fmt::format("{:02x}", shelf)));
    TRY(sync_folder(folder));
    state->used_bytes = TRY(take_stock(folder));
    state->key = TRY(read_or_make_seal_key(
        folder, state->used_bytes > 0 ? SealedFiles::some : SealedFiles::none, "evidence"));
    return EvidenceStore(std::move(state));
}

Result<Hash256> EvidenceStore::put(ByteView content) {
    const Hash256 hash = sha256(content);
    if (TRY(state_->holds_intact(hash)) && state_->touch(hash)) {
        // It may have been renamed by a process that died before it synchronised the folder.
        TRY(sync_folder(state_->shelf(hash)));
        return hash;
    }
    const Bytes sealed = TRY(seal(state_->key, hash, content));
    TRY(state_->reserve(sealed.size()));
    if (auto written = state_->write(hash, sealed); !written) {
        if (!contains(hash)) state_->give_back(sealed.size());
        return std::unexpected(std::move(written).error());
    }
    return hash;
}

Result<Bytes> EvidenceStore::get(const Hash256& hash) {
    const Bytes sealed = TRY(read_whole_file(state_->file(hash), sealed_bytes_max));
    Bytes content = TRY(open_seal(state_->key, hash, sealed));
    if (sha256(content) != hash)
        return fail(ErrorCode::corrupt, "read evidence: the content is not what its name says");
    return content;
}

Result<bool> EvidenceStore::remove_if_unused(const Hash256& hash, TimePoint stored_before) {
    const std::lock_guard guard(state_->mutex);
    struct stat found{};
    const fs::path path = state_->file(hash);
    if (::lstat(path.c_str(), &found) != 0) return true;
    const std::int64_t stored_us =
        std::int64_t{found.st_mtim.tv_sec} * 1'000'000 + std::int64_t{found.st_mtim.tv_nsec} / 1000;
    if (stored_us >= stored_before.microseconds) return false;
    if (::unlink(path.c_str()) != 0) return std::unexpected(errno_error("delete " + path.string(), errno));
    state_->used_bytes -= std::min(static_cast<std::uint64_t>(found.st_size), state_->used_bytes);
    return true;
}

Result<std::vector<Hash256>> EvidenceStore::list_shelf(std::uint8_t shelf) const {
    std::vector<Hash256> hashes;
    std::error_code error;
    for (fs::directory_iterator entry(state_->folder / fmt::format("{:02x}", shelf), error), end;
         !error && entry != end; entry.increment(error))
        // What has another name was put there by somebody else: it is not ours to delete.
        if (Result<Hash256> hash = hash_from_hex(entry->path().filename().string())) hashes.push_back(*hash);
    if (error) return fail(ErrorCode::io, "list evidence: " + error.message());
    return hashes;
}

bool EvidenceStore::contains(const Hash256& hash) const {
    std::error_code error;
    return fs::is_regular_file(state_->file(hash), error);
}

std::uint64_t EvidenceStore::used_bytes() const {
    const std::lock_guard guard(state_->mutex);
    return state_->used_bytes;
}

Result<Hash256> hash_from_hex(std::string_view text) {
    Hash256 hash{};
    if (text.size() != 2 * hash.size())
        return fail(ErrorCode::invalid_input, "hash: 64 hexadecimal digits are needed");
    for (std::size_t index = 0; index < text.size(); ++index) {
        const char digit = text[index];
        const int value = digit >= '0' && digit <= '9'   ? digit - '0'
                          : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                          : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                         : -1;
        if (value < 0) return fail(ErrorCode::invalid_input, "hash: not a hexadecimal digit");
        hash[index / 2] = static_cast<std::uint8_t>(hash[index / 2] << 4 | value);
    }
    return hash;
}

}  // namespace tocsin::store
