#include "cli/scratch_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace tocsin::cli {

Result<ScratchFolder> ScratchFolder::make() {
    std::error_code error;
    std::filesystem::path base = std::filesystem::temp_directory_path(error);
    if (error) base = "/tmp";
    std::string pattern = (base / "tocsin-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        return std::unexpected(errno_error("make a scratch folder in " + base.string(), errno));
    return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
}

}  // namespace tocsin::cli
