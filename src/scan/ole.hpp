// OLE2 compound files ([MS-CFB]): the old Office formats, .msg, installers, and the objects inside documents.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// Directory entries looked at; Word documents with hundreds of objects stay far below.
inline constexpr std::size_t ole_entries_max = 4096;
/// Bytes of one stream, and of all streams of one file together.
inline constexpr std::size_t ole_stream_bytes_max = 64U << 20;

enum class OleKind : std::uint8_t { storage, stream, root };

struct OleEntry {
    std::string name;  ///< UTF-8
    std::string path;  ///< of the storages above it: "Macros/VBA"; limited to 16 levels
    OleKind kind = OleKind::stream;
    std::uint32_t start_sector = 0;
    std::uint64_t size = 0;
};

/// A compound file's directory, and its streams on demand. Bounded against loops and lies in every chain.
class OleFile {
public:
    /// nullopt: not a compound file, or its header and directory cannot be used.
    static std::optional<OleFile> open(ByteView bytes);

    [[nodiscard]] const std::vector<OleEntry>& entries() const { return entries_; }
    /// The stream's bytes as far as its sectors are there.
    [[nodiscard]] Bytes read(const OleEntry& entry) const;
    /// A chain ended early, looped, or more entries were there than are read.
    [[nodiscard]] bool damaged() const { return damaged_; }

private:
    explicit OleFile(ByteView bytes) : bytes_(bytes) {}
    bool read_header();
    void read_fat(std::uint32_t difat_start, std::uint32_t difat_sectors);
    void read_directory(std::uint32_t start);
    void name_paths(const std::vector<std::array<std::uint32_t, 3>>& links);
    [[nodiscard]] ByteView sector(std::uint32_t number) const;
    [[nodiscard]] Bytes read_chain(std::uint32_t start, std::uint64_t size_max) const;
    [[nodiscard]] Bytes read_mini_chain(std::uint32_t start, std::uint64_t size) const;

    ByteView bytes_;
    std::size_t sector_bytes_ = 512;
    std::size_t mini_sector_bytes_ = 64;
    std::uint32_t mini_cutoff_ = 4096;
    std::uint32_t directory_start_ = 0;
    std::uint32_t mini_fat_start_ = 0;
    std::vector<std::uint32_t> fat_, mini_fat_;
    Bytes mini_stream_;
    std::vector<OleEntry> entries_;
    mutable bool damaged_ = false;
};

/// [MS-OVBA] section 2.4.1: the compressed container in which VBA source is kept. nullopt: not such a container.
[[nodiscard]] std::optional<std::string> decompress_vba(ByteView container, std::size_t bytes_max);

/// What a "\1Ole10Native" stream or an RTF "Package" holds: a file with its name.
struct OlePackage {
    std::string name;
    ByteView bytes;
};
[[nodiscard]] std::optional<OlePackage> read_ole10_native(ByteView stream);

}  // namespace tocsin::scan
