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
#include "base/unique_fd.hpp"
#include "net/loop.hpp"
#include "watch/snapshot.hpp"

namespace tocsin::app {

namespace {

constexpr std::string_view first_line = "tocsin watch snapshot 1\n";

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

Result<WatchSnapshot> read_watch_snapshot(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() && errno == ENOENT) return WatchSnapshot{};
    if (!file.valid()) return std::unexpected(errno_error("read " + path, errno));
    std::string bytes = TRY(read_all(file.get(), path));
    constexpr std::size_t header_bytes = first_line.size() + sizeof(std::uint64_t);
    if (!bytes.starts_with(first_line) || bytes.size() < header_bytes)
        return fail(ErrorCode::corrupt, path + " is no snapshot of the watch, or one of another version");
    ByteReader header(std::string_view(bytes).substr(first_line.size(), sizeof(std::uint64_t)));
    WatchSnapshot snapshot{.number = header.u64(), .bytes = {}};
    bytes.erase(0, header_bytes);
    snapshot.bytes = std::move(bytes);
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
    // From here to the first slice nothing else runs: number and state are of one moment.
    ByteWriter number;
    number.u64(service.last_number());
    watch::SnapshotTaker taker(service.watch());
    std::string waiting = std::string(first_line) + number.take();
    for (bool complete = false; !complete;) {
        complete = taker.add(limits::watch_snapshot_slice);
        if (complete || taker.bytes_waiting() >= limits::watch_snapshot_write_bytes) {
            waiting += taker.take_bytes();
            TRY(blocking.call(fiber, [&] { return write_all(file.get(), waiting, beside); }));
            waiting.clear();
        }
        if (net::steady_now() > deadline)
            return fail(ErrorCode::timed_out, "there was no time for a snapshot of the watch");
        // Mail comes first. A stop does not end it: whoever stops gives a deadline.
        static_cast<void>(net::yield_now(fiber));
    }
    return blocking.call(fiber, [&] { return put_in_place(file.get(), beside, path); });
}

}  // namespace tocsin::app
