// Archives of rules, as the reader unpacks them and the daemon hears of it: all or nothing, no path that leads out, every bound
// kept, and the list of files comes back as it was written. The same bytes as such a list of a reader that was taken over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/limits.hpp"
#include "base/rule_file_name.hpp"
#include "reader/codec_archive.hpp"
#include "scan/archive_rules.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_files(const std::vector<ArchivedFile>& files) {
    require(files.size() <= limits::rule_files);
    std::size_t bytes = 0;
    for (const ArchivedFile& file : files) {
        require(file.path.size() <= limits::rule_path_bytes);
        require(file.content.size() <= limits::rule_file_bytes);
        bytes += file.content.size();
    }
    require(bytes <= limits::rule_archive_bytes);
}

void unpack(std::string_view bytes) {
    ByteWriter written;
    std::size_t count = 0;
    const Result<void> end =
        scan::unpack_rules(as_bytes(bytes), [&](std::string_view path, ByteView content) {
            require(is_rule_file_name(path));
            require(!path.starts_with('/') && !path.starts_with("../") &&
                    path.find("/../") == std::string_view::npos);
            write_archived_file(written, {std::string(path), std::string(as_text(content))});
            ++count;
        });
    if (!end) return require(!end.error().message.empty());
    const auto files = decode_archived_files(written.data());
    require(files.has_value() && files->size() == count);
    check_files(*files);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    unpack(bytes);
    if (const auto files = decode_archived_files(bytes)) check_files(*files);
    return 0;
}
