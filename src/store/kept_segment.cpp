#include "store/detail/kept_segment.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace tocsin::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t name_digits = 20;
constexpr std::string_view name_end = ".mail";

std::optional<TimePoint> begin_from(std::string_view name) {
    if (name.size() != name_digits + name_end.size() || !name.ends_with(name_end)) return std::nullopt;
    TimePoint begin;
    const char* const end = name.data() + name_digits;
    const auto [stopped_at, error] = std::from_chars(name.data(), end, begin.microseconds);
    if (error != std::errc() || stopped_at != end || begin.microseconds < 0) return std::nullopt;
    return begin;
}

}  // namespace

std::string KeptSegment::file_name() const {
    return fmt::format("{:020}{}", begin.microseconds, name_end);
}

Hash256 kept_entry_name(const KeptSegment& segment, std::uint64_t offset) {
    return sha256(as_bytes(fmt::format("{}:{}", segment.file_name(), offset)));
}

Result<std::vector<KeptSegment>> list_kept_segments(const fs::path& folder) {
    std::vector<KeptSegment> segments;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::optional<TimePoint> begin = begin_from(entry->path().filename().string());
        if (!begin) continue;
        std::error_code gone;  // by the quota, meanwhile
        const std::uintmax_t bytes = entry->file_size(gone);
        if (!gone) segments.push_back({*begin, bytes});
    }
    if (error == std::errc::no_such_file_or_directory)
        return fail(ErrorCode::not_found, folder.string() + ": there is no such folder");
    if (error) return fail(ErrorCode::io, "kept mail in " + folder.string() + ": " + error.message());
    std::ranges::sort(segments, {}, &KeptSegment::begin);
    return segments;
}

}  // namespace tocsin::store
