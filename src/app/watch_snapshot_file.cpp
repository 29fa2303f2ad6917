#include "app/watch_snapshot_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits/watch.hpp"
#include "base/short_hash.hpp"
#include "base/unique_fd.hpp"
#include "net/loop.hpp"
#include "watch/snapshot.hpp"

namespace tocsin::app {

namespace {

constexpr std::string_view first_line = "tocsin watch snapshot 2\n";
/// Before each piece: its bytes, and their keyed hash, into which its place in the file is bound. The last piece is empty.
constexpr std::size_t head_bytes = sizeof(std::uint32_t) + sizeof(std::uint64_t);

std::uint64_t sum_of(const HashKey& key, std::uint64_t place, std::string_view piece) {
    return short_hash(key, std::to_string(place) + " " + std::string(piece));
}

std::string framed(const HashKey& key, std::uint64_t place, std::string_view piece) {
    ByteWriter head;
    head.u32(static_cast<std::uint32_t>(piece.size()));
    head.u64(sum_of(key, place, piece));
    return head.take() + std::string(piece);
}

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return std::unexpected(errno_error("write " + path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::string> read_all(int file, const std::string& path) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) return std::unexpected(errno_error("read " + path, errno));
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got = ::read(file, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::unexpected(errno_error("read " + path, errno));
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// The file, and then its name, are on disk.
Result<void> put_in_place(int file, const std::string& beside, const std::string& path) {
    if (::fsync(file) != 0 || ::rename(beside.c_str(), path.c_str()) != 0)
        return std::unexpected(errno_error("write " + path, errno));
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.valid() || ::fsync(opened.get()) != 0)
        return std::unexpected(errno_error("write " + folder, errno));
    return {};
}

}  // namespace

Result<WatchSnapshot> read_watch_snapshot(const std::string& path, const HashKey& key) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() && errno == ENOENT) return WatchSnapshot{};
    if (!file.valid()) return std::unexpected(errno_error("read " + path, errno));
    const std::string bytes = TRY(read_all(file.get(), path));
    if (!bytes.starts_with(first_line))
        return fail(ErrorCode::corrupt, path + " is no snapshot of the watch, or one of another version");
    std::string_view rest = std::string_view(bytes).substr(first_line.size());
    std::string whole;
    for (std::uint64_t place = 0;; ++place) {
        ByteReader head(rest.substr(0, head_bytes));
        const std::uint32_t size = head.u32();
        const std::uint64_t sum = head.u64();
        const std::string_view piece = rest.substr(std::min(head_bytes, rest.size()), size);
        if (head.failed() || piece.size() != size || sum != sum_of(key, place, piece))
            return fail(ErrorCode::corrupt, path + " is damaged, or was made with another watch-key");
        if (size == 0) break;
        whole += piece;
        rest.remove_prefix(head_bytes + size);
    }
    if (whole.size() < sizeof(std::uint64_t)) return fail(ErrorCode::corrupt, path + " is cut off");
    ByteReader number(std::string_view(whole).substr(0, sizeof(std::uint64_t)));
    WatchSnapshot snapshot{.number = number.u64(), .bytes = {}};
    whole.erase(0, sizeof(std::uint64_t));
    snapshot.bytes = std::move(whole);
    return snapshot;
}

Result<void> write_watch_snapshot(net::Fiber& fiber, WatchService& service, net::BlockingPool& blocking,
                                  const std::string& path, Deadline deadline) {
    const std::string beside = path + ".new";
    UniqueFd file;
    TRY(blocking.call(fiber, [&]() -> Result<void> {
        ::unlink(beside.c_str());
        file = UniqueFd(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
        if (!file.valid()) return std::unexpected(errno_error("make " + beside, errno));
        return {};
    }));
    TRY(blocking.call(fiber, [&] { return write_all(file.get(), first_line, beside); }));
    // From here to the first slice nothing else runs: number and state are of one moment.
    ByteWriter number;
    number.u64(service.last_number());
    watch::SnapshotTaker taker(service.watch());
    std::string waiting = number.take();
    std::uint64_t place = 0;
    for (bool complete = false; !complete;) {
        complete = taker.add(limits::watch_snapshot_slice);
        if (complete || taker.bytes_waiting() >= limits::watch_snapshot_write_bytes) {
            waiting += taker.take_bytes();
            TRY(blocking.call(
                fiber, [&] { return write_all(file.get(), framed(service.key(), place, waiting), beside); }));
            ++place;
            waiting.clear();
        }
        if (net::steady_now() > deadline)
            return fail(ErrorCode::timed_out, "there was no time for a snapshot of the watch");
        // Mail comes first. A stop does not end it: whoever stops gives a deadline.
        static_cast<void>(net::yield_now(fiber));
    }
    return blocking.call(fiber, [&]() -> Result<void> {
        TRY(write_all(file.get(), framed(service.key(), place, {}), beside));
        return put_in_place(file.get(), beside, path);
    });
}

}  // namespace tocsin::app
