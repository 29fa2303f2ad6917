#include "app/password_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/limits/imap.hpp"
#include "base/unique_fd.hpp"

namespace tocsin::app {

Result<std::string> read_password(const std::string& path, MayRead others) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts{};
    if (!file.valid() || ::fstat(file.get(), &facts) != 0)
        return std::unexpected(errno_error("read the password from " + path, errno));
    const mode_t forbidden = others == MayRead::nobody ? S_IRWXG | S_IRWXO : S_IRWXO | S_IWGRP;
    if (!S_ISREG(facts.st_mode) || (facts.st_mode & forbidden) != 0)
        return fail(ErrorCode::permission, path + ": others may read the password; chmod 600 " + path);
    std::array<char, limits::password_file_bytes> buffer{};
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return std::unexpected(errno_error("read the password from " + path, errno));
    std::string password(buffer.data(), static_cast<std::size_t>(got));
    while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
    if (password.empty()) return fail(ErrorCode::invalid_input, path + ": there is no password in it");
    if (password.find_first_of("\r\n") != std::string::npos || static_cast<std::size_t>(got) == buffer.size())
        return fail(ErrorCode::invalid_input, path + ": more than one line, or too long for a password");
    return password;
}

}  // namespace tocsin::app
