// What files say of themselves, under the names that exiftool uses (with -n: numbers are numbers): for the section `exiftool`
// and for `beta.parse_exif`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/charset.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// A member of the file, when it is an Office package or an archive.
struct PackagePart {
    std::string_view name;
    ByteView bytes;
};

struct ExifSource {
    ByteView bytes;
    std::string_view file_type;
    std::string_view mime;
    std::span<const PackagePart> parts;           ///< unpacked already
    std::span<const std::string_view> passwords;  ///< that may open a PDF
};

/// Reads PDF (information dictionary, XMP, signature), PNG, JPEG, GIF, BMP, WebP, TIFF, HEIC and PSD headers, EXIF and ICC of
/// pictures, docProps of Office packages, property sets of old Office files, the first entry of a zip, names in a rar. Bounded
/// by limits::exif_fields and limits::exif_value_bytes. Damage becomes a field "Warning".
[[nodiscard]] ExiftoolScan read_exif(const ExifSource& source, mail::CharsetConverters& converters);

/// Collects fields: each key once, values valid UTF-8 and bounded.
class ExifFields {
public:
    explicit ExifFields(ExiftoolScan& scan) : scan_(scan) {}
    void add(std::string_view key, std::string_view value);
    void add(std::string_view key, std::int64_t value) { add(key, std::to_string(value)); }
    /// A key of which a file has several: names in an archive.
    void add_again(std::string_view key, std::string_view value);
    void warn(std::string_view text) { add("Warning", text); }
    void cut() { scan_.cut = true; }
    [[nodiscard]] bool has(std::string_view key) const;

private:
    ExiftoolScan& scan_;
};

// The readers of single kinds of files.
void read_picture_fields(ByteView bytes, std::string_view file_type, ExifFields& fields);
void read_package_fields(std::span<const PackagePart> parts, ExifFields& fields);
void read_ole_fields(ByteView bytes, mail::CharsetConverters& converters, ExifFields& fields);
void read_xmp_fields(std::string_view packet, ExifFields& fields);
void read_pdf_fields(ByteView bytes, std::span<const std::string_view> passwords, ExifFields& fields);

/// "2024-01-02T03:04:05Z" and "D:20240102030405+01'00'" as exiftool writes them: "2024:01:02 03:04:05Z". Anything else stays.
[[nodiscard]] std::string exif_date(std::string_view date);

}  // namespace tocsin::rules
