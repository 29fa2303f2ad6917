// Our own table of magic numbers: the types that matter to a verdict must not depend on the installed version of libmagic.
#include <algorithm>
#include <array>

#include "mail/ascii.hpp"
#include "scan/file_type.hpp"
#include "scan/zip_structure.hpp"

namespace tocsin::scan {

namespace {

using namespace std::string_view_literals;

struct MagicNumber {
    std::size_t offset;
    std::string_view bytes;
    std::string_view type;
};

// First match wins. Sources: the formats' own specifications.
constexpr auto magic_numbers = std::to_array<MagicNumber>({
    {0, "%PDF-"sv, "pdf"},
    {0, "\x89PNG\r\n\x1A\n"sv, "png"},
    {0, "\xFF\xD8\xFF"sv, "jpg"},
    {0, "GIF87a"sv, "gif"},
    {0, "GIF89a"sv, "gif"},
    {0, "II*\0"sv, "tif"},
    {0, "MM\0*"sv, "tif"},
    {0, "II+\0"sv, "tif"},
    {0, "MM\0+"sv, "tif"},
    {0, "\xFF\x4F\xFF\x51"sv, "j2k"},
    {0, "\0\0\0\x0CjP  \r\n\x87\n"sv, "jp2"},
    {0, "\0\0\1\0"sv, "ico"},
    {8, "WEBPVP8"sv, "webp"},
    {4, "ftypheic"sv, "heic"},
    {4, "ftypmif1"sv, "heic"},
    {4, "ftypheix"sv, "heic"},
    {4, "ftyphevc"sv, "heic"},
    {4, "ftyphevx"sv, "heic"},
    {4, "ftypmsf1"sv, "heic"},
    {4, "ftypavif"sv, "avif"},
    {4, "ftypavis"sv, "avif"},
    {0, "8BPS"sv, "psd"},
    {0, "\xD7\xCD\xC6\x9A"sv, "wmf"},
    {0, "{\\rt"sv, "rtf"},
    {0, "Rar!\x1A\7"sv, "rar"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "7z"},
    {0, "\x1F\x8B\x08"sv, "gz"},
    {0, "\x1F\x9D"sv, "z"},
    {0, "BZh"sv, "bz2"},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     "xz"},
    {0, "\x28\xB5\x2F\xFD"sv, "zst"},
    {0, "\x04\x22\x4D\x18"sv, "lz4"},
    {0, "LZIP\1"sv, "lz"},
    {0, "MSCF\0\0\0\0"sv, "cab"},
    {0, "ISc("sv, "cab"},
    {0, "\x60\xEA"sv, "arj"},
    {2, "-lh"sv, "lzh"},
    {2, "-lz"sv, "lzh"},
    {0, "!<arch>\n"sv, "ar"},
    {0, "070701"sv, "cpio"},
    {0, "070702"sv, "cpio"},
    {0, "070707"sv, "cpio"},
    {0, "\xC7\x71"sv, "cpio"},
    {0, "\x71\xC7"sv, "cpio"},
    {7, "**ACE**"sv, "ace"},
    {0, "xar!"sv, "xar"},
    {0, "SZDD\x88\xF0\x27\x33"sv, "szdd"},
    {0, "ITSF"sv, "chm"},
    {257, "ustar"sv, "tar"},
    {0, "MZ"sv, "exe"},
    {0, "ZM"sv, "exe"},
    {0,
     "\x7F"
     "ELF"sv,
     "elf"},
    {0, "\xFE\xED\xFA\xCE"sv, "macho"},
    {0, "\xFE\xED\xFA\xCF"sv, "macho"},
    {0, "\xCE\xFA\xED\xFE"sv, "macho"},
    {0, "\xCF\xFA\xED\xFE"sv, "macho"},
    {0, "dex\n03"sv, "dex"},
    {0, "L\0\0\0\1\x14\2\0"sv, "lnk"},
    {0, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"sv, "one"},
    {0, "\xA1\x2F\xFF\x43\xD9\xEF\x76\x4C\x9E\xE2\x10\xEA\x57\x22\x76\x5F"sv, "onetoc2"},
    {0x8001, "CD001"sv, "iso"},
    {0x8001, "BEA01"sv, "udf"},
    {0x9001, "CD001"sv, "iso"},
    {0, "conectix"sv, "vhd"},
    {0, "vhdxfile"sv, "vhdx"},
    {0, "KDMV"sv, "vmdk"},
    {0, "QFI\xFB"sv, "qcow"},
    {0, "\x78\x9F\x3E\x22"sv, "tnef"},
    {0, "!BDN"sv, "pst"},
    {0, "FWS"sv, "swf"},
    {0, "CWS"sv, "swf"},
    {0, "ZWS"sv, "swf"},
    {0, "\0asm"sv, "wasm"},
    {0, "ID3"sv, "mp3"},
    {0, "OggS"sv, "ogg"},
    {8, "WAVEfmt"sv, "wav"},
    {8, "AVI LIST"sv, "avi"},
    {4, "ftyp"sv, "mp4"},
    {0, "wOFF"sv, "woff"},
    {0, "wOF2"sv, "woff2"},
});

bool has_at(std::string_view text, std::size_t offset, std::string_view magic) {
    return text.size() >= offset + magic.size() && text.substr(offset, magic.size()) == magic;
}

std::string_view exe_kind(std::string_view text) {
    // "MZ" begins many harmless things: a program is longer than its header and, when new, points at "PE".
    if (text.size() < 28) return "";
    return "exe";
}

/// Office, OpenDocument, Java and Android packages are zips; the names inside tell which (ECMA-376 part 2, ODF 1.2 part 3).
std::string_view zip_kind(ByteView bytes) {
    const std::vector<std::string> names = zip_member_names(bytes, 400);
    const auto holds = [&names](std::string_view part) {
        return std::ranges::any_of(names, [part](const std::string& name) { return name.starts_with(part); });
    };
    const bool macros = std::ranges::any_of(names, [](const std::string& name) {
        return mail::find_ignoring_case(name, "vbaproject.bin") != std::string::npos;
    });
    if (holds("word/")) return macros ? "docm" : "docx";
    if (holds("xl/")) return macros ? "xlsm" : holds("xl/workbook.bin") ? "xlsb" : "xlsx";
    if (holds("ppt/")) return macros ? "pptm" : "pptx";
    if (holds("visio/")) return "vsdx";
    if (holds("AndroidManifest.xml")) return "apk";
    if (holds("META-INF/MANIFEST.MF")) return "jar";
    if (holds("AppxManifest.xml")) return "appx";
    const std::string_view head = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 256)));
    const std::size_t mime = head.find("mimetypeapplication/");
    if (mime == std::string_view::npos) return "zip";
    const std::string_view kind = head.substr(mime + 20);
    if (kind.starts_with("vnd.oasis.opendocument.text")) return "odt";
    if (kind.starts_with("vnd.oasis.opendocument.spreadsheet")) return "ods";
    if (kind.starts_with("vnd.oasis.opendocument.presentation")) return "odp";
    if (kind.starts_with("epub+zip")) return "epub";
    return "zip";
}

