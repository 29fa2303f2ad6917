// A folder of our own for temporary files; gone when this object is.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace tocsin::cli {

class ScratchFolder {
public:
    /// In $TMPDIR, or /tmp; nobody else may enter it. Errors: io, permission.
    static Result<ScratchFolder> make();
    ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace tocsin::cli
