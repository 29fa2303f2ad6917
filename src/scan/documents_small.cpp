// Formats that need only a look: shortcuts, OneNote.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"
#include "scan/documents.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

/// [MS-SHLLINK] section 2.1.1.
constexpr std::uint32_t link_has_id_list = 0x01, link_has_info = 0x02, link_has_name = 0x04,
                        link_has_relative_path = 0x08, link_has_working_folder = 0x10,
                        link_has_arguments = 0x20, link_is_unicode = 0x80;

/// One counted string of a shortcut ([MS-SHLLINK] section 2.4), as ASCII with '?' for the rest; `at` moves behind it.
std::string link_string(ByteView bytes, std::size_t& at, bool wide) {
    const std::size_t count = u16_at(bytes, at);
    const std::size_t unit = wide ? 2 : 1;
    const ByteView field = slice(bytes, at + 2, count * unit);
    at += 2 + count * unit;
    std::string text;
    constexpr std::size_t kept = 4096;
    for (std::size_t i = 0; i + unit <= field.size() && text.size() < kept; i += unit) {
        const std::uint64_t value = little_endian(field, i, unit);
        text += value >= 0x20 && value < 0x7F ? static_cast<char>(value) : '?';
    }
    return text;
}

/// What a .lnk starts: relative path and arguments.
std::string link_command(ByteView bytes) {
    const std::uint32_t flags = u32_at(bytes, 20);
    std::size_t at = 76;
    if ((flags & link_has_id_list) != 0) at += 2U + u16_at(bytes, at);
    if ((flags & link_has_info) != 0) at += u32_at(bytes, at);
    const bool wide = (flags & link_is_unicode) != 0;
    std::string command;
    if ((flags & link_has_name) != 0) link_string(bytes, at, wide);
    if ((flags & link_has_relative_path) != 0) command = link_string(bytes, at, wide);
    if ((flags & link_has_working_folder) != 0) link_string(bytes, at, wide);
    if ((flags & link_has_arguments) != 0) command += " " + link_string(bytes, at, wide);
    return command;
}

bool starts_interpreter(std::string_view command) {
    constexpr auto interpreters = std::to_array<std::string_view>(
        {"cmd.exe", "powershell", "mshta", "wscript", "cscript", "rundll32", "regsvr32", "msiexec", "curl",
         "bitsadmin", "certutil", "conhost", "forfiles", "pwsh", "ftp.exe", "explorer.exe"});
    return std::ranges::any_of(interpreters, [command](std::string_view word) {
        return mail::find_ignoring_case(command, word) != std::string_view::npos;
    });
}

/// [MS-ONESTORE] section 2.6.13: FileDataStoreObject begins with this GUID; then size (8), unused (4), reserved (8), data.
constexpr std::string_view onenote_file_marker =
    "\xE7\x16\xE3\xBD\x65\x26\x11\x45\xA4\xC4\x8D\x4D\x0B\x7A\x9E\xAC";

}  // namespace

void inspect_shortcut(Inspection& inspection) {
    inspection.flag(PartFlag::shortcut);
    const std::string_view text = as_text(inspection.bytes());
    if (inspection.file_type() == "lnk") {
        const std::string command = link_command(inspection.bytes());
        if (starts_interpreter(command))
            inspection.finding(
                "shortcut_starts_program", Severity::suspicious,
                fmt::format("is a shortcut that starts a program: {}", printable(command, 120)));
        else
            inspection.finding("shortcut", Severity::suspicious,
                               "is a shortcut; nobody sends those by mail for a good reason");
        return;
    }
    const std::size_t url = mail::find_ignoring_case(text, "url=");
    if (url == std::string_view::npos) return;
    const std::string_view rest = text.substr(url + 4);
    const std::string_view target = mail::trim(rest.substr(0, rest.find_first_of("\r\n")));
    inspection.url(target, "document");
    const bool file_share = mail::starts_with_ignoring_case(target, "file:") || target.starts_with("\\\\");
    inspection.finding("shortcut", Severity::suspicious,
                       file_share ? "is a shortcut to a file on somebody else's computer"
                                  : "is a shortcut to a page");
}

void inspect_onenote(Inspection& inspection) {
    inspection.flag(PartFlag::onenote);
    const ByteView bytes = inspection.bytes();
    const std::string_view text = as_text(bytes);
    constexpr std::size_t head_bytes = 16 + 8 + 4 + 8;
    for (std::size_t at = text.find(onenote_file_marker); at != std::string_view::npos;
         at = text.find(onenote_file_marker, at + 16)) {
        const std::uint64_t size = little_endian(bytes, at + 16, 8);
        const ByteView file = slice(bytes, at + head_bytes,
                                    static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes.size())));
        if (file.empty()) continue;
        inspection.flag(PartFlag::embedded_object);
        if (!inspection.claim_and_scan({.name = {}, .media_type = {}, .bytes = file})) return;
    }
}

}  // namespace tocsin::scan
