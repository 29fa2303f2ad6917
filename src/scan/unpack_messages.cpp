#include "scan/unpack_messages.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace tocsin::scan {

namespace {

struct CloseArchive {
    void operator()(archive* reader) const { ::archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

/// Members looked at, messages or not: an archive of a million empty files must end too.
constexpr std::size_t members_max = 4 * limits::container_members;
constexpr std::size_t read_bytes = 64U << 10;

Error archive_error(archive* reader, std::string_view doing) {
    const char* text = ::archive_error_string(reader);
    return {ErrorCode::invalid_input,
            std::string(doing) + ": " + (text != nullptr ? text : "unknown reason")};
}

bool ends_with_one_of(std::string_view name, std::span<const std::string_view> endings) {
    return std::ranges::any_of(endings, [name](std::string_view ending) {
        return name.size() >= ending.size() &&
               equals_ignoring_case(name.substr(name.size() - ending.size()), ending);
    });
}

enum class ReadEnd { whole, damaged, too_large };

/// The data of the present member, up to `bytes_max`.
ReadEnd read_member(archive* reader, std::size_t bytes_max, Bytes& content) {
    content.clear();
    while (true) {
        std::size_t before = content.size();
        if (before > bytes_max) return ReadEnd::too_large;
        content.resize(before + read_bytes);
        la_ssize_t count = ::archive_read_data(reader, content.data() + before, read_bytes);
        content.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (count == 0) return ReadEnd::whole;
        if (count < 0) return ReadEnd::damaged;
    }
}

Result<Archive> open_zip(ByteView zip) {
    Archive reader(::archive_read_new());
    if (reader == nullptr) return fail(ErrorCode::unavailable, "libarchive: no memory");
    if (::archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK)
        return std::unexpected(archive_error(reader.get(), "libarchive"));
    if (::archive_read_open_memory(reader.get(), zip.data(), zip.size()) != ARCHIVE_OK)
        return std::unexpected(archive_error(reader.get(), "this is no zip archive"));
    return reader;
}

}  // namespace

Result<UnpackSummary> unpack_messages(ByteView zip, const MessageSink& sink) {
    static constexpr std::array<std::string_view, 1> endings = {".eml"};
    return unpack_members(
        zip, {.endings = endings, .members_max = limits::output_ranges, .bytes_max = limits::container_bytes},
        sink);
}

Result<UnpackSummary> unpack_members(ByteView zip, const UnpackRules& rules, const MessageSink& sink) {
    Archive reader = TRY(open_zip(zip));
    UnpackSummary summary;
    Bytes content;
    std::size_t bytes_left = rules.bytes_max;
    for (std::size_t member = 0; member < members_max; ++member) {
        archive_entry* entry = nullptr;
        int status = ::archive_read_next_header(reader.get(), &entry);
        if (status == ARCHIVE_EOF) return summary;
        if (status < ARCHIVE_WARN) {
            if (member == 0) return std::unexpected(archive_error(reader.get(), "this is no zip archive"));
            ++summary.unreadable;
            return summary;
        }
        const char* raw_name = ::archive_entry_pathname(entry);
        std::string name = raw_name != nullptr ? raw_name : "";
        if (::archive_entry_filetype(entry) != AE_IFREG || !ends_with_one_of(name, rules.endings)) {
            ++summary.other_members;
            continue;
        }
        std::size_t bytes_max = std::min(bytes_left, limits::message_bytes);
        ReadEnd end = read_member(reader.get(), bytes_max, content);
        if (end == ReadEnd::damaged) {
            ++summary.unreadable;
            if (::archive_entry_is_data_encrypted(entry) != 0) ++summary.locked;
            continue;
        }
        if (end == ReadEnd::too_large || summary.messages == rules.members_max) {
            summary.limit_reached = true;
            return summary;
        }
        bytes_left -= std::min(bytes_left, content.size());
        ++summary.messages;
        TRY(sink(name, content));
    }
    summary.limit_reached = true;
    return summary;
}

}  // namespace tocsin::scan
