#include "scan/zip_structure.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view local_signature = "PK\3\4"sv;
constexpr std::string_view central_signature = "PK\1\2"sv;
constexpr std::string_view end_signature = "PK\5\6"sv;
constexpr std::string_view end64_signature = "PK\6\6"sv;
constexpr std::string_view locator64_signature = "PK\6\7"sv;
constexpr std::size_t local_bytes = 30, central_bytes = 46, end_bytes = 22, end64_bytes = 56,
                      locator64_bytes = 20;
constexpr std::uint32_t in_zip64 = 0xFFFFFFFFU;

/// APPNOTE section 4.5.3: sizes and offset that did not fit into 32 bits, in this order, each only when its field is 0xFFFFFFFF.
void apply_zip64_extra(ByteView extra, ZipEntry& entry, bool with_offset) {
    std::size_t at = 0;
    while (extra.size() - at >= 4) {
        const std::size_t id = u16_at(extra, at), size = u16_at(extra, at + 2);
        at += 4;
        if (size > extra.size() - at) return;
        if (id == 1) {
            const ByteView body = extra.subspan(at, size);
            std::size_t next = 0;
            const auto take = [&](std::uint64_t& field) {
                if (field != in_zip64 || body.size() - next < 8) return;
                field = little_endian(body, next, 8);
                next += 8;
            };
            take(entry.unpacked_size);
            take(entry.packed_size);
            if (with_offset) take(entry.local_offset);
        }
        at += size;
    }
}

/// APPNOTE section 4.3.7.
std::optional<ZipEntry> read_local(ByteView bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < local_bytes) return std::nullopt;
    if (as_text(bytes.subspan(at, 4)) != local_signature) return std::nullopt;
    const ByteView head = bytes.subspan(at);
    const std::size_t name_size = u16_at(head, 26), extra_size = u16_at(head, 28);
    if (head.size() - local_bytes < name_size + extra_size) return std::nullopt;
    ZipEntry entry;
    entry.flags = u16_at(head, 6);
    entry.method = u16_at(head, 8);
    entry.crc = u32_at(head, 14);
    entry.packed_size = u32_at(head, 18);
    entry.unpacked_size = u32_at(head, 22);
    entry.name = as_text(head.subspan(local_bytes, name_size));
    entry.local_offset = at;
    entry.data_offset = at + local_bytes + name_size + extra_size;
    apply_zip64_extra(head.subspan(local_bytes + name_size, extra_size), entry, false);
    return entry;
}

/// APPNOTE section 4.3.12. `next` becomes the offset behind the entry.
std::optional<ZipEntry> read_central(ByteView bytes, std::size_t at, std::size_t& next) {
    if (at > bytes.size() || bytes.size() - at < central_bytes) return std::nullopt;
    if (as_text(bytes.subspan(at, 4)) != central_signature) return std::nullopt;
    const ByteView head = bytes.subspan(at);
    const std::size_t name_size = u16_at(head, 28), extra_size = u16_at(head, 30),
                      comment_size = u16_at(head, 32);
    if (head.size() - central_bytes < name_size + extra_size + comment_size) return std::nullopt;
    ZipEntry entry;
    entry.flags = u16_at(head, 8);
    entry.method = u16_at(head, 10);
    entry.crc = u32_at(head, 16);
    entry.packed_size = u32_at(head, 20);
    entry.unpacked_size = u32_at(head, 24);
    entry.external_attributes = u32_at(head, 38);
    entry.local_offset = u32_at(head, 42);
    entry.name = as_text(head.subspan(central_bytes, name_size));
    apply_zip64_extra(head.subspan(central_bytes + name_size, extra_size), entry, true);
    next = at + central_bytes + name_size + extra_size + comment_size;
    return entry;
}

struct DirectoryPlace {
    std::uint64_t size = 0;
    std::uint64_t offset = 0;  ///< as recorded, relative to the start of the archive
    std::uint64_t count = 0;
    std::uint64_t ends_at = 0;  ///< where the records that follow the directory begin
};

