#include "config/files.hpp"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

namespace tocsin::config {

namespace {

namespace fs = std::filesystem;

std::optional<Complaint> readable(const std::string& path) {
    if (::access(path.c_str(), R_OK) == 0) return std::nullopt;
    return Complaint{fmt::format("{} cannot be read", in_quotes(path)),
                     "give the user that runs Tocsin the right to read it"};
}

std::optional<Complaint> usable_folder(const fs::path& path) {
    if (::access(path.c_str(), R_OK | W_OK | X_OK) == 0) return std::nullopt;
    return Complaint{fmt::format("{} cannot be written to", in_quotes(path.string())),
                     "give the user that runs Tocsin the right to write there"};
}

/// The folder itself, or the nearest one above it in which it can be made.
std::optional<Complaint> new_folder(const std::string& path) {
    std::error_code error;
    fs::path above = path;
    while (!fs::exists(above, error) && above.has_relative_path()) above = above.parent_path();
    if (above.empty()) above = ".";
    if (!fs::is_directory(above, error))
        return Complaint{fmt::format("{} is no folder", in_quotes(above.string())), "name a folder"};
    return usable_folder(above);
}

std::optional<Complaint> socket_place(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path.parent_path(), error))
        return Complaint{fmt::format("is in {}, which is no folder", in_quotes(path.parent_path().string())),
                         "make the folder, or name another"};
    return usable_folder(path.parent_path());
}

Complaint missing(const std::string& path, std::string_view what) {
    return {fmt::format("{}: no such {}", in_quotes(path), what),
            "relative paths start at the folder of the configuration file"};
}

std::optional<Complaint> file(PathUse use, const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return missing(path, "file");
    if (fs::is_directory(status))
        return Complaint{fmt::format("{} is a folder", in_quotes(path)), "name a file"};
    if (use == PathUse::program) {
        if (::access(path.c_str(), X_OK) == 0) return std::nullopt;
        return Complaint{fmt::format("{} cannot be run", in_quotes(path)),
                         "name the program tocsin-reader, and give the right to run it"};
    }
    if (use == PathUse::secret_file && (status.permissions() & fs::perms::others_all) != fs::perms::none)
        return Complaint{fmt::format("{} can be used by everybody on this machine", in_quotes(path)),
                         "chmod 600, or 640 with a group of its own"};
    return readable(path);
}

std::optional<Complaint> folder(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return missing(path, "folder");
    if (!fs::is_directory(status))
        return Complaint{fmt::format("{} is no folder", in_quotes(path)), "name the folder that holds it"};
    if (::access(path.c_str(), R_OK | X_OK) == 0) return std::nullopt;
    return Complaint{fmt::format("{} cannot be read", in_quotes(path)),
                     "give the user that runs Tocsin the right to read it"};
}

}  // namespace

std::optional<Complaint> look_at_path(PathUse use, const std::string& path) {
    std::error_code error;
    switch (use) {
        case PathUse::nothing: return std::nullopt;
        case PathUse::file:
        case PathUse::secret_file:
        case PathUse::program: return file(use, path);
        case PathUse::file_or_folder:
            if (!fs::exists(path, error)) return missing(path, "file or folder");
            return readable(path);
        case PathUse::folder: return folder(path);
        case PathUse::new_folder: return new_folder(path);
        case PathUse::socket: return socket_place(path);
    }
    return std::nullopt;
}

}  // namespace tocsin::config
