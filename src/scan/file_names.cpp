#include "scan/file_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "mail/ascii.hpp"
#include "scan/file_type.hpp"

namespace tocsin::scan {

namespace {

// What a double click runs. Sources: Microsoft's list of blocked attachments in Outlook, Gmail's list of blocked types.
constexpr std::array<std::string_view, 35> program_extensions = {
    "exe",        "scr",        "com",  "pif",  "cpl", "msi", "msp",    "msix",        "appx",
    "appxbundle", "msixbundle", "dll",  "sys",  "ocx", "drv", "jar",    "jnlp",        "apk",
    "app",        "dmg",        "pkg",  "deb",  "rpm", "run", "gadget", "application", "msc",
    "xll",        "wll",        "ppam", "xlam", "elf", "ex_", "mst",    "diagcab"};
constexpr std::array<std::string_view, 38> script_extensions = {
    "js",  "jse", "vbs", "vbe",    "vb",   "wsf",     "wsh",  "wsc",         "sct", "hta",
    "bat", "cmd", "ps1", "ps1xml", "ps2",  "psc1",    "psm1", "psd1",        "py",  "pyw",
    "pyz", "pl",  "rb",  "sh",     "bash", "command", "scpt", "applescript", "reg", "inf",
    "ins", "isp", "its", "ade",    "adp",  "chm",     "mjs",  "library-ms"};
constexpr std::array<std::string_view, 9> shortcut_extensions = {
    "lnk", "url", "website", "desktop", "webloc", "appref-ms", "search-ms", "settingcontent-ms", "scf"};
constexpr std::array<std::string_view, 7> disk_image_extensions = {"iso", "img",  "vhd", "vhdx",
                                                                   "udf", "vmdk", "dmg"};
constexpr std::array<std::string_view, 38> document_extensions = {
    "pdf", "doc",  "docx", "xls", "xlsx", "ppt", "pptx", "rtf",  "txt", "csv", "odt", "ods", "odp",
    "jpg", "jpeg", "png",  "gif", "bmp",  "tif", "tiff", "html", "htm", "zip", "rar", "7z",  "mp3",
    "mp4", "wav",  "avi",  "eml", "msg",  "xml", "svg",  "webp", "mov", "ics", "vcf", "xps"};

/// Which contents a name may rightly have. Only names that promise something harmless or exact are here.
struct Promise {
    std::string_view extension;
    std::array<std::string_view, 6> types;
};
constexpr auto promises = std::to_array<Promise>({
    {"pdf", {"pdf"}},
    {"docx", {"docx", "ole_encrypted"}},
    {"xlsx", {"xlsx", "ole_encrypted"}},
    {"pptx", {"pptx", "ole_encrypted"}},
    {"doc", {"doc", "rtf", "docx", "html", "xml", "txt"}},
    {"xls", {"xls", "xlsx", "html", "xml", "txt", "ole_encrypted"}},
    {"ppt", {"ppt", "pptx", "ole_encrypted"}},
    {"rtf", {"rtf"}},
    {"jpg", {"jpg", "png", "gif", "webp", "heic", "bmp"}},
    {"jpeg", {"jpg", "png", "gif", "webp", "heic", "bmp"}},
    {"png", {"png", "jpg", "gif", "webp", "bmp"}},
    {"gif", {"gif", "png", "jpg", "webp"}},
    {"bmp", {"bmp", "png", "jpg"}},
    {"zip", {"zip", "docx", "xlsx", "pptx", "jar", "odt"}},
    {"rar", {"rar"}},
    {"7z", {"7z"}},
    {"html", {"html", "txt", "svg", "xml"}},
    {"htm", {"html", "txt", "svg", "xml"}},
    {"ics", {"ics", "txt"}},
    {"svg", {"svg", "xml"}},
    {"eml", {"eml", "txt"}},
});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

/// Windows drops dots and blanks at the end of a name.
std::string_view trimmed_name(std::string_view name) {
    while (!name.empty() && (name.back() == '.' || name.back() == ' ' || name.back() == '\0'))
        name.remove_suffix(1);
    return name;
}

/// A name with anything that a person takes for a harmless file, hiding something that runs.
bool is_dangerous(std::string_view type) {
    const TypeClass kind = class_of_type(type);
    return kind == TypeClass::program || kind == TypeClass::script || kind == TypeClass::shortcut ||
           kind == TypeClass::disk_image;
}

/// The declared types that say what the content is; most senders say application/octet-stream for anything.
bool declared_contradicts(std::string_view declared, std::string_view type) {
    const TypeClass kind = class_of_type(type);
    if (kind == TypeClass::unknown) return false;
    if (declared.starts_with("image/"))
        return kind != TypeClass::picture && type != "svg" && kind != TypeClass::text;
    if (declared.starts_with("audio/") || declared.starts_with("video/")) return is_dangerous(type);
    if (declared == "application/pdf") return type != "pdf";
    if (declared == "text/plain") return is_dangerous(type) && kind != TypeClass::script;
    if (declared == "text/html") return is_dangerous(type) && kind != TypeClass::script;
    if (declared == "text/calendar") return is_dangerous(type);
    return false;
}

void compare_name_with_content(Inspection& inspection, const std::string& name, std::string_view extension) {
    const std::string_view type = inspection.file_type();
    if (type == "unknown" || type.empty()) return;
    for (const Promise& promise : promises) {
        if (promise.extension != extension || contains(promise.types, type)) continue;
        inspection.flag(PartFlag::type_mismatch);
        const std::string_view words = words_for_type(type);
        inspection.note(fmt::format("The name “{}” says {}, the content is {}.", printable(name), extension,
                                    words.empty() ? type : words));
        if (is_dangerous(type))
            inspection.finding("name_hides_program", Severity::suspicious,
                               fmt::format("is called “{}” but is {}", printable(name), words));
    }
}

void inspect_one_name(Inspection& inspection, const std::string& name) {
    const std::string extension = extension_of(name);
    if (contains(shortcut_extensions, extension)) inspection.flag(PartFlag::shortcut);
    if (contains(disk_image_extensions, extension)) inspection.flag(PartFlag::disk_image);
    if (extension == "one" || extension == "onepkg") inspection.flag(PartFlag::onenote);
    if (is_program_extension(extension)) inspection.flag(PartFlag::executable);
    if (is_script_extension(extension)) inspection.flag(PartFlag::script);
    if (has_bidi_control(name)) {
        inspection.flag(PartFlag::bidi_name);
        inspection.note("The name holds invisible characters that turn the direction of writing.");
        inspection.finding(
            "bidi_name", Severity::suspicious,
            fmt::format("has a name written so that it shows a false ending; it really ends in “.{}”",
                        printable(extension)));
    }
    if (has_double_extension(name)) {
        inspection.flag(PartFlag::double_extension);
        inspection.finding(
            "double_extension", Severity::suspicious,
            fmt::format(
                "has a name with two endings (“{}”); only the last one counts, and it starts a program",
                printable(name)));
    }
    compare_name_with_content(inspection, name, extension);
}

}  // namespace

std::string extension_of(std::string_view file_name) {
    const std::string_view name = trimmed_name(file_name);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view extension = name.substr(dot + 1);
    constexpr std::size_t extension_bytes_max = 24;
    if (extension.size() > extension_bytes_max || extension.find_first_of("/\\") != std::string_view::npos)
        return {};
    return mail::to_lower(extension);
}

bool is_program_extension(std::string_view extension) {
    return contains(program_extensions, extension);
}
bool is_script_extension(std::string_view extension) {
    return contains(script_extensions, extension);
}

bool has_double_extension(std::string_view file_name) {
    const std::string_view name = trimmed_name(file_name);
    const std::string last = extension_of(name);
    if (last.empty()) return false;
    const std::string before = extension_of(mail::trim(name.substr(0, name.size() - last.size() - 1)));
    const bool runs =
        is_program_extension(last) || is_script_extension(last) || contains(shortcut_extensions, last);
    return runs && contains(document_extensions, before);
}

bool has_bidi_control(std::string_view file_name) {
    constexpr std::array<std::string_view, 12> controls = {
        "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
        "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xD8\x9C"};
    return std::ranges::any_of(controls, [file_name](std::string_view control) {
        return file_name.find(control) != std::string_view::npos;
    });
}

bool depends_on_name(PartFlag flag) {
    // executable, script, shortcut, disk_image and onenote come from the name or the content; inspecting the content again by its
    // remembered type finds them again, so they count as the name's.
    switch (flag) {
        case PartFlag::double_extension:
        case PartFlag::bidi_name:
        case PartFlag::type_mismatch:
        case PartFlag::executable:
        case PartFlag::script:
        case PartFlag::shortcut:
        case PartFlag::disk_image:
        case PartFlag::onenote: return true;
        default: return false;
    }
}

void inspect_names(Inspection& inspection) {
    switch (class_of_type(inspection.file_type())) {
        case TypeClass::program: inspection.flag(PartFlag::executable); break;
        case TypeClass::script: inspection.flag(PartFlag::script); break;
        case TypeClass::shortcut: inspection.flag(PartFlag::shortcut); break;
        case TypeClass::disk_image: inspection.flag(PartFlag::disk_image); break;
        default: break;
    }
    const std::string_view type = inspection.file_type();
    if (type == "one" || type == "onetoc2") inspection.flag(PartFlag::onenote);

    constexpr std::size_t readings_max = 16;
    const std::vector<std::string>& names = inspection.input().file_names;
    for (const std::string& name : std::span(names).first(std::min(names.size(), readings_max)))
        inspect_one_name(inspection, name);
    if (declared_contradicts(inspection.input().declared_type, type)) {
        inspection.flag(PartFlag::type_mismatch);
        inspection.note(fmt::format("Declared as {}, but the content is {}.",
                                    printable(inspection.input().declared_type),
                                    words_for_type(type).empty() ? type : words_for_type(type)));
    }
}

}  // namespace tocsin::scan
