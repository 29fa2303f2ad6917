#include <fmt/format.h>

#include <algorithm>

#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "scan/documents.hpp"
#include "scan/little_endian.hpp"
#include "scan/ole.hpp"
#include "scan/vba.hpp"

namespace tocsin::scan {

namespace {

using namespace std::string_view_literals;

/// Macro source read of one file.
constexpr std::size_t vba_bytes_max = 4U << 20;
/// Streams read in search of macros, objects and records.
constexpr std::size_t streams_max = 512;

bool has_storage(const OleEntry& entry, std::string_view lower_name) {
    return mail::find_ignoring_case(entry.path, lower_name) != std::string_view::npos;
}

/// The module's source inside its stream. Where it begins stands in the "dir" stream; every module begins with the word
/// "Attribut", which the compression leaves readable, so the place can be found without trusting that stream.
std::string vba_source(ByteView stream) {
    const std::string_view text = as_text(stream);
    const std::size_t word = text.find("\0Attribut"sv);
    if (word == std::string_view::npos || word < 3) return {};
    return decompress_vba(stream.subspan(word - 3), vba_bytes_max).value_or(std::string());
}

void inspect_vba(Inspection& inspection, const OleEntry& entry, ByteView stream, std::size_t& source_left) {
    const std::string source = vba_source(stream);
    if (source.empty() || source.size() > source_left) return;
    source_left -= source.size();
    inspection.flag(PartFlag::macro);
    if (const std::string_view procedure = auto_exec_procedure(source); !procedure.empty()) {
        inspection.flag(PartFlag::macro_auto_exec);
        inspection.finding("macro_auto_exec", Severity::suspicious,
                           fmt::format("carries a macro that runs by itself ({})", procedure));
    }
    if (const std::vector<std::string_view> words = dangerous_words(source); !words.empty())
        inspection.finding("macro_starts_programs", Severity::suspicious,
                           fmt::format("carries a macro with words used to fetch or start programs: {}",
                                       fmt::join(words, ", ")));
    inspection.claim_and_scan(
        {.name = entry.name + ".bas", .media_type = "text/x-vba", .bytes = as_bytes(source)});
}

/// Excel's records ([MS-XLS] sections 2.4.28 BoundSheet8, 2.4.117 FilePass, 2.4.150 Lbl).
void inspect_workbook(Inspection& inspection, ByteView stream) {
    constexpr std::uint16_t record_bound_sheet = 0x85, record_file_pass = 0x2F, record_label = 0x18;
    std::size_t at = 0;
    while (stream.size() - at >= 4) {
        const std::uint16_t record = u16_at(stream, at), size = u16_at(stream, at + 2);
        const ByteView body = slice(stream, at + 4, size);
        if (record == record_file_pass) inspection.flag(PartFlag::encrypted_archive);
        if (record == record_bound_sheet && u8_at(body, 5) == 1) inspection.flag(PartFlag::macro);
        // A built-in name: bit 5 of the flags; number 1 is Auto_Open, 2 Auto_Close.
        const bool builtin = record == record_label && (u16_at(body, 0) & 0x20U) != 0;
        const std::uint8_t name = body.size() > 15 ? u8_at(body, 15) : 0;
        if (builtin && (name == 1 || name == 2)) {
            inspection.flag(PartFlag::macro_auto_exec);
            inspection.finding("macro_auto_exec", Severity::suspicious,
                               "carries an Excel 4 macro that runs by itself (Auto_Open)");
        }
        at += 4 + body.size();
        if (body.size() < size) break;
    }
}

/// Word: the flag fEncrypted in the file information block ([MS-DOC] section 2.5.2).
void inspect_word(Inspection& inspection, ByteView stream) {
    if ((u16_at(stream, 10) & 0x0100U) != 0) inspection.flag(PartFlag::encrypted_archive);
}

void scan_package(Inspection& inspection, ByteView stream) {
    const std::optional<OlePackage> package = read_ole10_native(stream);
    if (!package || package->bytes.empty()) return;
    inspection.flag(PartFlag::embedded_object);
    inspection.claim_and_scan({.name = package->name, .media_type = {}, .bytes = package->bytes});
}

std::string utf16_text(const Bytes& bytes) {
    std::string text;
    constexpr std::size_t name_bytes_max = 2048;
    for (std::size_t i = 0; i + 1 < std::min(bytes.size(), name_bytes_max); i += 2)
        mail::append_utf8(text, u16_at(bytes, i));
    return text;
}

/// .msg: properties are streams named by their number ([MS-OXMSG] section 2.2).
void inspect_outlook(Inspection& inspection, const OleFile& file) {
    for (const OleEntry& entry : file.entries()) {
        const std::string_view name = entry.name;
        const bool attachment = name == "__substg1.0_37010102";
        const bool html = name == "__substg1.0_10130102";
        const bool text = name == "__substg1.0_1000001F";
        if (entry.kind != OleKind::stream || !(attachment || html || text)) continue;
        std::string file_name;
        for (const OleEntry& other : file.entries())
            if (attachment && other.path == entry.path && other.name == "__substg1.0_3707001F")
                file_name = utf16_text(file.read(other));
        const Bytes bytes = file.read(entry);
        const std::string as_utf8 = text ? utf16_text(bytes) : std::string();
        if (!inspection.claim_and_scan({.name = file_name,
                                        .media_type = html   ? "text/html"
                                                      : text ? "text/plain"
                                                             : "",
                                        .bytes = text ? as_bytes(as_utf8) : ByteView(bytes)}))
            return;
    }
}

void inspect_stream(Inspection& inspection, const OleFile& file, const OleEntry& entry,
                    std::size_t& source_left) {
    const std::string_view name = entry.name;
    const bool in_vba = has_storage(entry, "vba/") || has_storage(entry, "macros/") ||
                        has_storage(entry, "_vba_project_cur/");
    if (name == "_VBA_PROJECT" || name == "PROJECT" || (in_vba && name == "dir"))
        inspection.flag(PartFlag::macro);
    else if (in_vba)
        inspect_vba(inspection, entry, file.read(entry), source_left);
    else if (name == "\1Ole10Native")
        scan_package(inspection, file.read(entry));
    else if (name == "Package" || name == "CONTENTS") {
        inspection.flag(PartFlag::embedded_object);
        const Bytes bytes = file.read(entry);
        inspection.claim_and_scan({.name = {}, .media_type = {}, .bytes = bytes});
    } else if (mail::equals_ignoring_case(name, "Workbook") || mail::equals_ignoring_case(name, "Book"))
        inspect_workbook(inspection, file.read(entry));
    else if (name == "WordDocument")
        inspect_word(inspection, file.read(entry));
    else if (name == "EncryptedPackage" || name == "EncryptedSummary")
        inspection.flag(PartFlag::encrypted_archive);
    if (entry.path.starts_with("ObjectPool/")) inspection.flag(PartFlag::embedded_object);
}

}  // namespace

void inspect_ole(Inspection& inspection) {
    const std::optional<OleFile> file = OleFile::open(inspection.bytes());
    if (!file) {
        inspection.limit(ScanLimit::damaged_container, "the document's directory cannot be read");
        return;
    }
    std::size_t streams = 0, source_left = vba_bytes_max;
    for (const OleEntry& entry : file->entries()) {
        if (entry.kind != OleKind::stream || entry.size == 0) continue;
        if (++streams > streams_max || !inspection.time_left()) break;
        inspect_stream(inspection, *file, entry, source_left);
    }
    if (inspection.file_type() == "msg") inspect_outlook(inspection, *file);
}

}  // namespace tocsin::scan
