#include "scan/scratch_on_demand.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace tocsin::scan {

namespace {

/// The C library has no place for a context. Null outside of scans, and then every function below does what it always does.
ScratchOnDemand* in_force = nullptr;

constexpr std::string_view folder_of_a_scan = "-scantemp.";
constexpr unsigned folder_mode = 0700;

int make_folder(const char* path, unsigned mode) {
    return static_cast<int>(::syscall(SYS_mkdir, path, mode));
}

void make_what_it_needs(const char* path) {
    if (in_force != nullptr) in_force->make_for(path);
}

bool needs_mode(int flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

/// What the C library itself has under this name. Null never occurs: libclamav is linked to the same names.
template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

ScratchOnDemand::ScratchOnDemand() : outer_(in_force) {
    in_force = this;
}

ScratchOnDemand::~ScratchOnDemand() {
    in_force = outer_;
}

bool ScratchOnDemand::note_folder(const char* path) {
    const std::string_view name = path;
    // Below the current folder, as CL_ENGINE_TMPDIR says, and not in another: "./20260301_101500-scantemp.1a2b3c4d5e".
    if (!name.starts_with("./") || name.find('/', 2) != std::string_view::npos ||
        name.find(folder_of_a_scan) == std::string_view::npos)
        return false;
    unmade_ = name;
    return true;
}

void ScratchOnDemand::make_for(const char* path) {
    const std::string_view wanted = path;
    if (unmade_.empty() || wanted.size() <= unmade_.size() || !wanted.starts_with(unmade_) || wanted[unmade_.size()] != '/')
        return;
    if (make_folder(unmade_.c_str(), folder_mode) == 0)
        ++made_;
    else
        failed_ = true;
    unmade_.clear();
}

}  // namespace tocsin::scan

// The functions that libclamav calls, under names of our own on this side, because the C library's headers declare theirs in
// several ways. The linker gives them to libclamav before the C library's.
extern "C" {
int tocsin_mkdir(const char* path, unsigned mode) asm("mkdir");
int tocsin_chmod(const char* path, unsigned mode) asm("chmod");
DIR* tocsin_opendir(const char* path) asm("opendir");
int tocsin_open(const char* path, int flags, ...) asm("open64");
int tocsin_openat(int folder, const char* path, int flags, ...) asm("openat64");
FILE* tocsin_fopen(const char* path, const char* mode) asm("fopen64");

int tocsin_mkdir(const char* path, unsigned mode) {
    if (tocsin::scan::in_force != nullptr && tocsin::scan::in_force->note_folder(path)) return 0;
    tocsin::scan::make_what_it_needs(path);
    return tocsin::scan::make_folder(path, mode);
}

int tocsin_chmod(const char* path, unsigned mode) {
    if (tocsin::scan::in_force != nullptr && tocsin::scan::in_force->is_unmade(path)) return 0;
    return static_cast<int>(::syscall(SYS_chmod, path, mode));
}

DIR* tocsin_opendir(const char* path) {
    if (tocsin::scan::in_force != nullptr && tocsin::scan::in_force->is_unmade(path)) {
        errno = ENOENT;
        return nullptr;
    }
    return tocsin::scan::next<DIR*(const char*)>("opendir")(path);
}

int tocsin_open(const char* path, int flags, ...) {
    unsigned mode = 0;
    if (tocsin::scan::needs_mode(flags)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, unsigned);
        va_end(rest);
    }
    tocsin::scan::make_what_it_needs(path);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int tocsin_openat(int folder, const char* path, int flags, ...) {
    unsigned mode = 0;
    if (tocsin::scan::needs_mode(flags)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, unsigned);
        va_end(rest);
    }
    if (folder == AT_FDCWD) tocsin::scan::make_what_it_needs(path);
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

FILE* tocsin_fopen(const char* path, const char* mode) {
    tocsin::scan::make_what_it_needs(path);
    return tocsin::scan::next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}
}
