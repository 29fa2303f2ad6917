// Small ISO 9660 images made by hand, with every field that a test may want to falsify.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scan_fixture.hpp"

namespace tocsin::scan::test {

inline std::string both_orders(std::uint32_t value) {
    const std::string little = le(value, 4);
    return little + std::string(little.rbegin(), little.rend());
}

/// One directory record (ECMA-119 section 9.1).
struct IsoEntry {
    std::string name;
    std::uint32_t block = 0;
    std::uint32_t size = 0;
    unsigned flags = 0;           ///< 2: a folder, 0x80: more extents follow
    std::string system_use = {};  ///< Rock Ridge
    unsigned unit_size = 0;       ///< of interleaved files
};

inline std::string iso_record(const IsoEntry& entry) {
    std::string record = std::string(1, '\0') + both_orders(entry.block) + both_orders(entry.size) +
                         std::string(7, '\0') + static_cast<char>(entry.flags) +
                         static_cast<char>(entry.unit_size) + '\0' + le(1, 2) + std::string("\0\1", 2) +
                         static_cast<char>(entry.name.size()) + entry.name;
    record.insert(0, 1, '\0');
    if (record.size() % 2 != 0) record += '\0';
    record += entry.system_use;
    if (record.size() % 2 != 0) record += '\0';
    record[0] = static_cast<char>(record.size());
    return record;
}

/// A folder of one block: itself, its parent, its entries.
inline std::string iso_folder(std::uint32_t block, const std::vector<IsoEntry>& entries,
                              const std::string& system_use_of_self = {}) {
    std::string folder = iso_record({std::string(1, '\0'), block, 2048, 2, system_use_of_self}) +
                         iso_record({std::string(1, '\1'), block, 2048, 2});
    for (const IsoEntry& entry : entries) folder += iso_record(entry);
    folder.resize((folder.size() + 2047) / 2048 * 2048, '\0');
    return folder;
}

/// A volume descriptor (sections 8.4 and 8.5): type 1 primary, 2 supplementary, 255 the end.
inline std::string iso_descriptor(unsigned type, std::uint32_t root_block = 0, std::string_view escapes = {},
                                  std::uint32_t root_size = 2048) {
    std::string sector = static_cast<char>(type) + std::string("CD001\1");
    sector.resize(2048, '\0');
    sector.replace(88, escapes.size(), escapes);
    sector.replace(128, 4, std::string("\0\x08\x08\0", 4));
    const std::string root = iso_record({std::string(1, '\0'), root_block, root_size, 2});
    sector.replace(156, root.size(), root);
    return sector;
}

inline std::string joliet(std::string_view ascii) {
    std::string wide;
    for (const char c : ascii) wide += std::string(1, '\0') + c;
    return wide;
}

/// Sectors put where they belong.
class IsoImage {
public:
    IsoImage& put(std::uint32_t block, std::string_view data) {
        const std::size_t at = std::size_t{block} * 2048;
        if (bytes_.size() < at + data.size()) bytes_.resize((at + data.size() + 2047) / 2048 * 2048, '\0');
        bytes_.replace(at, data.size(), data);
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// An image with one tree whose root (block 20) holds `entries`; files go from block 21 on.
inline IsoImage plain_iso(const std::vector<IsoEntry>& entries, const std::string& system_use_of_root = {}) {
    IsoImage image;
    const std::string root = iso_folder(20, entries, system_use_of_root);
    image.put(16, iso_descriptor(1, 20, {}, static_cast<std::uint32_t>(root.size())))
        .put(17, iso_descriptor(255))
        .put(20, root);
    return image;
}

/// Rock Ridge entries (IEEE P1282, SUSP 1.12).
inline std::string rock_ridge_name(std::string_view name, unsigned flags = 0) {
    return std::string("NM") + static_cast<char>(5 + name.size()) + '\1' + static_cast<char>(flags) +
           std::string(name);
}
inline std::string rock_ridge_continued(std::uint32_t block, std::uint32_t offset, std::uint32_t size) {
    return std::string("CE\x1C\1") + both_orders(block) + both_orders(offset) + both_orders(size);
}

}  // namespace tocsin::scan::test
