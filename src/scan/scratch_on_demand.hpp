// The temporary folder that ClamAV makes for every scan, made only when something is put in.
#pragma once

#include <string>

namespace tocsin::scan {

/// libclamav (scanners.c, scan_common) makes a folder before each scan and takes it down afterwards, whether or not the scan
/// needs one: nine system calls, a third of what scanning a small text costs. No setting turns that off. While an object of this
/// type lives, mkdir() for such a folder only notes its name; the folder is made by the first call that puts something in, and
/// what takes it down finds none. Everything else goes to the kernel as it is.
///
/// This replaces functions of the C library in the program that links it (mkdir, chmod, opendir, open64, openat64, fopen64, as
/// far as libclamav calls them). A way of making a file that is not among them finds no folder, ClamAV reports that, and the part
/// is `unscannable`: never clean. One scan at a time in a process, as with the engine.
class ScratchOnDemand {
public:
    ScratchOnDemand();
    ScratchOnDemand(const ScratchOnDemand&) = delete;
    ScratchOnDemand& operator=(const ScratchOnDemand&) = delete;
    ~ScratchOnDemand();

    /// Whether this folder is one that ClamAV makes for a scan: it is noted, and not made.
    [[nodiscard]] bool note_folder(const char* path);
    /// Whether this is a noted folder that was not made.
    [[nodiscard]] bool is_unmade(const char* path) const { return !unmade_.empty() && unmade_ == path; }
    /// Makes the noted folder if the path leads into it.
    void make_for(const char* path);
    /// Folders that were made after all.
    [[nodiscard]] unsigned made() const { return made_; }
    /// Whether one was needed and could not be made: what ClamAV says of such a scan is worth nothing.
    [[nodiscard]] bool failed() const { return failed_; }

private:
    ScratchOnDemand* outer_;
    std::string unmade_;
    unsigned made_ = 0;
    bool failed_ = false;
};

}  // namespace tocsin::scan
