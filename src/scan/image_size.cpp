#include "scan/image_size.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/limits.hpp"
#include "scan/big_endian.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

void keep_larger(ImageSize& largest, ImageSize size) {
    if (size.pixels() > largest.pixels()) largest = size;
}

// ---- TIFF 6.0, and BigTIFF with its wider numbers -------------------------------------------------------------------------

class TiffReader {
public:
    explicit TiffReader(ByteView bytes)
        : bytes_(bytes), little_(as_text(slice(bytes, 0, 2)) == "II"), big_tiff_(number(2, 2) == 43) {}

    DeclaredSize read() const {
        DeclaredSize declared;
        std::uint64_t at = big_tiff_ ? number(8, 8) : number(4, 4);
        for (std::size_t pages = 0; at != 0 && at < bytes_.size(); ++pages) {
            if (pages >= limits::picture_pages) {
                declared.more = true;
                break;
            }
            at = read_directory(static_cast<std::size_t>(at), declared.largest);
        }
        return declared;
    }

private:
    /// TIFF 6.0 section 2, "Image File Directory": entries sorted by tag, then the place of the next directory.
    std::uint64_t read_directory(std::size_t at, ImageSize& largest) const {
        constexpr std::uint16_t tag_width = 256, tag_height = 257;
        const std::uint64_t count = big_tiff_ ? number(at, 8) : number(at, 2);
        const std::size_t first = at + (big_tiff_ ? 8 : 2), entry_bytes = big_tiff_ ? 20 : 12;
        if (count > (bytes_.size() - at) / entry_bytes) return 0;
        ImageSize size;
        // Width and height stand near the start; no reader needs hundreds of entries.
        constexpr std::uint64_t entries_max = 512;
        for (std::size_t i = 0; i < std::min(count, entries_max); ++i) {
            const std::size_t entry = first + i * entry_bytes;
            const std::uint64_t tag = number(entry, 2);
            if (tag == tag_width) size.width = value(entry);
            if (tag == tag_height) size.height = value(entry);
        }
        keep_larger(largest, size);
        return number(first + static_cast<std::size_t>(count) * entry_bytes, big_tiff_ ? 8 : 4);
    }

    /// A value of type SHORT, LONG or LONG8 that stands in its entry.
    [[nodiscard]] std::uint32_t value(std::size_t entry) const {
        const std::uint64_t type = number(entry + 2, 2);
        const std::size_t width = type == 3 ? 2 : type == 4 ? 4 : type == 16 ? 8 : 0;
        const std::uint64_t value = width == 0 ? 0 : number(entry + (big_tiff_ ? 12 : 8), width);
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
    }

    [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
        return little_ ? little_endian(bytes_, at, width) : big_endian(bytes_, at, width);
    }

    ByteView bytes_;
    bool little_;
    bool big_tiff_;
};

// ---- JPEG 2000 (ISO/IEC 15444-1) and HEIF (ISO/IEC 23008-12): boxes in boxes ----------------------------------------------

/// A codestream begins with the markers SOC and SIZ (ISO/IEC 15444-1 annex A.5.1).
ImageSize codestream_size(ByteView stream) {
    if (!as_text(slice(stream, 0, 4)).starts_with("\xFF\x4F\xFF\x51")) return {};
    const std::uint32_t right = u32be_at(stream, 8), bottom = u32be_at(stream, 12);
    const std::uint32_t left = u32be_at(stream, 16), top = u32be_at(stream, 20);
    return {right > left ? right - left : 0, bottom > top ? bottom - top : 0};
}

struct Box {
    std::string_view kind;
    ByteView content;
};

/// Goes from box to box (ISO/IEC 14496-12 section 4.2).
class Boxes {
public:
    explicit Boxes(ByteView bytes) : rest_(bytes) {}

