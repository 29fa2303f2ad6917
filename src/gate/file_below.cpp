#include "gate/file_below.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tocsin::gate {

namespace {

/// `path` as it is named from `root`; nothing when it is absolute and elsewhere.
Result<std::string> below(const std::string& root, const std::string& path) {
    if (!path.starts_with('/')) return path;
    std::string prefix = root;
    while (prefix.ends_with('/')) prefix.pop_back();
    if (path.starts_with(prefix + "/")) return path.substr(prefix.size() + 1);
    return fail(ErrorCode::permission, "this path lies outside of the folder that may be scanned");
}

Error open_error(int number) {
    switch (number) {
        case ENOENT: return {ErrorCode::not_found, "no such file"};
        case ELOOP:
        case EXDEV:
            return {ErrorCode::permission,
                    "the path leads out of the folder that may be scanned, or over a link"};
        case EACCES: return {ErrorCode::permission, "this file may not be read"};
        default: return {ErrorCode::io, "the file cannot be opened (error " + std::to_string(number) + ")"};
    }
}

Result<UniqueFd> open_below(const std::string& root, const std::string& name) {
    UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return std::unexpected(open_error(errno));
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long opened = ::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof how);
    if (opened < 0) return std::unexpected(open_error(errno));
    return UniqueFd(static_cast<int>(opened));
}

}  // namespace

Result<FileBelow> open_file_below(const std::string& root, const std::string& path, std::size_t bytes_max) {
    if (path.find('\0') != std::string::npos) return fail(ErrorCode::invalid_input, "a path holds no NUL");
    const std::string name = TRY(below(root, path));
    UniqueFd file = TRY(open_below(root, name));
    struct stat status{};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ErrorCode::permission, "this is no ordinary file");
    if (static_cast<std::uint64_t>(status.st_size) > bytes_max)
        return fail(ErrorCode::limit,
                    "the file is larger than the " + std::to_string(bytes_max) + " bytes that are scanned");
    return FileBelow{std::move(file), static_cast<std::size_t>(status.st_size)};
}

Result<std::size_t> read_file(const FileBelow& file, std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::read(file.descriptor.get(), into.data() + done, into.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(ErrorCode::io, "the file cannot be read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace tocsin::gate