/// APPNOTE sections 4.3.14 to 4.3.16.
DirectoryPlace read_end(ByteView bytes, std::size_t at) {
    DirectoryPlace place{.size = u32_at(bytes, at + 12),
                         .offset = u32_at(bytes, at + 16),
                         .count = u16_at(bytes, at + 10),
                         .ends_at = at};
    if (at < locator64_bytes || as_text(bytes.subspan(at - locator64_bytes, 4)) != locator64_signature)
        return place;
    const std::uint64_t end64 = little_endian(bytes, at - locator64_bytes + 8, 8);
    // The locator's offset counts from the archive's start; with bytes before the archive the record lies just before it.
    for (const std::uint64_t candidate :
         {end64, static_cast<std::uint64_t>(at) - locator64_bytes - end64_bytes}) {
        if (candidate > bytes.size() || bytes.size() - candidate < end64_bytes) continue;
        const auto where = static_cast<std::size_t>(candidate);
        if (as_text(bytes.subspan(where, 4)) != end64_signature) continue;
        return {.size = little_endian(bytes, where + 40, 8),
                .offset = little_endian(bytes, where + 48, 8),
                .count = little_endian(bytes, where + 32, 8),
                .ends_at = candidate};
    }
    return place;
}

}  // namespace

ZipDirectory read_zip_directory(ByteView bytes, std::uint64_t end_offset, std::size_t entries_max) {
    ZipDirectory directory;
    directory.end_record_offset = end_offset;
    const DirectoryPlace place = read_end(bytes, static_cast<std::size_t>(end_offset));
    // Readers that allow for bytes before the archive trust the directory's size; others trust its offset.
    std::uint64_t begin = place.size <= place.ends_at ? place.ends_at - place.size : place.offset;
    const auto begins_directory = [bytes](std::uint64_t at) {
        return at <= bytes.size() && bytes.size() - at >= central_bytes &&
               as_text(bytes.subspan(static_cast<std::size_t>(at), 4)) == central_signature;
    };
    if (!begins_directory(begin)) begin = place.offset;
    const std::uint64_t shift = begin >= place.offset ? begin - place.offset : 0;
    auto at = static_cast<std::size_t>(std::min<std::uint64_t>(begin, bytes.size()));
    while (directory.entries.size() < entries_max) {
        std::size_t next = 0;
        std::optional<ZipEntry> entry = read_central(bytes, at, next);
        if (!entry) break;
        entry->local_offset += shift;
        directory.entries.push_back(std::move(*entry));
        at = next;
    }
    directory.cut = directory.entries.size() < place.count;
    return directory;
}

ZipStructure read_zip_structure(ByteView bytes, std::size_t records_max) {
    ZipStructure structure;
    const std::string_view text = as_text(bytes);
    for (std::size_t at = text.find("PK"sv); at != std::string_view::npos; at = text.find("PK"sv, at + 2)) {
        const std::string_view signature = text.substr(at, 4);
        if (signature == local_signature) {
            std::optional<ZipEntry> entry = read_local(bytes, at);
            if (entry && structure.locals.size() < records_max)
                structure.locals.push_back(std::move(*entry));
            else
                structure.more |= entry.has_value();
        } else if (signature == end_signature && text.size() - at >= end_bytes) {
            // The last one matters most: it takes the place of the one before when there are too many.
            if (structure.end_records.size() >= records_max) {
                structure.end_records.pop_back();
                structure.more = true;
            }
            structure.end_records.push_back(at);
        }
    }
    return structure;
}

std::vector<std::string> zip_member_names(ByteView bytes, std::size_t names_max) {
    std::vector<std::string> names;
    const std::string_view text = as_text(bytes);
    // The last end record within its longest comment (65,535 bytes), as unzip looks for it.
    const std::size_t look = text.size() - std::min<std::size_t>(text.size(), end_bytes + 65'535);
    const std::size_t end = text.rfind(end_signature);
    if (end != std::string_view::npos && end >= look && text.size() - end >= end_bytes) {
        for (ZipEntry& entry : read_zip_directory(bytes, end, names_max).entries)
            names.push_back(std::move(entry.name));
    }
    // Without a directory: follow the local headers as a streaming reader does, within a bounded look.
    std::size_t at = 0;
    while (names.size() < names_max && (at = text.find(local_signature, at)) != std::string_view::npos) {
        if (const std::optional<ZipEntry> entry = read_local(bytes, at)) names.push_back(entry->name);
        at += 4;
    }
    return names;
}

}  // namespace tocsin::scan