    std::optional<Box> next() {
        if (rest_.size() < 8) return std::nullopt;
        const std::uint32_t short_size = u32be_at(rest_, 0);
        const std::size_t head = short_size == 1 ? 16 : 8;
        // 0: to the end of the file. 1: the size stands behind the kind.
        const std::uint64_t size = short_size == 0   ? rest_.size()
                                   : short_size == 1 ? big_endian(rest_, 8, 8)
                                                     : short_size;
        if (size < head) return std::nullopt;
        const Box box{as_text(rest_.subspan(4, 4)),
                      slice(rest_, head, static_cast<std::size_t>(size) - head)};
        rest_ = slice(rest_, static_cast<std::size_t>(std::min<std::uint64_t>(size, rest_.size())));
        return box;
    }

private:
    ByteView rest_;
};

/// The boxes that lead to sizes; any other is passed over.
class BoxSizes {
public:
    DeclaredSize read(ByteView bytes) {
        walk(bytes, 0);
        return declared_;
    }

private:
    void walk(ByteView bytes, std::size_t depth) {
        constexpr std::size_t depth_max = 4;  // meta, iprp, ipco, ispe
        Boxes boxes(bytes);
        while (const std::optional<Box> box = boxes.next()) {
            if (boxes_left_ == 0) {
                declared_.more = true;
                return;
            }
            --boxes_left_;
            const ByteView content = box->content;
            if (box->kind == "ihdr")  // height first (ISO/IEC 15444-1 annex I.5.3.1)
                keep_larger(declared_.largest, {u32be_at(content, 4), u32be_at(content, 0)});
            else if (box->kind == "ispe")  // ISO/IEC 23008-12 section 6.5.3
                keep_larger(declared_.largest, {u32be_at(content, 4), u32be_at(content, 8)});
            else if (box->kind == "jp2c")
                keep_larger(declared_.largest, codestream_size(content));
            else if (depth < depth_max && box->kind == "meta")
                walk(slice(content, 4), depth + 1);  // a full box: version and flags first
            else if (depth < depth_max && (box->kind == "jp2h" || box->kind == "iprp" || box->kind == "ipco"))
                walk(content, depth + 1);
        }
    }

    DeclaredSize declared_;
    std::size_t boxes_left_ = limits::picture_pages;
};

/// RFC 9649: the first chunk says the size in one of three ways.
ImageSize webp_size(ByteView bytes) {
    const std::string_view kind = as_text(slice(bytes, 12, 4));
    const ByteView chunk = slice(bytes, 20);
    const auto plus_one = [&chunk](std::size_t at) {
        return static_cast<std::uint32_t>(little_endian(chunk, at, 3)) + 1;
    };
    if (kind == "VP8X" && chunk.size() >= 10) return {plus_one(4), plus_one(7)};
    if (kind == "VP8L" && chunk.size() >= 5 && u8_at(chunk, 0) == 0x2F) {
        const std::uint32_t bits = u32_at(chunk, 1);
        return {(bits & 0x3FFFU) + 1, (bits >> 14U & 0x3FFFU) + 1};
    }
    // RFC 6386 section 9.1: a key frame's start code, then 14 bits of each side and 2 of scaling.
    if (kind == "VP8 " && as_text(slice(chunk, 3, 3)) == "\x9D\x01\x2A")
        return {u16_at(chunk, 6) & 0x3FFFU, u16_at(chunk, 8) & 0x3FFFU};
    return {};
}

}  // namespace

DeclaredSize declared_size(ByteView bytes, std::string_view file_type) {
    if (file_type == "tif") return TiffReader(bytes).read();
    if (file_type == "jp2" || file_type == "heic" || file_type == "avif") return BoxSizes().read(bytes);
    if (file_type == "j2k") return {.largest = codestream_size(bytes)};
    if (file_type == "webp") return {.largest = webp_size(bytes)};
    // Adobe's file formats specification, "File Header Section": height, then width.
    if (file_type == "psd") return {.largest = {u32be_at(bytes, 18), u32be_at(bytes, 14)}};
    return {};
}

}  // namespace tocsin::scan
