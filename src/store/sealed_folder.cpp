#include "store/sealed_folder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "store/evidence_file.hpp"

namespace tocsin::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t key_file_bytes_max = 4096;

}  // namespace

Result<void> make_private_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return std::unexpected(errno_error("make folder " + folder.string(), errno));
}

Result<UniqueFd> lock_folder(const fs::path& folder, std::string_view what) {
    const fs::path path = folder / "lock";
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return std::unexpected(errno_error("open " + path.string(), errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::conflict,
                    fmt::format("{} in {} is used by another process", what, folder.string()));
    return fd;
}

Result<SealKey> read_seal_key(const fs::path& folder) {
    const fs::path path = folder / "key";
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) {
        Error error = errno_error("open " + path.string(), errno);
        if (errno == ENOENT) error.code = ErrorCode::not_found;
        return std::unexpected(std::move(error));
    }
    if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorCode::permission,
                    "key " + path.string() + ": others may read it; chmod 600 and judge the damage");
    const Bytes bytes = TRY(read_whole_file(path, key_file_bytes_max));
    if (bytes.size() != seal_key_bytes)
        return fail(ErrorCode::corrupt, fmt::format("key {}: {} bytes instead of {}", path.string(),
                                                    bytes.size(), seal_key_bytes));
    SealKey key{};
    std::transform(bytes.begin(), bytes.end(), key.begin(),
                   [](std::byte b) { return static_cast<unsigned char>(b); });
    return key;
}

Result<SealKey> read_or_make_seal_key(const fs::path& folder, SealedFiles files, std::string_view what) {
    const fs::path path = folder / "key";
    std::error_code error;
    if (fs::exists(fs::symlink_status(path, error))) return read_seal_key(folder);
    if (files == SealedFiles::some)
        return fail(ErrorCode::corrupt,
                    fmt::format("key {} is missing, but there is {} sealed with it: restore it",
                                path.string(), what));
    const SealKey key = make_seal_key();
    const fs::path fresh = folder / "key.new";
    fs::remove(fresh, error);
    TRY(write_new_file(fresh, std::as_bytes(std::span(key))));
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        return std::unexpected(errno_error("rename " + fresh.string(), errno));
    TRY(sync_folder(folder));
    return key;
}

}  // namespace tocsin::store
