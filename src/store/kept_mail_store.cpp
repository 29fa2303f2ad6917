#include "store/kept_mail_store.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <limits>
#include <mutex>

#include "base/unique_fd.hpp"
#include "store/detail/kept_segment.hpp"
#include "store/evidence_file.hpp"
#include "store/sealed_folder.hpp"

namespace tocsin::store {

namespace fs = std::filesystem;

namespace {

constexpr TimePoint never{std::numeric_limits<std::int64_t>::max()};

Result<void> write_all(int fd, ByteView bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(errno_error("write " + path.string(), errno));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

struct KeptMailState {
    fs::path folder;
    KeptMailRoom room;
    SealKey key{};
    UniqueFd lock;
    std::mutex mutex;                  ///< guards all below, but for what the loop looks at
    std::deque<KeptSegment> segments;  ///< oldest first
    UniqueFd writing;                  ///< into the last segment; not open: the next entry begins a new one
    std::atomic<std::uint64_t> used_bytes = 0;
    std::atomic<std::int64_t> oldest_us = never.microseconds;

    ~KeptMailState() { sodium_memzero(key.data(), key.size()); }
    Result<TimePoint> append(std::string_view plain, TimePoint now);
    Result<void> remove_oldest();
    void close_segment();

private:
    Result<void> begin_segment(TimePoint now);
    [[nodiscard]] bool segment_is_full(TimePoint now) const;
    [[nodiscard]] Result<void> look_at_disk() const;
    Result<void> make_room(std::uint64_t bytes);
    Result<void> write_entry(KeptSegment& segment, ByteView frame);
    [[nodiscard]] fs::path path_of(const KeptSegment& segment) const { return folder / segment.file_name(); }
};

/// Synchronised when nothing more comes into it: from then on a power cut does not touch it.
void KeptMailState::close_segment() {
    if (writing.valid()) static_cast<void>(::fdatasync(writing.get()));
    writing.reset();
}

Result<void> KeptMailState::begin_segment(TimePoint now) {
    close_segment();
    // A clock that was put back, or that stands still, must not give two files one name.
    const TimePoint begin{segments.empty()
                              ? now.microseconds
                              : std::max(now.microseconds, segments.back().begin.microseconds + 1)};
    const KeptSegment fresh{begin, 0};
    UniqueFd fd(::open(path_of(fresh).c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return std::unexpected(errno_error("create " + path_of(fresh).string(), errno));
    writing = std::move(fd);
    segments.push_back(fresh);
    oldest_us = segments.front().begin.microseconds;
    return sync_folder(folder);
}

bool KeptMailState::segment_is_full(TimePoint now) const {
    return !writing.valid() || segments.back().bytes >= limits::kept_segment_bytes ||
           now > segments.back().end();
}

Result<void> KeptMailState::look_at_disk() const {
    struct statvfs disk{};
    if (::statvfs(folder.c_str(), &disk) != 0)
        return std::unexpected(errno_error("look at the disk of " + folder.string(), errno));
    const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (free_bytes >= room.disk_free_bytes) return {};
    return fail(ErrorCode::limit,
                fmt::format("the disk of {} has {} MiB left, and mail is kept only while there are {}",
                            folder.string(), free_bytes >> 20U, room.disk_free_bytes >> 20U));
}

Result<void> KeptMailState::remove_oldest() {
    if (segments.size() == 1) close_segment();
    const KeptSegment& oldest = segments.front();
    // Somebody may have deleted it by hand.
    if (::unlink(path_of(oldest).c_str()) != 0 && errno != ENOENT)
        return std::unexpected(errno_error("delete " + path_of(oldest).string(), errno));
    used_bytes -= oldest.bytes;
    segments.pop_front();
    oldest_us = segments.empty() ? never.microseconds : segments.front().begin.microseconds;
    return {};
}

Result<void> KeptMailState::make_room(std::uint64_t bytes) {
    if (bytes > room.bytes_max)
        return fail(ErrorCode::limit,
                    fmt::format("a mail of {} bytes, sealed, is more than all that is kept ({})", bytes,
                                room.bytes_max));
    while (used_bytes > room.bytes_max - bytes) TRY(remove_oldest());
    return {};
}

/// Whole or not at all: half an entry would hide what comes behind it for one look.
Result<void> KeptMailState::write_entry(KeptSegment& segment, ByteView frame) {
    Result<void> written = write_all(writing.get(), frame, path_of(segment));
    if (written) {
        segment.bytes += frame.size();
        used_bytes += frame.size();
    } else if (::ftruncate(writing.get(), static_cast<off_t>(segment.bytes)) != 0) {
        close_segment();
    }
    return written;
}

Result<TimePoint> KeptMailState::append(std::string_view plain, TimePoint now) {
    const std::lock_guard guard(mutex);
    TRY(look_at_disk());
    // Before the place is known, because the seal hangs on the place: as if nothing were won by compressing.
    TRY(make_room(plain.size() + plain.size() / 64 + limits::evidence_chunk_bytes));
    if (segment_is_full(now)) TRY(begin_segment(now));
    KeptSegment& segment = segments.back();
    const Bytes sealed = TRY(seal(key, kept_entry_name(segment, segment.bytes), as_bytes(plain)));
    ByteWriter frame;
    frame.string(as_text(sealed));
    TRY(write_entry(segment, as_bytes(frame.data())));
    return segment.begin;
}

KeptMailStore::KeptMailStore(std::unique_ptr<KeptMailState> state) : state_(std::move(state)) {}
KeptMailStore::KeptMailStore(KeptMailStore&& other) noexcept = default;
KeptMailStore& KeptMailStore::operator=(KeptMailStore&& other) noexcept = default;
KeptMailStore::~KeptMailStore() = default;

Result<KeptMailStore> KeptMailStore::open(const fs::path& folder, KeptMailRoom room) {
    TRY(make_private_folder(folder));
    auto state = std::make_unique<KeptMailState>();
    state->folder = folder;
    state->room = room;
    state->lock = TRY(lock_folder(folder, "kept mail"));
    const std::vector<KeptSegment> segments = TRY(list_kept_segments(folder));
    for (const KeptSegment& segment : segments) state->used_bytes += segment.bytes;
    state->segments.assign(segments.begin(), segments.end());
    if (!segments.empty()) state->oldest_us = segments.front().begin.microseconds;
    state->key = TRY(
        read_or_make_seal_key(folder, segments.empty() ? SealedFiles::none : SealedFiles::some, "kept mail"));
    return KeptMailStore(std::move(state));
}

Result<TimePoint> KeptMailStore::add(const KeptFacts& facts, ByteView content, TimePoint now) {
    if (content.size() > limits::kept_message_bytes)
        return fail(ErrorCode::limit, fmt::format("keep mail: {} bytes are over the limit", content.size()));
    return state_->append(encode_kept(facts, content), now);
}

Result<void> KeptMailStore::note(const NotKept& note, TimePoint now) {
    TRY(state_->append(encode_not_kept(note), now));
    return {};
}

Result<std::size_t> KeptMailStore::remove_before(TimePoint time) {
    const std::lock_guard guard(state_->mutex);
    std::size_t removed = 0;
    for (; !state_->segments.empty() && state_->segments.front().end() < time; ++removed)
        TRY(state_->remove_oldest());
    return removed;
}

std::uint64_t KeptMailStore::used_bytes() const {
    return state_->used_bytes;
}

TimePoint KeptMailStore::oldest() const {
    return TimePoint{state_->oldest_us};
}

}  // namespace tocsin::store
