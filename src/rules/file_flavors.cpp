#include "rules/file_flavors.hpp"

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"
#include "scan/little_endian.hpp"
#include "scan/zip_structure.hpp"

namespace tocsin::rules {

namespace {

using namespace std::string_view_literals;

struct TypeMime {
    std::string_view type, mime;
};

// Sorted by type. As libmagic of Debian 12 names them.
constexpr auto mimes = std::to_array<TypeMime>({
    {"7z", "application/x-7z-compressed"},
    {"apk", "application/vnd.android.package-archive"},
    {"ar", "application/x-archive"},
    {"arj", "application/x-arj"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bat", "text/x-msdos-batch"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"cab", "application/vnd.ms-cab-compressed"},
    {"chm", "application/vnd.ms-htmlhelp"},
    {"cpio", "application/x-cpio"},
    {"doc", "application/msword"},
    {"docm", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"elf", "application/x-executable"},
    {"eml", "message/rfc822"},
    {"epub", "application/epub+zip"},
    {"exe", "application/x-dosexec"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"heic", "image/heic"},
    {"hta", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar"},
    {"iso", "application/x-iso9660-image"},
    {"jar", "application/java-archive"},
    {"jp2", "image/jp2"},
    {"jpg", "image/jpeg"},
    {"js", "text/plain"},
    {"lnk", "application/x-ms-shortcut"},
    {"lz", "application/x-lzip"},
    {"lz4", "application/x-lz4"},
    {"lzh", "application/x-lzh-compressed"},
    {"macho", "application/x-mach-binary"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"msg", "application/vnd.ms-outlook"},
    {"msi", "application/x-msi"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ogg", "audio/ogg"},
    {"ole", "application/CDFV2"},
    {"ole_encrypted", "application/encrypted"},
    {"one", "application/onenote"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptm", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps1", "text/plain"},
    {"psd", "image/vnd.adobe.photoshop"},
    {"py", "text/x-script.python"},
    {"rar", "application/x-rar"},
    {"rtf", "text/rtf"},
    {"sh", "text/x-shellscript"},
    {"svg", "image/svg+xml"},
    {"swf", "application/x-shockwave-flash"},
    {"tar", "application/x-tar"},
    {"tif", "image/tiff"},
    {"tnef", "application/vnd.ms-tnef"},
    {"txt", "text/plain"},
    {"url", "text/plain"},
    {"vbs", "text/plain"},
    {"vcf", "text/vcard"},
    {"wasm", "application/wasm"},
    {"wav", "audio/x-wav"},
    {"webp", "image/webp"},
    {"wmf", "image/wmf"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xar", "application/x-xar"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsb", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xlsm", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "text/xml"},
    {"xz", "application/x-xz"},
    {"z", "application/x-compress"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
});
static_assert(std::ranges::is_sorted(mimes, {}, &TypeMime::type));

struct Mark {
    std::size_t offset;
    std::string_view bytes;
    std::string_view name;
};

// Kinds that are told by fixed bytes. Sources: the formats' own specifications.
constexpr auto marks = std::to_array<Mark>({
    {0, "7z\xBC\xAF\x27\x1C"sv, "_7zip_file"},
    {0, "\x60\xEA"sv, "arj_file"},
    {0, "MSCF\0\0\0\0"sv, "cab_file"},
    {0, "070701"sv, "cpio_file"},
    {0x8001, "CD001"sv, "iso_file"},
    {0, "Rar!\x1A\7"sv, "rar_file"},
    {257, "ustar"sv, "tar_file"},
    {0, "xar!"sv, "xar_file"},
    {0, "ID3"sv, "mp3_file"},
    {0, "-----BEGIN PKCS7-----"sv, "pkcs7_file"},
    {0, "-----BEGIN CERTI"sv, "x509_pem_file"},
    {0, "BZh"sv, "bzip2_file"},
    {0, "\x1F\x8B\x08"sv, "gzip_file"},
    {0, "\x5D\0\0"sv, "lzma_file"},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     "xz_file"},
    {0, "\x78\x01"sv, "zlib_file"},
    {0, "\x78\x9C"sv, "zlib_file"},
    {0, "\x78\xDA"sv, "zlib_file"},
    {0, "\xEC\xA5\xC1\0"sv, "doc_subheader_file"},
    {0, "<?mso-application "sv, "mso_file"},
    {0, "<?mso-contentType"sv, "mso_file"},
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "olecf_file"},
    {0, "PK\3\4\x14\0\6\0"sv, "ooxml_file"},
    {0, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"sv, "onenote_file"},
    {0, "%PDF"sv, "pdf_file"},
    {0, "CHNKINK"sv, "poi_hpbf_file"},
    {0, "{\\rt"sv, "rtf_file"},
    {0, "VERSION 5.00\r\nBegin"sv, "vbframe_file"},
    {0, "<xfdf xmlns="sv, "xfdf_file"},
    {0, "\x78\x9F\x3E\x22"sv, "tnef_file"},
    {0,
     "\x7F"
     "ELF"sv,
     "elf_file"},
    {0, "L\0\0\0"sv, "lnk_file"},
    {0, "\xFE\xED\xFA\xCE"sv, "macho_file"},
    {0, "\xFE\xED\xFA\xCF"sv, "macho_file"},
    {0, "\xCE\xFA\xED\xFE"sv, "macho_file"},
    {0, "\xCF\xFA\xED\xFE"sv, "macho_file"},
    {0, "MZ"sv, "mz_file"},
    {0, "begincmap"sv, "cmap_file"},
    {0, "GIF87a"sv, "gif_file"},
    {0, "GIF89a"sv, "gif_file"},
    {0, "\xFF\xD8\xFF"sv, "jpeg_file"},
    {0, "%!PS-Adobe-3.0"sv, "postscript_file"},
    {0, "\x89PNG"sv, "png_file"},
    {0, "8BPS"sv, "psd_file"},
    {0, "8BIM"sv, "psd_image_file"},
    {0, "XICC_PROFILE"sv, "xicc_file"},
    {0, "<?xpacket begin="sv, "xmp_file"},
    {0, "<x:xmpmeta xmlns:x="sv, "xmp_file"},
    {0, "Manifest"sv, "jar_manifest_file"},
    {0, "bplist00"sv, "bplist_file"},
    {0, "FWS"sv, "fws_file"},
    {0, "CWS"sv, "cws_file"},
    {0, "ZWS"sv, "zws_file"},
    {0, "!<arch>\ndebian"sv, "debian_package_file"},
    {0, "\xED\xAB\xEE\xDB"sv, "rpm_file"},
    {8, "AVI LIST"sv, "avi_file"},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "wmv_file"},
    {0, "Attribute VB_Name ="sv, "vb_file"},
    {0, "Option Explicit"sv, "vb_file"},
    {0, "Dim "sv, "vb_file"},
    {0, "Public Sub "sv, "vb_file"},
    {0, "Private Sub "sv, "vb_file"},
});

/// The beginning of a text that is looked at for words.
constexpr std::size_t text_look_bytes = 5000;

/// Appends each name once.
void add(std::vector<std::string>& names, std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

/// A program header in base64, as it stands in a text or, two bytes a letter, in a Windows script. The five beginnings differ
/// in the fields that follow "MZ" (number of bytes on the last page, of pages, of relocations).
bool holds_program_in_base64(std::string_view text) {
    if (text.starts_with("MZ")) return false;
    constexpr auto beginnings = std::to_array<std::string_view>(
        {"TVpTAQEAAAAEAAAA//8AALgAAAA", "TVoAAAAAAAAAAAAAAAAAAAAAAAA", "TVqAAAEAAAAEABAAAAAAAAAAAAA",
         "TVpQAAIAAAAEAA8A//8AALgAAAA", "TVqQAAMAAAAEAAAA//8AALgAAAA"});
    constexpr auto wide_mark = "T\0V\0"sv;
    for (std::size_t at = text.find("TV"); at != std::string_view::npos; at = text.find("TV", at + 1))
        for (const std::string_view beginning : beginnings)
            if (text.substr(at).starts_with(beginning)) return true;
    for (std::size_t at = text.find(wide_mark); at != std::string_view::npos;
         at = text.find(wide_mark, at + 1))
        for (const std::string_view beginning : beginnings) {
            const std::string_view there = text.substr(at, beginning.size() * 2);
            std::size_t same = 0;
            while (same < beginning.size() && 2 * same + 1 < there.size() &&
                   there[2 * same] == beginning[same] && there[2 * same + 1] == '\0')
                ++same;
            if (same == beginning.size()) return true;
        }
    return false;
}

/// [MS-OFFCRYPTO]: streams that only an encrypted document has. Names in a compound file are UTF-16.
bool is_encrypted_document(std::string_view text) {
    if (!text.starts_with("\xD0\xCF\x11\xE0")) return false;
    for (const std::string_view name : {"EncryptionInfo", "Microsoft.Container.EncryptionTransform",
                                        "StrongEncryptionDataSpace", "StrongEncryptionTransform"}) {
        std::string wide;
        for (const char c : name) wide += {c, '\0'};
        if (text.find(wide) != std::string_view::npos) return true;
    }
    return false;
}

/// A script by how it begins: a statement, or one of the objects that a browser gives to scripts.
bool looks_like_javascript(std::string_view text) {
    std::string_view look = text.substr(0, text_look_bytes);
    if (look.starts_with("\xEF\xBB\xBF")) look.remove_prefix(3);
    look = look.substr(std::min(look.find_first_not_of(" \t\r\n\f"), look.size()));
    constexpr auto first_words = std::to_array<std::string_view>(
        {"var ", "let ", "const ", "function ", "function(", "(function", "(()", "(async", "!function",
         "async function", "if(", "if (", "jQuery", "\"use strict\"", "'use strict'", "try{", "try {"});
    constexpr auto near_words = std::to_array<std::string_view>(
        {"document.create", "document.write", "document.getElement", "window.", "window[", "eval(",
         "unescape(", "atob(", ".push(", "new Array(", "define("});
    constexpr std::size_t near = 100;
    const auto begins = [look](std::string_view word) { return look.starts_with(word); };
    const auto stands_near = [look](std::string_view word) {
        return look.substr(0, near).find(word) != std::string_view::npos;
    };
    if (std::ranges::any_of(first_words, begins) || std::ranges::any_of(near_words, stands_near)) return true;
    const bool comment = look.starts_with("//") || look.starts_with("/*") || look.starts_with("$(");
    const auto holds = [look](std::string_view word) { return look.find(word) != std::string_view::npos; };
    return comment && holds("var ") && holds("function") && (holds("if(") || holds("if ("));
}

void add_text_kinds(std::string_view text, std::string_view file_type, std::vector<std::string>& names) {
    const std::string lower = mail::to_lower(text.substr(0, text_look_bytes));
    const std::string_view look = lower;
    const std::string_view trimmed = mail::trim(look);
    const auto holds = [look](std::string_view word) { return look.find(word) != std::string_view::npos; };
    if (file_type == "html" || file_type == "hta") add(names, "html_file");
    if (file_type == "hta" || holds("<hta:application ")) add(names, "hta_file");
    if (file_type == "svg" || trimmed.starts_with("<svg ")) add(names, "svg_file");
    if (file_type == "ini" || (trimmed.starts_with('[') && holds("]\n") && holds("=")))
        add(names, "ini_file");
    if (trimmed.starts_with("<?xml")) {
        add(names, "xml_file");
        if (holds("http://schemas.microsoft.com/office/word/2003/wordml")) add(names, "wordml_file");
        if (holds("<plist ")) add(names, "plist_file");
        if (holds("<soap") || holds("soap-env:envelope")) add(names, "soap_file");
    }
    if (trimmed.starts_with("<?php")) add(names, "php_file");
    if ((trimmed.starts_with("{\"") || trimmed.starts_with("[{") || trimmed.starts_with("{\n")) &&
        holds("\":"))
        add(names, "json_file");
    if (trimmed.starts_with("echo off") || trimmed.starts_with("@echo off") || file_type == "bat")
        add(names, "batch_file");
    if (file_type == "vbs") add(names, "vb_file");
    if (trimmed.starts_with("mime-version: 1.0") &&
        holds("single file web page, also known as a web archive file"))
        add(names, "mhtml_file");
    if (holds("-----begin pgp ")) add(names, "pgp_file");
    for (const std::string_view field :
         {"\nreceived:", "\nreturn-path:", "\nmessage-id:", "\nreply-to:", "\nx-mailer:"})
        if (look.substr(0, 2048).find(field) != std::string_view::npos) add(names, "email_file");
}

bool is_plain_zip(std::string_view text) {
    return text.starts_with("PK\3\4") && !text.substr(4).starts_with("\x14\0\6\0"sv);
}

bool is_bmp(ByteView bytes) {
    constexpr auto header_sizes = std::to_array<std::uint32_t>({0x0C, 0x28, 0x40, 0x6C, 0x7C, 0x80});
    return as_text(bytes).starts_with("BM") &&
           std::ranges::find(header_sizes, scan::u32_at(bytes, 14)) != header_sizes.end();
}

bool is_packed_by_upx(std::string_view text) {
    const std::string_view look = text.substr(0, 1024);
    return text.starts_with("MZ") && look.find("UPX0") != std::string_view::npos &&
           look.find("UPX1") != std::string_view::npos;
}

/// DER: a sequence with two bytes of length, and in it another one (X.509), or an object identifier (PKCS #7).
void add_der_kinds(std::string_view text, std::vector<std::string>& names) {
    if (!text.starts_with("\x30\x82")) return;
    if (text.substr(4).starts_with("\x30\x82") || text.substr(4).starts_with("\x30\x81"))
        add(names, "x509_der_file");
    if (text.substr(4).starts_with("\x06\x09")) add(names, "pkcs7_file");
}

/// XML says so in its first line; a word like "<TitlesOfParts>" does not make it a web page.
bool is_xml_not_page(std::string_view text) {
    const std::string lower = mail::to_lower(text.substr(0, text_look_bytes));
    const std::string_view look = mail::trim(lower);
    return (look.starts_with("<?xml") || look.starts_with("\xEF\xBB\xBF<?xml")) &&
           look.find("<html") == std::string_view::npos &&
           look.find("<!doctype html") == std::string_view::npos;
}

}  // namespace

std::string_view mime_of_type(std::string_view file_type) {
    const auto place = std::ranges::lower_bound(mimes, file_type, {}, &TypeMime::type);
    return place != mimes.end() && place->type == file_type ? place->mime : "application/octet-stream";
}

bool is_encrypted_zip(ByteView bytes) {
    if (!as_text(bytes).starts_with("PK\3\4")) return false;
    constexpr std::size_t headers_looked_at = 4096;
    return std::ranges::any_of(scan::read_zip_structure(bytes, headers_looked_at).locals,
                               &scan::ZipEntry::encrypted);
}

FileFlavors read_flavors(ByteView bytes, std::string_view file_type) {
    FileFlavors flavors;
    const std::string_view text = as_text(bytes);
    if (file_type == "html" && is_xml_not_page(text)) file_type = "xml";
    flavors.mime = mime_of_type(file_type);
    std::vector<std::string>& names = flavors.yara;
    for (const Mark& mark : marks)
        if (text.size() >= mark.offset && text.substr(mark.offset).starts_with(mark.bytes))
            add(names, mark.name);
    if (is_plain_zip(text)) add(names, "zip_file");
    if (is_encrypted_zip(bytes)) add(names, "encrypted_zip");
    if (is_encrypted_document(text)) add(names, "encrypted_word_document");
    if (holds_program_in_base64(text)) add(names, "base64_pe");
    if (is_bmp(bytes)) add(names, "bmp_file");
    if (is_packed_by_upx(text)) add(names, "upx_file");
    add_der_kinds(text, names);
    add_text_kinds(text, file_type, names);
    const bool page = file_type == "html" || file_type == "hta" || file_type == "xml" || file_type == "svg" ||
                      file_type == "eml";
    if (!page && looks_like_javascript(text)) add(names, "javascript_file");
    return flavors;
}

}  // namespace tocsin::rules
