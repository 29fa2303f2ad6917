#include "scan/archive_rules.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/rule_file_name.hpp"

namespace tocsin::scan {

namespace {

struct CloseArchive {
    void operator()(archive* reader) const { ::archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

std::string error_text(archive* reader) {
    const char* text = ::archive_error_string(reader);
    return text != nullptr ? text : "unknown reason";
}

std::unexpected<Error> no_archive(const std::string& why) {
    return fail(ErrorCode::invalid_input, "this is no .tar.gz, .tar.xz or .zip archive: " + why);
}

/// Only what code hosts make: every other reader of libarchive would be one more way in.
Result<Archive> open_archive(ByteView bytes) {
    Archive reader(::archive_read_new());
    if (reader == nullptr) return fail(ErrorCode::unavailable, "libarchive: no memory");
    for (auto support : {::archive_read_support_filter_gzip, ::archive_read_support_filter_xz,
                         ::archive_read_support_format_tar, ::archive_read_support_format_zip})
        if (support(reader.get()) != ARCHIVE_OK)
            return fail(ErrorCode::unavailable, "libarchive: " + error_text(reader.get()));
    if (::archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        return no_archive(error_text(reader.get()));
    return reader;
}

/// Names of old tar files are bytes, those of newer ones UTF-8.
std::string path_of(archive_entry* entry) {
    if (const char* path = ::archive_entry_pathname_utf8(entry); path != nullptr) return path;
    if (const char* path = ::archive_entry_pathname(entry); path != nullptr) return path;
    return {};
}

/// Of every member, also of those that are no rules: an archive that would write elsewhere was made by somebody who means harm,
/// and what else it holds is not believed. A backslash is a slash to some programs.
Result<void> check_path(std::string_view path) {
    const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
    bool leaves = !path.empty() && is_slash(path.front());
    for (std::string_view rest = path; !rest.empty() && !leaves;) {
        const auto end = std::ranges::find_if(rest, is_slash);
        const auto length = static_cast<std::size_t>(end - rest.begin());
        leaves = rest.substr(0, length) == "..";
        rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    if (!leaves) return {};
    return fail(
        ErrorCode::invalid_input,
        fmt::format("the archive has a member outside of itself: {}; do not use this archive, and tell "
                    "who made it",
                    path.substr(0, limits::rule_path_bytes)));
}

/// One walk through an archive.
class RuleUnpacking {
public:
    RuleUnpacking(archive* reader, const RuleFileSink& sink) : reader_(reader), sink_(sink) {}
    Result<void> run();

private:
    Result<void> take(archive_entry* entry, const std::string& path);
    Result<void> read_content(const std::string& path);
    [[nodiscard]] Result<void> check_unpacked(archive_entry* entry) const;

    archive* reader_;
    const RuleFileSink& sink_;
    Bytes content_;
    std::size_t files_ = 0, bytes_left_ = limits::rule_archive_bytes;
};

Result<void> RuleUnpacking::run() {
    for (std::size_t member = 0; member < limits::rule_archive_members; ++member) {
        archive_entry* entry = nullptr;
        const int status = ::archive_read_next_header(reader_, &entry);
        if (status == ARCHIVE_EOF) return {};
        if (status < ARCHIVE_WARN) {
            if (member == 0) return no_archive(error_text(reader_));
            return fail(ErrorCode::invalid_input, fmt::format("the archive is damaged behind member {}: {}",
                                                              member, error_text(reader_)));
        }
        TRY(check_unpacked(entry));
        const std::string path = path_of(entry);
        TRY(check_path(path));
        if (is_rule_file_name(path)) TRY(take(entry, path));
    }
    return fail(ErrorCode::limit,
                fmt::format("the archive has more than {} members", limits::rule_archive_members));
}

/// What is passed over is unpacked too, where members are packed together.
Result<void> RuleUnpacking::check_unpacked(archive_entry* entry) const {
    const la_int64_t unpacked = ::archive_filter_bytes(reader_, 0), ahead = ::archive_entry_size(entry);
    const auto most = static_cast<la_int64_t>(limits::container_bytes);
    if (ahead >= 0 && ahead <= most && unpacked <= most - ahead) return {};
    return fail(ErrorCode::limit, fmt::format("the archive unpacks to more than {} bytes (member {})",
                                              limits::container_bytes, path_of(entry)));
}

Result<void> RuleUnpacking::take(archive_entry* entry, const std::string& path) {
    if (::archive_entry_filetype(entry) == AE_IFDIR) return {};
    if (::archive_entry_filetype(entry) != AE_IFREG || ::archive_entry_hardlink(entry) != nullptr)
        return fail(ErrorCode::invalid_input, path + " is a link or a device in the archive, not a file");
    if (path.size() > limits::rule_path_bytes)
        return fail(ErrorCode::limit, fmt::format("a path in the archive is longer than {} bytes: {}",
                                                  limits::rule_path_bytes, path));
    if (files_ == limits::rule_files)
        return fail(ErrorCode::limit,
                    fmt::format("the archive has more than {} rule files", limits::rule_files));
    TRY(read_content(path));
    if (content_.size() > bytes_left_)
        return fail(ErrorCode::limit, fmt::format("the rule files of the archive have more than {} bytes",
                                                  limits::rule_archive_bytes));
    bytes_left_ -= content_.size();
    ++files_;
    sink_(path, content_);
    return {};
}

/// The bytes of the present member, whatever size its header claims.
Result<void> RuleUnpacking::read_content(const std::string& path) {
    content_.resize(limits::rule_file_bytes + 1);
    std::size_t size = 0;
    while (size < content_.size()) {
        const la_ssize_t got = ::archive_read_data(reader_, content_.data() + size, content_.size() - size);
        if (got == 0) break;
        if (got < 0)
            return fail(ErrorCode::invalid_input,
                        path + " cannot be unpacked (damaged, or behind a password): " + error_text(reader_));
        size += static_cast<std::size_t>(got);
    }
    if (size > limits::rule_file_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("{} is larger than {} bytes", path, limits::rule_file_bytes));
    content_.resize(size);
    return {};
}

}  // namespace

Result<void> unpack_rules(ByteView bytes, const RuleFileSink& sink) {
    const Archive reader = TRY(open_archive(bytes));
    return RuleUnpacking(reader.get(), sink).run();
}

}  // namespace tocsin::scan