/// OLE2 compound files; stream names are UTF-16 in directory sectors ([MS-CFB] section 2.6.1). A bounded look for them is enough
/// to tell which program opens the file.
std::string_view ole_kind(std::string_view text) {
    const std::string_view look = text.substr(0, 8U << 20);
    const auto holds = [look](std::string_view name) {
        std::string wide;
        for (const char c : name) wide += {c, '\0'};
        return look.find(wide) != std::string_view::npos;
    };
    if (holds("__substg1.0_") || holds("__properties_version1.0")) return "msg";
    if (holds("WordDocument")) return "doc";
    if (holds("Workbook") || look.find("B\0o\0o\0k\0\0\0"sv) != std::string_view::npos) return "xls";
    if (holds("PowerPoint Document")) return "ppt";
    if (holds("VisioDocument")) return "vsd";
    if (holds("EncryptedPackage")) return "ole_encrypted";
    // The tables of an installer have names in a packed alphabet that all begin with U+4840.
    if (look.find("\x40\x48"sv) != std::string_view::npos && holds("SummaryInformation")) return "msi";
    return "ole";
}

bool looks_like_bmp(std::string_view text) {
    return has_at(text, 0, "BM") && text.size() > 26 && has_at(text, 6, "\0\0\0\0"sv);
}

/// A boot sector: jump, and the mark at its end.
bool looks_like_disk(std::string_view text) {
    return text.size() >= 512 && has_at(text, 510, "\x55\xAA") &&
           ((text[0] == '\xEB' && text[2] == '\x90') || text[0] == '\xE9') &&
           (has_at(text, 54, "FAT") || has_at(text, 82, "FAT") || has_at(text, 3, "NTFS") ||
            has_at(text, 3, "EXFAT"));
}

bool has_disk_footer(std::string_view text) {
    return text.size() >= 512 &&
           (has_at(text, text.size() - 512, "conectix") || has_at(text, text.size() - 512, "koly"));
}

// ---- text -----------------------------------------------------------------------------------------------------------

constexpr std::size_t text_look_bytes = 4096;

/// No control bytes but white space: some kind of text, in whatever charset. UTF-16 is recognised by its mark.
bool looks_like_text(std::string_view look) {
    std::size_t controls = 0;
    for (const char c : look) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0) return false;
        if (byte < 0x20 && !mail::is_ascii_space(c) && byte != 0x1B) ++controls;
    }
    return controls * 100 <= look.size();
}

/// `look` is in lower case already.
bool has_word(std::string_view look, std::string_view lower_word) {
    return look.find(lower_word) != std::string_view::npos;
}

