#include "app/api_token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/limits.hpp"
#include "base/token.hpp"
#include "base/unique_fd.hpp"

namespace tocsin::app {

namespace {

Result<std::string> read_token(int file, const std::string& path, const std::string& what) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) return std::unexpected(errno_error("read " + path, errno));
    if (!S_ISREG(facts.st_mode) || (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorCode::permission, path + ": others may read " + what +
                                               "; remove the file, a new one is made at the next start");
    std::array<char, limits::api_token_file_bytes> buffer{};
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got < 0) return std::unexpected(errno_error("read " + path, errno));
    std::string token(buffer.data(), static_cast<std::size_t>(got));
    while (token.ends_with('\n')) token.pop_back();
    if (!looks_like_token(token))
        return fail(ErrorCode::corrupt,
                    path + ": this is no token (32 or more letters, digits, - and _); remove the "
                           "file, a new one is made at the next start");
    return token;
}

/// Written beside its place and renamed: a crash leaves no half token.
Result<std::string> make_file(const std::string& path, const std::string& what) {
    std::string token = make_token();
    const std::string line = token + "\n", beside = path + ".new";
    ::unlink(beside.c_str());
    const UniqueFd file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    const bool written = file.valid() &&
                         ::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                         ::fsync(file.get()) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
    if (!written) return std::unexpected(errno_error("write " + what + " to " + path, errno));
    return token;
}

}  // namespace

Result<std::string> read_or_make_api_token(const std::string& path) {
    return read_or_make_secret(path, "the API's token");
}

Result<std::string> read_or_make_secret(const std::string& path, const std::string& what) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.valid()) return read_token(file.get(), path, what);
    if (errno != ENOENT) return std::unexpected(errno_error("read " + path, errno));
    return make_file(path, what);
}

}  // namespace tocsin::app
