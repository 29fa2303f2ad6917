#include "scan/ole.hpp"

#include <algorithm>
#include <array>

#include "mail/charset.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

// [MS-CFB] section 2.1: special sector numbers.
constexpr std::uint32_t sector_max = 0xFFFFFFFAU;
constexpr std::size_t header_bytes = 512, directory_entry_bytes = 128;
constexpr std::uint32_t no_stream = 0xFFFFFFFFU;
constexpr std::size_t path_levels_max = 16;

std::string utf16_name(ByteView field, std::size_t bytes) {
    std::string name;
    for (std::size_t i = 0; i + 1 < std::min(bytes, field.size()); i += 2) {
        const char32_t unit = u16_at(field, i);
        if (unit == 0) break;
        mail::append_utf8(name, unit);
    }
    return name;
}

}  // namespace

std::optional<OleFile> OleFile::open(ByteView bytes) {
    OleFile file(bytes);
    if (!file.read_header()) return std::nullopt;
    return file;
}

/// [MS-CFB] section 2.2.
bool OleFile::read_header() {
    if (bytes_.size() < header_bytes || as_text(bytes_.first(8)) != "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
        return false;
    const std::uint16_t sector_shift = u16_at(bytes_, 30), mini_shift = u16_at(bytes_, 32);
    // 9 and 12 are the two versions; others occur in the wild and are read by Office up to a point.
    if (sector_shift < 7 || sector_shift > 16 || mini_shift < 4 || mini_shift >= sector_shift) return false;
    sector_bytes_ = std::size_t{1} << sector_shift;
    mini_sector_bytes_ = std::size_t{1} << mini_shift;
    directory_start_ = u32_at(bytes_, 48);
    mini_cutoff_ = u32_at(bytes_, 56);
    mini_fat_start_ = u32_at(bytes_, 60);
    read_fat(u32_at(bytes_, 68), u32_at(bytes_, 72));
    const Bytes mini_fat = read_chain(mini_fat_start_, bytes_.size());
    for (std::size_t i = 0; i + 4 <= mini_fat.size(); i += 4) mini_fat_.push_back(u32_at(mini_fat, i));
    read_directory(directory_start_);
    return !entries_.empty();
}

/// [MS-CFB] sections 2.3 and 2.5. The table cannot have more entries than the file has sectors.
void OleFile::read_fat(std::uint32_t difat_start, std::uint32_t difat_sectors) {
    const std::size_t sectors_max = bytes_.size() / sector_bytes_ + 1;
    std::vector<std::uint32_t> fat_sectors;
    for (std::size_t i = 0; i < 109; ++i) fat_sectors.push_back(u32_at(bytes_, 76 + 4 * i));
    std::uint32_t next = difat_start;
    for (std::size_t i = 0; i < std::min<std::size_t>(difat_sectors, sectors_max) && next < sector_max; ++i) {
        const ByteView table = sector(next);
        if (table.size() < sector_bytes_) break;
        for (std::size_t at = 0; at + 8 <= sector_bytes_; at += 4) fat_sectors.push_back(u32_at(table, at));
        next = u32_at(table, sector_bytes_ - 4);
    }
    for (const std::uint32_t number : fat_sectors) {
        if (number >= sector_max || fat_.size() >= sectors_max) continue;
        const ByteView table = sector(number);
        for (std::size_t at = 0; at + 4 <= table.size(); at += 4) fat_.push_back(u32_at(table, at));
    }
}

ByteView OleFile::sector(std::uint32_t number) const {
    // Sector 0 follows the header, which fills one sector.
    return slice(bytes_, (static_cast<std::size_t>(number) + 1) * sector_bytes_, sector_bytes_);
}

Bytes OleFile::read_chain(std::uint32_t start, std::uint64_t size_max) const {
    Bytes out;
    std::uint32_t number = start;
    const std::uint64_t bound = std::min<std::uint64_t>(size_max, bytes_.size());
    // No chain of distinct sectors holds more bytes than the file.
    while (number < sector_max && out.size() < bound) {
        const ByteView piece = sector(number);
        if (piece.empty()) break;
        out.insert(out.end(), piece.begin(), piece.end());
        if (number >= fat_.size()) break;
        number = fat_[number];
    }
    if (out.size() > bound) out.resize(static_cast<std::size_t>(bound));
    return out;
}

Bytes OleFile::read_mini_chain(std::uint32_t start, std::uint64_t size) const {
    Bytes out;
    std::uint32_t number = start;
    const std::uint64_t bound = std::min<std::uint64_t>(size, mini_stream_.size());
    while (number < sector_max && out.size() < bound) {
        const ByteView piece = slice(mini_stream_, number * mini_sector_bytes_, mini_sector_bytes_);
        if (piece.empty()) break;
        out.insert(out.end(), piece.begin(), piece.end());
        if (number >= mini_fat_.size()) break;
        number = mini_fat_[number];
    }
    if (out.size() > bound) out.resize(static_cast<std::size_t>(bound));
    return out;
}

/// [MS-CFB] section 2.6.1.
void OleFile::read_directory(std::uint32_t start) {
    const Bytes directory = read_chain(start, bytes_.size());
    std::vector<std::array<std::uint32_t, 3>> links;
    for (std::size_t at = 0; at + directory_entry_bytes <= directory.size(); at += directory_entry_bytes) {
        if (entries_.size() >= ole_entries_max) {
            damaged_ = true;
            break;
        }
        const ByteView raw = ByteView(directory).subspan(at, directory_entry_bytes);
        OleEntry entry;
        entry.name = utf16_name(raw, std::min<std::size_t>(u16_at(raw, 64), 64));
        const std::uint8_t type = u8_at(raw, 66);
        entry.kind = type == 5 ? OleKind::root : type == 1 ? OleKind::storage : OleKind::stream;
        entry.start_sector = u32_at(raw, 116);
        // In version 3 files the upper half of the size may be rubbish.
        entry.size = sector_bytes_ <= 512 ? u32_at(raw, 120) : little_endian(raw, 120, 8);
        if (type == 0) entry.size = 0;
        links.push_back(
            {u32_at(raw, 68), u32_at(raw, 72), type == 1 || type == 5 ? u32_at(raw, 76) : no_stream});
        entries_.push_back(std::move(entry));
    }
    if (entries_.empty()) return;
    mini_stream_ =
        read_chain(entries_[0].start_sector, std::min<std::uint64_t>(entries_[0].size, ole_stream_bytes_max));
    name_paths(links);
}

/// Walks the trees of siblings (left, right) and children; every entry is visited once, whatever the links say.
void OleFile::name_paths(const std::vector<std::array<std::uint32_t, 3>>& links) {
    struct Visit {
        std::uint32_t entry;
        std::size_t level;
        std::string path;
    };
    std::vector<bool> seen(entries_.size(), false);
    std::vector<Visit> open = {{0, 0, ""}};
    while (!open.empty()) {
        const Visit visit = std::move(open.back());
        open.pop_back();
        if (visit.entry >= entries_.size() || seen[visit.entry]) continue;
        seen[visit.entry] = true;
        entries_[visit.entry].path = visit.path;
        const auto& [left, right, child] = links[visit.entry];
        open.push_back({left, visit.level, visit.path});
        open.push_back({right, visit.level, visit.path});
        if (child == no_stream || visit.level >= path_levels_max) continue;
        const std::string below = visit.entry == 0 ? "" : visit.path + entries_[visit.entry].name + "/";
        open.push_back({child, visit.level + 1, below});
    }
}

Bytes OleFile::read(const OleEntry& entry) const {
    const std::uint64_t size = std::min<std::uint64_t>(entry.size, ole_stream_bytes_max);
    Bytes out = entry.size < mini_cutoff_ ? read_mini_chain(entry.start_sector, size)
                                          : read_chain(entry.start_sector, size);
    if (out.size() < entry.size) damaged_ = true;
    return out;
}

// ---- VBA ----------------------------------------------------------------------------------------------------------------

namespace {

/// [MS-OVBA] section 2.4.1.3.19.1: how many bits of a copy token are offset depends on what was unpacked of the chunk.
unsigned offset_bits(std::size_t unpacked) {
    unsigned bits = 4;
    while (bits < 12 && (std::size_t{1} << bits) < unpacked) ++bits;
    return bits;
}

/// One chunk's tokens ([MS-OVBA] sections 2.4.1.1.7 and 2.4.1.3.5); at most 4096 bytes come out.
void unpack_chunk(ByteView chunk, std::string& out) {
    constexpr std::size_t chunk_bytes = 4096;
    const std::size_t begin = out.size();
    std::size_t at = 0;
    while (at < chunk.size()) {
        const std::uint8_t flags = u8_at(chunk, at++);
        for (unsigned bit = 0; bit < 8 && at < chunk.size() && out.size() - begin < chunk_bytes; ++bit) {
            if ((flags >> bit & 1U) == 0) {
                out += static_cast<char>(u8_at(chunk, at++));
                continue;
            }
            if (chunk.size() - at < 2) return;
            const std::uint16_t token = u16_at(chunk, at);
            at += 2;
            const unsigned bits = offset_bits(out.size() - begin);
            const std::size_t offset = (static_cast<std::size_t>(token) >> (16 - bits)) + 1;
            const std::size_t length = (token & (0xFFFFU >> bits)) + 3U;
            if (offset > out.size() - begin) return;
            for (std::size_t i = 0; i < length && out.size() - begin < chunk_bytes; ++i)
                out += out[out.size() - offset];
        }
        if (out.size() - begin >= chunk_bytes) return;
    }
}

}  // namespace

std::optional<std::string> decompress_vba(ByteView container, std::size_t bytes_max) {
    if (container.empty() || u8_at(container, 0) != 1) return std::nullopt;
    std::string out;
    std::size_t at = 1;
    while (container.size() - at >= 2 && out.size() < bytes_max) {
        // [MS-OVBA] section 2.4.1.1.5: size in 12 bits, the signature 0b011, then one bit "compressed".
        const std::uint16_t header = u16_at(container, at);
        if ((header >> 12U & 7U) != 3) return at == 1 ? std::nullopt : std::optional(out);
        const std::size_t size = (header & 0x0FFFU) + 1U;
        const ByteView chunk = slice(container, at + 2, size);
        if ((header & 0x8000U) != 0)
            unpack_chunk(chunk, out);
        else
            out += as_text(chunk);
        at += 2 + chunk.size();
        if (chunk.size() < size) break;
    }
    return out;
}

// ---- packages -------------------------------------------------------------------------------------------------------------

namespace {

/// A zero-terminated string at `at`, which moves behind it; nullopt when there is no end within reason.
std::optional<std::string> read_string(ByteView bytes, std::size_t& at) {
    constexpr std::size_t string_bytes_max = 1024;
    const std::string_view text = as_text(slice(bytes, at, string_bytes_max));
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    at += end + 1;
    return std::string(text.substr(0, end));
}

}  // namespace

/// Size, then: type, label, original path, 8 bytes, path of the temporary file, size of the data, data. (Undocumented; as read by
/// every tool that reads it.)
std::optional<OlePackage> read_ole10_native(ByteView stream) {
    if (stream.size() < 8) return std::nullopt;
    std::size_t at = 4 + 2;
    const std::optional<std::string> label = read_string(stream, at);
    const std::optional<std::string> path = label ? read_string(stream, at) : std::nullopt;
    if (path) {
        at += 4;
        const std::size_t temporary_size = u32_at(stream, at);
        at += 4;
        if (temporary_size <= stream.size() - std::min(at, stream.size())) {
            at += temporary_size;
            const std::size_t size = u32_at(stream, at);
            const ByteView data = slice(stream, at + 4, size);
            if (size != 0 && !data.empty()) return OlePackage{*label, data};
        }
    }
    // Equation editor and others: the size, then the data itself.
    return OlePackage{"", slice(stream, 4)};
}

}  // namespace tocsin::scan
