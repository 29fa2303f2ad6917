#include "reader/codec_archive.hpp"

#include <utility>

#include "reader/report_codec.hpp"

namespace tocsin::reader {

void write_archived_file(ByteWriter& out, const ArchivedFile& file) {
    write_text(out, file.path, limits::rule_path_bytes);
    out.string(file.content);
}

std::optional<std::vector<ArchivedFile>> decode_archived_files(std::string_view bytes) {
    if (bytes.size() > archived_files_bytes_max) return std::nullopt;
    ByteReader in(bytes);
    std::vector<ArchivedFile> files;
    std::size_t bytes_left = limits::rule_archive_bytes;
    while (!in.failed() && !in.at_end()) {
        if (files.size() == limits::rule_files) return std::nullopt;
        ArchivedFile file;
        file.path = read_text(in, limits::rule_path_bytes);
        file.content = in.string(limits::rule_file_bytes);
        if (file.content.size() > bytes_left) return std::nullopt;
        bytes_left -= file.content.size();
        files.push_back(std::move(file));
    }
    if (in.failed()) return std::nullopt;
    return files;
}

}  // namespace tocsin::reader