/// Every kind of page looks at all tags: from one `<` to the next, once for all of them. `look` is in lower case.
std::string_view page_kind(std::string_view look) {
    constexpr std::array<std::string_view, 22> html_words = {
        "<!doctype html", "<html",   "<head",   "<body",  "<script", "<table",
        "<div",           "<iframe", "<a href", "<p>",    "<br",     "<style",
        "<form",          "<img",    "<meta",   "<title", "<h1",     "<font",
        "<center",        "<object", "<embed",  "<span"};
    const bool markup = look.find('<') != std::string_view::npos;
    if (!markup) return "";
    if (has_word(look, "<hta:application")) return "hta";
    for (std::size_t at = look.find('<'); at != std::string_view::npos; at = look.find('<', at + 1)) {
        const std::string_view tag = look.substr(at);
        if (tag.starts_with("<svg")) return "svg";
        for (const std::string_view word : html_words)
            if (tag.starts_with(word)) return "html";
    }
    if (has_word(look, "<?xml") || has_word(look, "<job") || has_word(look, "<package")) return "xml";
    return "";
}

/// Header lines at the very start: a message.
bool looks_like_message(std::string_view look) {
    constexpr std::array<std::string_view, 13> fields = {"received:",
                                                         "return-path:",
                                                         "from:",
                                                         "to:",
                                                         "subject:",
                                                         "date:",
                                                         "message-id:",
                                                         "mime-version:",
                                                         "content-type:",
                                                         "delivered-to:",
                                                         "from ",
                                                         "x-mozilla",
                                                         "content-transfer-encoding:"};
    std::size_t hits = 0, at = 0;
    for (std::size_t line = 0; line < 40 && at < look.size(); ++line) {
        const std::size_t end = std::min(look.find('\n', at), look.size());
        const std::string_view text = look.substr(at, end - at);
        if (mail::trim(text).empty()) break;
        for (const std::string_view field : fields)
            if (mail::starts_with_ignoring_case(text, field)) ++hits;
        at = end + 1;
    }
    return hits >= 2;
}

std::string_view script_kind(std::string_view look) {
    if (look.starts_with("#!"))
        return look.substr(0, 80).find("python") != std::string_view::npos ? "py" : "sh";
    if (look.starts_with("@echo off")) return "bat";
    if (has_word(look, "wscript.shell") || has_word(look, "scripting.filesystemobject"))
        return has_word(look, "createobject(") && (has_word(look, "dim ") || has_word(look, "set ")) ? "vbs"
                                                                                                     : "js";
    if (has_word(look.substr(0, 400), "[internetshortcut]")) return "url";
    if (has_word(look, "-executionpolicy") || has_word(look, "invoke-expression") ||
        has_word(look, "new-object net.webclient"))
        return "ps1";
    return "";
}

std::string_view text_kind(std::string_view text) {
    std::string_view look = text.substr(0, text_look_bytes);
    if (look.starts_with("\xEF\xBB\xBF")) look.remove_prefix(3);
    if (look.starts_with("\xFF\xFE") || look.starts_with("\xFE\xFF")) return "txt";
    if (!looks_like_text(look)) return "";
    while (!look.empty() && mail::is_ascii_space(look.front())) look.remove_prefix(1);
    if (mail::starts_with_ignoring_case(look, "BEGIN:VCALENDAR")) return "ics";
    if (mail::starts_with_ignoring_case(look, "BEGIN:VCARD")) return "vcf";
    if (looks_like_message(look)) return "eml";
    const std::string lower = mail::to_lower(look);
    if (const std::string_view page = page_kind(lower); !page.empty()) return page;
    if (const std::string_view script = script_kind(lower); !script.empty()) return script;
    return "txt";
}

}  // namespace

std::string_view known_file_type(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    if (text.empty()) return "txt";
    if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6") || text.starts_with("PK00PK\3\4"))
        return zip_kind(bytes);
    if (text.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return ole_kind(text);
    if (text.starts_with("\xCA\xFE\xBA\xBE")) return text.size() > 7 && text[7] < 0x20 ? "macho" : "class";
    for (const MagicNumber& magic : magic_numbers) {
        if (!has_at(text, magic.offset, magic.bytes)) continue;
        if (magic.type == "exe" && exe_kind(text).empty()) continue;
        return magic.type;
    }
    if (looks_like_bmp(text)) return "bmp";
    if (looks_like_disk(text)) return "img";
    if (has_disk_footer(text)) return "vhd";
    // Readers accept junk before "%PDF-" within the first 1024 bytes (ISO 32000-1 annex H.3.4.1).
    if (text.substr(0, 1024).find("%PDF-") != std::string_view::npos) return "pdf";
    if (const std::string_view kind = text_kind(text); !kind.empty()) return kind;
    // A zip is found from its end: anything may stand before it (self-extracting programs were recognised above).
    if (text.substr(text.size() - std::min<std::size_t>(text.size(), 1024)).find("PK\5\6") !=
        std::string_view::npos)
        return zip_kind(bytes);
    return "";
}

}  // namespace tocsin::scan
