#include "scan/rule_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>

#include "base/unique_fd.hpp"

namespace tocsin::scan {

namespace {

namespace fs = std::filesystem;

bool has_extension(const fs::path& path, const std::vector<std::string_view>& extensions) {
    if (extensions.empty()) return true;
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return std::ranges::find(extensions, extension) != extensions.end();
}

}  // namespace

Result<std::vector<std::string>> find_rule_files(const std::string& place,
                                                 const std::vector<std::string_view>& extensions) {
    std::error_code error;
    const fs::file_status status = fs::status(place, error);
    if (!fs::exists(status))
        return fail(ErrorCode::not_found, fmt::format("{}: there is no such file or folder", place));
    if (!fs::is_directory(status)) return std::vector<std::string>{place};

    std::vector<std::string> files;
    fs::recursive_directory_iterator walk(place, fs::directory_options::skip_permission_denied, error);
    if (error) return fail(ErrorCode::permission, fmt::format("{}: {}", place, error.message()));
    for (const fs::recursive_directory_iterator end; walk != end && files.size() < rule_files_max;
         walk.increment(error)) {
        if (error) break;
        std::error_code ignored;
        if (walk->is_regular_file(ignored) && has_extension(walk->path(), extensions))
            files.push_back(walk->path().string());
    }
    std::ranges::sort(files);
    return files;
}

Result<std::string> read_rule_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return std::unexpected(errno_error("open " + path, errno));
    struct stat about{};
    if (::fstat(file.get(), &about) != 0) return std::unexpected(errno_error("stat " + path, errno));
    if (about.st_size < 0 || static_cast<std::size_t>(about.st_size) > rule_file_bytes_max)
        return fail(ErrorCode::limit, fmt::format("{}: larger than {} bytes", path, rule_file_bytes_max));

    std::string content(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t filled = 0;
    while (filled < content.size()) {
        const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno_error("read " + path, errno));
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    content.resize(filled);
    return content;
}

std::string digest_of_files(const std::vector<std::string>& paths) {
    // The key is no secret here: keyed BLAKE2b is simply the fastest hash at hand, and databases reach 300 MiB.
    const HashKey key{};
    std::string all;
    for (const std::string& path : paths) {
        const Result<std::string> content = read_rule_file(path);
        const Hash256 hash =
            keyed_hash(key, as_bytes(content ? std::string_view(*content) : std::string_view()));
        all += path + '\0' + to_hex(std::as_bytes(std::span(hash))) + '\n';
    }
    const Hash256 hash = keyed_hash(key, as_bytes(all));
    return to_hex(std::as_bytes(std::span(hash)).first(16));
}

}  // namespace tocsin::scan
