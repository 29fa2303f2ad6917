// Pictures: sizes, comments, and what cameras and programs write into them (EXIF 2.32, ICC.1).
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/exif.hpp"
#include "scan/big_endian.hpp"
#include "scan/image_size.hpp"
#include "scan/image_small.hpp"
#include "scan/inflate.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::rules {

namespace {

using namespace std::string_view_literals;

/// Chunks or segments looked at in one picture.
constexpr std::size_t segments_max = 4096;

void add_size(scan::ImageSize size, ExifFields& fields) {
    if (size.width == 0 || size.height == 0) return;
    fields.add("ImageWidth", size.width);
    fields.add("ImageHeight", size.height);
}

/// The header of a colour profile (ICC.1:2010 section 7.2): the maker of the device at 48, the platform at 40.
void read_profile(ByteView profile, ExifFields& fields) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> makers = {
        {{"APPL", "Apple Computer Inc."},
         {"appl", "Apple Computer Inc."},
         {"MSFT", "Microsoft Corporation"},
         {"HP  ", "Hewlett-Packard"},
         {"ADBE", "Adobe Systems Inc."},
         {"GOOG", "Google"}}};
    const std::string_view text = as_text(profile);
    if (text.size() < 128 || text.substr(36, 4) != "acsp") return;
    for (const auto& [key, at] : {std::pair("PrimaryPlatform", 40U), std::pair("DeviceManufacturer", 48U)}) {
        const std::string_view code = text.substr(at, 4);
        const auto known =
            std::ranges::find(makers, code, &std::pair<std::string_view, std::string_view>::first);
        if (known != makers.end())
            fields.add(key, known->second);
        else if (std::ranges::all_of(code, [](char c) { return c >= ' ' && c < 0x7F; }))
            fields.add(key, mail::trim(code));
    }
}

// ---- EXIF: TIFF inside a picture ------------------------------------------------------------------------------------------

class Tiff {
public:
    explicit Tiff(ByteView bytes) : bytes_(bytes), little_(as_text(bytes).starts_with("II")) {}
    [[nodiscard]] bool valid() const { return u16(2) == 42; }
    [[nodiscard]] std::uint32_t first_directory() const { return u32(4); }
    void read_directory(std::uint32_t at, ExifFields& fields) const;

private:
    [[nodiscard]] std::uint16_t u16(std::size_t at) const {
        return little_ ? scan::u16_at(bytes_, at) : scan::u16be_at(bytes_, at);
    }
    [[nodiscard]] std::uint32_t u32(std::size_t at) const {
        return little_ ? scan::u32_at(bytes_, at) : scan::u32be_at(bytes_, at);
    }
    void read_entry(std::size_t at, ExifFields& fields) const;

    ByteView bytes_;
    bool little_;
};

struct TiffTag {
    std::uint16_t tag;
    std::string_view name;
};
constexpr auto tiff_tags = std::to_array<TiffTag>({{0x010E, "ImageDescription"},
                                                   {0x010F, "Make"},
                                                   {0x0110, "Model"},
                                                   {0x0112, "Orientation"},
                                                   {0x0131, "Software"},
                                                   {0x0132, "ModifyDate"},
                                                   {0x013B, "Artist"},
                                                   {0x013C, "HostComputer"},
                                                   {0x8298, "Copyright"},
                                                   {0x9003, "DateTimeOriginal"},
                                                   {0x9004, "CreateDate"},
                                                   {0xA434, "LensModel"}});

void Tiff::read_entry(std::size_t at, ExifFields& fields) const {
    constexpr std::uint16_t ascii = 2, shorts = 3, longs = 4;
    const auto known = std::ranges::find(tiff_tags, u16(at), &TiffTag::tag);
    if (known == tiff_tags.end()) return;
    const std::uint16_t type = u16(at + 2);
    const std::uint32_t count = u32(at + 4);
    if (type == shorts) return fields.add(known->name, u16(at + 8));
    if (type == longs) return fields.add(known->name, u32(at + 8));
    if (type != ascii) return;
    // Four bytes stand in the entry itself (TIFF 6.0 section 2).
    const std::string_view text = as_text(scan::slice(bytes_, count <= 4 ? at + 8 : u32(at + 8), count));
    fields.add(known->name, mail::trim(text.substr(0, text.find('\0'))));
}

void Tiff::read_directory(std::uint32_t at, ExifFields& fields) const {
    constexpr std::uint16_t exif_directory = 0x8769;
    constexpr std::size_t entry_bytes = 12, entries_max = 512;
    std::uint32_t inner = 0;
    // The directory of the file, then the one for EXIF that it names: no others, so no circle.
    for (const bool first : {true, false}) {
        if (at == 0 || at >= bytes_.size()) return;
        const std::size_t entries = std::min<std::size_t>(u16(at), entries_max);
        for (std::size_t i = 0; i < entries; ++i) {
            const std::size_t entry = at + 2 + i * entry_bytes;
            if (entry + entry_bytes > bytes_.size()) break;
            if (first && u16(entry) == exif_directory) inner = u32(entry + 8);
            read_entry(entry, fields);
        }
        at = inner;
    }
}

