// A small OLE2 compound file ([MS-CFB] version 3) made by hand.
#pragma once

#include <string>
#include <vector>

#include "scan_fixture.hpp"

namespace tocsin::scan::test {

struct OlePart {
    std::string name;
    std::string content;
    bool storage = false;
    std::uint32_t parent = 0;  ///< number of the directory entry above: 0 is the root, 1 the first part
};

inline std::string ole_directory_entry(std::string_view name, int type, std::uint32_t right,
                                       std::uint32_t child, std::uint32_t start, std::size_t size) {
    std::string wide;
    for (const char c : name) wide += {c, '\0'};
    const std::size_t name_bytes = wide.size() + 2;
    wide.resize(64, '\0');
    return wide + le(name_bytes, 2) + static_cast<char>(type) + '\1' + le(0xFFFFFFFF, 4) + le(right, 4) +
           le(child, 4) + std::string(16, '\0') + le(0, 4) + std::string(16, '\0') + le(start, 4) +
           le(size, 8);
}

/// The allocation table comes first (one sector unless more are needed, at most 64), then the directory, then the mini table,
/// the mini stream and the large streams. Siblings form a chain to the right: readers that search would complain, readers
/// that walk do not.
inline std::string make_ole(const std::vector<OlePart>& parts, std::size_t fat_sectors = 1) {
    constexpr std::size_t sector = 512;
    constexpr std::uint32_t end = 0xFFFFFFFE, none = 0xFFFFFFFF;
    const auto pad = [](std::string& text, std::size_t unit) {
        text.resize((text.size() + unit - 1) / unit * unit, '\0');
    };
    std::vector<std::uint32_t> fat(fat_sectors, 0xFFFFFFFD), mini_fat;
    const auto chain = [&fat](std::size_t sectors) {
        const auto first = static_cast<std::uint32_t>(fat.size());
        for (std::size_t i = 0; i < sectors; ++i)
            fat.push_back(i + 1 == sectors ? end : static_cast<std::uint32_t>(fat.size() + 1));
        return sectors == 0 ? end : first;
    };
    const std::uint32_t directory_start = chain(((parts.size() + 1) * 128 + sector - 1) / sector);
    std::string mini_stream, large;
    std::vector<std::uint32_t> starts;
    for (const OlePart& part : parts) {
        if (part.storage || part.content.size() >= 4096) {
            starts.push_back(0);
            continue;
        }
        starts.push_back(static_cast<std::uint32_t>(mini_fat.size()));
        const std::size_t count = (part.content.size() + 63) / 64;
        for (std::size_t i = 0; i < count; ++i)
            mini_fat.push_back(i + 1 == count ? end : static_cast<std::uint32_t>(mini_fat.size() + 1));
        mini_stream += part.content;
        pad(mini_stream, 64);
    }
    const std::uint32_t mini_fat_start = chain((mini_fat.size() * 4 + sector - 1) / sector);
    const std::uint32_t mini_start = chain((mini_stream.size() + sector - 1) / sector);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].storage || parts[i].content.size() < 4096) continue;
        starts[i] = chain((parts[i].content.size() + sector - 1) / sector);
        large += parts[i].content;
        pad(large, sector);
    }

    if (fat.size() * 4 > fat_sectors * sector) return make_ole(parts, fat_sectors * 2);

    // First child and next sibling of every entry.
    std::vector<std::uint32_t> child(parts.size() + 1, none), right(parts.size() + 1, none);
    for (std::size_t i = parts.size(); i-- > 0;) {
        right[i + 1] = child[parts[i].parent];
        child[parts[i].parent] = static_cast<std::uint32_t>(i + 1);
    }
    std::string directory =
        ole_directory_entry("Root Entry", 5, none, child[0], mini_start, mini_stream.size());
    for (std::size_t i = 0; i < parts.size(); ++i)
        directory += ole_directory_entry(parts[i].name, parts[i].storage ? 1 : 2, right[i + 1], child[i + 1],
                                         starts[i], parts[i].content.size());
    pad(directory, sector);
    std::string fat_bytes, mini_fat_bytes;
    for (const std::uint32_t entry : fat) fat_bytes += le(entry, 4);
    fat_bytes.resize(fat_sectors * sector, '\xFF');
    for (const std::uint32_t entry : mini_fat) mini_fat_bytes += le(entry, 4);
    pad(mini_fat_bytes, sector);
    pad(mini_stream, sector);

    std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(16, '\0') + le(0x3E, 2) + le(3, 2) +
                         le(0xFFFE, 2) + le(9, 2) + le(6, 2) + std::string(6, '\0') + le(0, 4) +
                         le(fat_sectors, 4) + le(directory_start, 4) + le(0, 4) + le(4096, 4) +
                         le(mini_fat_start, 4) + le(mini_fat_bytes.size() / sector, 4) + le(end, 4) +
                         le(0, 4);
    for (std::uint32_t number = 0; number < fat_sectors; ++number) header += le(number, 4);
    header.resize(sector, '\xFF');
    return header + fat_bytes + directory + mini_fat_bytes + mini_stream + large;
}

/// VBA source as it stands in a module's stream: literal tokens only ([MS-OVBA] section 2.4.1).
inline std::string pack_vba(std::string_view source) {
    std::string out = "\x01";
    for (std::size_t at = 0; at < source.size(); at += 3000) {
        std::string chunk;
        const std::string_view piece = source.substr(at, 3000);
        for (std::size_t i = 0; i < piece.size(); i += 8) chunk += '\0' + std::string(piece.substr(i, 8));
        out += le(0xB000U | (chunk.size() - 1), 2) + chunk;
    }
    return out;
}

}  // namespace tocsin::scan::test
