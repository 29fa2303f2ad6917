#include "rules/exif.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/xml_text.hpp"
#include "scan/markup.hpp"
#include "scan/pdf_facts.hpp"
#include "scan/zip_structure.hpp"

namespace tocsin::rules {

namespace {

bool is_package(std::string_view type) {
    return is_one_of(type, {"docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "vsdx"});
}

bool is_ole(std::string_view type) {
    return is_one_of(type, {"ole", "doc", "xls", "ppt", "msg", "msi", "vsd"});
}

/// exiftool describes the first entry of a zip, and of what is built like one.
void read_zip_fields(ByteView bytes, ExifFields& fields) {
    const scan::ZipStructure structure = scan::read_zip_structure(bytes, 1);
    if (structure.locals.empty()) return;
    const scan::ZipEntry& first = structure.locals.front();
    fields.add("ZipBitFlag", first.flags);
    fields.add("ZipCompression", first.method);
    fields.add("ZipCRC", first.crc);
    fields.add("ZipCompressedSize", static_cast<std::int64_t>(first.packed_size));
    fields.add("ZipUncompressedSize", static_cast<std::int64_t>(first.unpacked_size));
    fields.add("ZipFileName", first.name);
}

void read_archive_names(std::span<const PackagePart> parts, ExifFields& fields) {
    for (const PackagePart& part : parts) fields.add_again("ArchivedFileName", part.name);
}

std::optional<std::string> text_field(const ExiftoolScan& scan, std::string_view key) {
    const auto found = std::ranges::find(scan.fields, key, &KeyValue::key);
    return found == scan.fields.end() ? std::nullopt : std::optional(found->value);
}

std::optional<std::int64_t> number_field(const ExiftoolScan& scan, std::string_view key) {
    const std::optional<std::string> text = text_field(scan, key);
    std::int64_t number = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
        return std::nullopt;
    return number;
}

/// The fields that have names of their own in the schema.
void name_fields(ExiftoolScan& scan) {
    scan.producer = text_field(scan, "Producer");
    scan.creator = text_field(scan, "Creator");
    scan.title = text_field(scan, "Title");
    scan.author = text_field(scan, "Author");
    scan.pdf_version = text_field(scan, "PDFVersion");
    scan.linearized = text_field(scan, "Linearized");
    scan.file_type = text_field(scan, "FileType");
    scan.zip_file_name = text_field(scan, "ZipFileName");
    scan.page_count = number_field(scan, "PageCount");
    scan.image_height = number_field(scan, "ImageHeight");
    scan.image_width = number_field(scan, "ImageWidth");
    scan.zip_bit_flag = number_field(scan, "ZipBitFlag");
    scan.zip_compressed_size = number_field(scan, "ZipCompressedSize");
    scan.zip_uncompressed_size = number_field(scan, "ZipUncompressedSize");
}

}  // namespace

void ExifFields::add(std::string_view key, std::string_view value) {
    if (!has(key)) add_again(key, value);
}

void ExifFields::add_again(std::string_view key, std::string_view value) {
    if (key.empty()) return;
    if (scan_.fields.size() >= limits::exif_fields) return cut();
    if (value.size() > limits::exif_value_bytes) cut();
    scan_.fields.push_back({std::string(key.substr(0, limits::exploded_name_bytes)),
                            mail::utf8_or_windows_1252(value.substr(0, limits::exif_value_bytes))});
}

bool ExifFields::has(std::string_view key) const {
    return std::ranges::find(scan_.fields, key, &KeyValue::key) != scan_.fields.end();
}

std::string exif_date(std::string_view date) {
    std::string digits, zone;
    std::string_view rest = mail::trim(date);
    if (rest.starts_with("D:")) rest.remove_prefix(2);
    constexpr std::size_t digits_max = 14;
    while (!rest.empty() && digits.size() < digits_max) {
        if (mail::is_ascii_digit(rest.front()))
            digits += rest.front();
        else if (rest.front() != '-' && rest.front() != ':' && rest.front() != 'T' && rest.front() != ' ')
            break;
        rest.remove_prefix(1);
    }
    if (digits.size() < digits_max) return std::string(date);
    if (rest.starts_with('Z') || rest.starts_with('z')) zone = "Z";
    if ((rest.starts_with('+') || rest.starts_with('-')) && rest.size() >= 6)
        zone = std::string(rest.substr(0, 3)) + ":" +
               std::string(rest.substr(rest[3] == ':' || rest[3] == '\'' ? 4 : 3, 2));
    const auto part = [&digits](std::size_t from, std::size_t length) { return digits.substr(from, length); };
    return part(0, 4) + ":" + part(4, 2) + ":" + part(6, 2) + " " + part(8, 2) + ":" + part(10, 2) + ":" +
           part(12, 2) + zone;
}

/// XMP (ISO 16684-1): properties are attributes of rdf:Description or elements; what stands in a list belongs to the element
/// around it.
void read_xmp_fields(std::string_view packet, ExifFields& fields) {
    constexpr auto names = std::to_array<std::string_view>(
        {"CreatorTool", "Producer", "Title", "Creator", "Keywords", "Subject", "Description", "CreateDate",
         "ModifyDate", "MetadataDate", "DocumentID", "InstanceID", "Format", "PDFVersion"});
    scan::TagWalk walk(packet);
    scan::Tag tag;
    std::string around;
    while (walk.next(tag)) {
        if (const std::string toolkit = scan::attribute(tag, "xmptk"); !toolkit.empty())
            fields.add("XMPToolkit", toolkit);
        if (tag.text.starts_with('/') || tag.text.starts_with('?') || tag.text.starts_with('!')) continue;
        for (const std::string_view name : names) {
            const std::string lower = mail::to_lower(name);
            if (tag.name == "description")
                if (const std::string value = scan::attribute(tag, lower); !value.empty())
                    fields.add(name, exif_date(value));
            if (tag.name == lower) around = name;
        }
        const std::string value = xml_text(mail::trim(walk.text_after()), limits::exif_value_bytes);
        if (!value.empty() && !around.empty()) {
            fields.add(around, exif_date(value));
            around.clear();
        }
    }
}

void read_pdf_fields(ByteView bytes, std::span<const std::string_view> passwords, ExifFields& fields) {
    const scan::PdfFacts facts = scan::read_pdf_facts(bytes, passwords);
    if (facts.cut) fields.cut();
    if (facts.opening == scan::PdfOpening::locked) {
        fields.add("Encryption", "Standard");
        return fields.warn("Document is password protected (use Password option)");
    }
    if (facts.opening == scan::PdfOpening::broken) return fields.warn("Invalid xref table");
    if (facts.repaired) fields.warn("Invalid xref table");
    fields.add("PDFVersion", facts.version);
    fields.add("Linearized", facts.linearized ? "true" : "false");
    if (!facts.encryption.empty()) fields.add("Encryption", facts.encryption);
    for (const auto& [key, value] : facts.info) {
        const bool date = key == "CreationDate" || key == "ModDate";
        const std::string name = key == "CreationDate" ? "CreateDate" : key == "ModDate" ? "ModifyDate" : key;
        fields.add(name, date ? exif_date(value) : value);
    }
    if (facts.page_count) fields.add("PageCount", *facts.page_count);
    for (const auto& [key, value] : facts.signature) {
        const std::string name = key == "M" ? "SigningDate" : "Signing" + (key == "Name" ? "Authority" : key);
        fields.add(name, key == "M" ? exif_date(value) : value);
    }
    read_xmp_fields(facts.metadata, fields);
}

ExiftoolScan read_exif(const ExifSource& source, mail::CharsetConverters& converters) {
    ExiftoolScan scan;
    ExifFields fields(scan);
    if (source.file_type != "unknown") {
        fields.add("FileType", ascii_upper(source.file_type));
        fields.add("FileTypeExtension", source.file_type);
    }
    fields.add("MIMEType", source.mime);
    if (source.file_type == "pdf") read_pdf_fields(source.bytes, source.passwords, fields);
    if (is_ole(source.file_type)) read_ole_fields(source.bytes, converters, fields);
    if (is_package(source.file_type)) read_package_fields(source.parts, fields);
    if (as_text(source.bytes).starts_with("PK\3\4")) read_zip_fields(source.bytes, fields);
    if (source.file_type == "rar") read_archive_names(source.parts, fields);
    read_picture_fields(source.bytes, source.file_type, fields);
    name_fields(scan);
    return scan;
}

}  // namespace tocsin::rules