void read_tiff(ByteView bytes, ExifFields& fields) {
    const Tiff tiff(bytes);
    if (tiff.valid()) tiff.read_directory(tiff.first_directory(), fields);
}

// ---- JPEG -------------------------------------------------------------------------------------------------------------------

void read_jpeg_segment(std::uint8_t marker, ByteView body, ExifFields& fields) {
    constexpr std::uint8_t comment = 0xFE, app1 = 0xE1, app2 = 0xE2;
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    const std::string_view text = as_text(body);
    if (frame)
        add_size({.width = scan::u16be_at(body, 3), .height = scan::u16be_at(body, 1)}, fields);
    else if (marker == comment)
        fields.add("Comment", text.substr(0, text.find('\0')));
    else if (marker == app1 && text.starts_with("Exif\0\0"sv))
        read_tiff(body.subspan(6), fields);
    else if (marker == app1 && text.starts_with("http://ns.adobe.com/xap/"))
        read_xmp_fields(text, fields);
    else if (marker == app2 && text.starts_with("ICC_PROFILE\0"sv))
        read_profile(scan::slice(body, 14), fields);
}

/// ITU-T T.81 annex B: segments up to the picture's data.
void read_jpeg(ByteView bytes, ExifFields& fields) {
    constexpr std::uint8_t start_of_scan = 0xDA;
    std::size_t at = 2;
    for (std::size_t i = 0; i < segments_max && at + 4 <= bytes.size(); ++i) {
        if (scan::u8_at(bytes, at) != 0xFF) return fields.warn("JPEG format error");
        const std::uint8_t marker = scan::u8_at(bytes, at + 1);
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        if (marker == start_of_scan) return;
        const std::size_t size = scan::u16be_at(bytes, at + 2);
        if (size < 2) return fields.warn("JPEG format error");
        read_jpeg_segment(marker, scan::slice(bytes, at + 4, size - 2), fields);
        at += 2 + size;
    }
}

// ---- PNG --------------------------------------------------------------------------------------------------------------------

void read_png_chunk(std::string_view kind, ByteView body, ExifFields& fields) {
    const std::string_view text = as_text(body);
    const std::size_t end_of_key = std::min(text.find('\0'), text.size());
    constexpr std::size_t profile_header_bytes = 128;
    if (kind == "IHDR") {
        add_size({.width = scan::u32be_at(body, 0), .height = scan::u32be_at(body, 4)}, fields);
        fields.add("BitDepth", scan::u8_at(body, 8));
        fields.add("ColorType", scan::u8_at(body, 9));
    } else if (kind == "tEXt" && end_of_key < text.size()) {
        fields.add(text.substr(0, end_of_key), text.substr(end_of_key + 1));
    } else if (kind == "iTXt" && end_of_key + 3 <= text.size()) {
        // key, compression, language, translated key, text: only what is not packed is read.
        const std::size_t language_end = text.find('\0', end_of_key + 3);
        const std::size_t key_end =
            language_end == std::string_view::npos ? language_end : text.find('\0', language_end + 1);
        if (text[end_of_key + 1] != '\0' || key_end == std::string_view::npos) return;
        const std::string_view value = text.substr(key_end + 1);
        if (text.substr(0, end_of_key) == "XML:com.adobe.xmp")
            read_xmp_fields(value.substr(0, limits::exploded_text_bytes), fields);
        else
            fields.add(text.substr(0, end_of_key), value);
    } else if (kind == "eXIf") {
        read_tiff(body, fields);
    } else if (kind == "iCCP" && end_of_key + 2 <= text.size()) {
        const scan::Inflated profile = scan::inflate_bytes(
            body.subspan(end_of_key + 2), scan::DeflateForm::zlib_or_gzip, profile_header_bytes);
        read_profile(profile.bytes, fields);
    }
}

/// PNG (ISO/IEC 15948) section 5.3: length, kind, data, checksum.
void read_png(ByteView bytes, ExifFields& fields) {
    constexpr std::size_t signature_bytes = 8, frame_bytes = 12;
    std::size_t at = signature_bytes;
    for (std::size_t i = 0; i < segments_max; ++i) {
        const std::size_t size = scan::u32be_at(bytes, at);
        const std::string_view kind = as_text(scan::slice(bytes, at + 4, 4));
        const bool whole = at + frame_bytes <= bytes.size() && size <= bytes.size() - at - frame_bytes;
        if (!whole) return fields.warn("Truncated PNG image");
        if (kind == "IEND") return;
        read_png_chunk(kind, scan::slice(bytes, at + 8, size), fields);
        at += frame_bytes + size;
    }
    fields.cut();
}

}  // namespace

void read_picture_fields(ByteView bytes, std::string_view file_type, ExifFields& fields) {
    if (file_type == "png") return read_png(bytes, fields);
    if (file_type == "jpg") return read_jpeg(bytes, fields);
    if (file_type == "gif") return add_size(scan::gif_size(bytes), fields);
    if (file_type == "bmp") return add_size(scan::bmp_size(bytes), fields);
    for (const std::string_view type : {"tif", "j2k", "jp2", "webp", "heic", "avif", "psd"})
        if (file_type == type) add_size(scan::declared_size(bytes, file_type).largest, fields);
    if (file_type == "tif") read_tiff(bytes, fields);
}

}  // namespace tocsin::rules
