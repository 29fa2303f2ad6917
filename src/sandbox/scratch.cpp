#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

namespace {

#ifndef TOCSIN_UNCONFINED

bool write_file(const char* path, std::string_view text) {
    UniqueFd file(::open(path, O_WRONLY | O_CLOEXEC));
    return file.valid() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// A mount namespace of its own. Without the right to that: inside a new user namespace, where this user is the
/// only one.
bool enter_mount_namespace() {
    if (::unshare(CLONE_NEWNS) == 0) return true;
    std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    return write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", user + " " + user + " 1") &&
           write_file("/proc/self/gid_map", group + " " + group + " 1");
}

#endif

/// Bounds of empty_folder(): engines unpack flat, into a few folders.
constexpr std::size_t scratch_depth_max = 32;
constexpr std::size_t scratch_entries_max = 200'000;

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder open_folder_at(int parent, const char* name) {
    int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return nullptr;
    Folder folder(::fdopendir(fd));
    if (folder == nullptr) ::close(fd);
    return folder;
}

struct Level {
    Folder folder;
    std::string name;  ///< in the level above
};

}  // namespace

bool mount_private_scratch(const std::string& folder, std::size_t size_bytes) {
#ifdef TOCSIN_UNCONFINED
    static_cast<void>(folder);
    static_cast<void>(size_bytes);
    return false;
#else
    if (!enter_mount_namespace()) return false;
    // Without this, our mount would show in the namespace that we came from.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    std::string options = "mode=0700,size=" + std::to_string(size_bytes) + ",nr_inodes=65536";
    return ::mount("tocsin-scratch", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                   options.c_str()) == 0;
#endif
}

bool tmpfs_folder_is_empty(const std::string& folder) {
    constexpr off_t empty_bytes = 40;  // tmpfs counts twenty for every entry, "." and ".." among them
    struct stat status{};
    return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_size == empty_bytes;
}

bool empty_folder(const std::string& folder) {
    std::vector<Level> levels;
    levels.push_back({open_folder_at(AT_FDCWD, folder.c_str()), {}});
    if (levels.back().folder == nullptr) return false;
    for (std::size_t count = 0; count < scratch_entries_max; ++count) {
        Level& level = levels.back();
        const dirent* entry = ::readdir(level.folder.get());
        if (entry == nullptr) {
            if (levels.size() == 1) return true;
            std::string name = std::move(level.name);
            levels.pop_back();
            if (::unlinkat(::dirfd(levels.back().folder.get()), name.c_str(), AT_REMOVEDIR) != 0)
                return false;
            continue;
        }
        std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        int here = ::dirfd(level.folder.get());
        if (::unlinkat(here, name.c_str(), 0) == 0) continue;
        if ((errno != EISDIR && errno != EPERM) || levels.size() >= scratch_depth_max) return false;
        Folder inner = open_folder_at(here, name.c_str());
        if (inner == nullptr) return false;
        levels.push_back({std::move(inner), std::move(name)});
    }
    return false;
}

}  // namespace tocsin::sandbox
