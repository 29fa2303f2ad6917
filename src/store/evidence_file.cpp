#include "store/evidence_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.hpp"

namespace tocsin::store {
namespace {

std::unexpected<Error> system_error(std::string_view doing, const std::filesystem::path& path) {
    Error error = errno_error(std::string(doing) + " " + path.string(), errno);
    if (errno == ENOENT) error.code = ErrorCode::not_found;
    return std::unexpected(std::move(error));
}

Result<void> write_and_sync(int fd, ByteView content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error("write", path);
        content = content.subspan(static_cast<std::size_t>(count));
    }
    if (::fsync(fd) != 0) return system_error("synchronise", path);
    return {};
}

}  // namespace

Result<void> sync_folder(const std::filesystem::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::fsync(fd.get()) != 0) return system_error("synchronise folder", folder);
    return {};
}

Result<void> write_new_file(const std::filesystem::path& path, ByteView content) {
    const UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return system_error("create", path);
    auto written = write_and_sync(fd.get(), content, path);
    if (!written) ::unlink(path.c_str());
    return written;
}

Result<void> append_and_sync(const std::filesystem::path& path, std::string_view text) {
    const UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return system_error("open", path);
    return write_and_sync(fd.get(), as_bytes(text), path);
}

Result<Bytes> read_whole_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat found{};
    if (!fd.valid() || ::fstat(fd.get(), &found) != 0) return system_error("open", path);
    if (!S_ISREG(found.st_mode)) return fail(ErrorCode::io, "open " + path.string() + ": not a file");
    if (static_cast<std::uint64_t>(found.st_size) > bytes_max)
        return fail(ErrorCode::limit, "read " + path.string() + ": over the size limit");
    Bytes content(static_cast<std::size_t>(found.st_size));
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t count = ::read(fd.get(), content.data() + done, content.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error("read", path);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    content.resize(done);
    return content;
}

}  // namespace tocsin::store
