#include "rules/office_facts.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/link_rewriters.hpp"
#include "mail/urls.hpp"
#include "rules/xml_text.hpp"
#include "scan/markup.hpp"

namespace tocsin::rules {

namespace {

std::string_view text_of(const PackagePart& part) {
    return as_text(part.bytes).substr(0, limits::exploded_text_bytes);
}

/// The part's path in lower case.
std::string path_of(const PackagePart& part) {
    return mail::to_lower(part.name.substr(0, limits::exploded_name_bytes));
}

bool is_slide(std::string_view path) {
    return path.starts_with("ppt/slides/slide") && path.ends_with(".xml");
}

void read_properties(std::span<const PackagePart> parts, OfficeScan& scan) {
    const std::array<std::pair<std::string_view, std::optional<std::string>*>, 10> wanted = {
        {{"creator", &scan.author},
         {"category", &scan.category},
         {"description", &scan.comments},
         {"contentstatus", &scan.content_status},
         {"created", &scan.created},
         {"keywords", &scan.keywords},
         {"lastmodifiedby", &scan.last_modified_by},
         {"modified", &scan.modified},
         {"subject", &scan.subject},
         {"title", &scan.title}}};
    for (const PackagePart& part : parts) {
        if (path_of(part) != "docprops/core.xml") continue;
        scan::TagWalk walk(text_of(part));
        scan::Tag tag;
        while (walk.next(tag))
            for (const auto& [name, value] : wanted)
                if (tag.name == name && !*value)
                    *value = xml_text(walk.text_after(), limits::exif_value_bytes);
    }
}

/// Blanks part words.
std::int64_t count_words(std::string_view text) {
    std::int64_t words = 0;
    bool in_word = false;
    for (const char c : text) {
        const bool blank = mail::is_ascii_space(c);
        if (!blank && !in_word) ++words;
        in_word = !blank;
    }
    return words;
}

/// Letters in `<w:t>` and `<a:t>`; a paragraph ends with `</w:p>`. False: `out` is full.
bool append_text(std::string_view xml, std::string& out) {
    scan::TagWalk walk(xml);
    scan::Tag tag;
    while (walk.next(tag)) {
        if (tag.name == "t" && !tag.text.ends_with('/'))
            out += xml_text(walk.text_after(), limits::exploded_text_bytes);
        else if (tag.name == "tab")
            out += '\t';
        else if ((tag.name == "/p" || tag.name == "br") && !out.empty() && out.back() != '\n')
            out += '\n';
        if (out.size() > limits::exploded_text_bytes) {
            out.resize(limits::exploded_text_bytes);
            out = mail::repair_utf8(out);
            return false;
        }
    }
    return true;
}

/// Colours of letters but black, each once (`<w:color w:val="FFFFFF"/>`).
void add_colors(std::string_view xml, OfficeScan& scan) {
    scan::TagWalk walk(xml);
    scan::Tag tag;
    while (walk.next(tag)) {
        if (tag.name != "color") continue;
        const std::string color = scan::attribute(tag, "val");
        if (color.empty() || color == "000000" ||
            std::ranges::find(scan.font_colors, color) != scan.font_colors.end())
            continue;
        constexpr std::size_t colors_max = 256;
        if (scan.font_colors.size() >= colors_max) {
            scan.cut = true;
            return;
        }
        scan.font_colors.push_back(mail::utf8_or_windows_1252(color.substr(0, limits::exploded_name_bytes)));
    }
}

std::int64_t count_elements(std::string_view xml, std::string_view lower_name) {
    std::int64_t count = 0;
    scan::TagWalk walk(xml);
    scan::Tag tag;
    while (walk.next(tag))
        if (tag.name == lower_name) ++count;
    return count;
}

// ---- VBA --------------------------------------------------------------------------------------------------------------------

// As the keywords are written in reports. [MS-OFFMACRO] and the event models of Word, Excel, PowerPoint and Access.
constexpr auto auto_exec_names = std::to_array<std::string_view>({"AutoExec",
                                                                  "AutoOpen",
                                                                  "Auto_Open",
                                                                  "AutoClose",
                                                                  "Auto_Close",
                                                                  "AutoNew",
                                                                  "AutoExit",
                                                                  "DocumentOpen",
                                                                  "Document_Open",
                                                                  "DocumentBeforeClose",
                                                                  "Document_BeforeClose",
                                                                  "DocumentChange",
                                                                  "Document_Close",
                                                                  "NewDocument",
                                                                  "Document_New",
                                                                  "Workbook_Open",
                                                                  "Workbook_Activate",
                                                                  "Workbook_BeforeClose",
                                                                  "Workbook_Close",
                                                                  "Worksheet_Calculate",
                                                                  "App_WorkbookOpen",
                                                                  "Document_ContentControlOnEnter",
                                                                  "InkEdit1_GotFocus",
                                                                  "Image1_MouseEnter",
                                                                  "WebBrowser1_StatusTextChange"});
constexpr auto suspicious_names = std::to_array<std::string_view>({"Environ",
                                                                   "CreateTextFile",
                                                                   "ADODB.Stream",
                                                                   "SaveToFile",
                                                                   "Shell",
                                                                   "vbHide",
                                                                   "vbNormalFocus",
                                                                   "WScript.Shell",
                                                                   "ShellExecute",
                                                                   "Shell.Application",
                                                                   "PowerShell",
                                                                   "ExecutionPolicy",
                                                                   "CreateObject",
                                                                   "GetObject",
                                                                   "CallByName",
                                                                   "URLDownloadToFile",
                                                                   "MSXML2.XMLHTTP",
                                                                   "WinHttp.WinHttpRequest",
                                                                   "Microsoft.XMLHTTP",
                                                                   "User-Agent",
                                                                   "Kill",
                                                                   "FileCopy",
                                                                   "VirtualAlloc",
                                                                   "RtlMoveMemory",
                                                                   "CreateThread",
                                                                   "CreateRemoteThread",
                                                                   "WriteProcessMemory",
                                                                   "RegRead",
                                                                   "RegWrite",
                                                                   "Lib",
                                                                   "Chr",
                                                                   "ChrW",
                                                                   "StrReverse",
                                                                   "Xor",
                                                                   "Windows",
                                                                   "mshta",
                                                                   "rundll32",
                                                                   "regsvr32",
                                                                   "certutil",
                                                                   "bitsadmin",
                                                                   "cmd.exe"});

bool is_name_character(char c) {
    return mail::is_ascii_alphanumeric(c) || c == '_';
}

/// `word` in `lower`, not inside a longer name.
bool holds_name(std::string_view lower, std::string_view word) {
    const std::string wanted = mail::to_lower(word);
    for (std::size_t at = lower.find(wanted); at != std::string_view::npos; at = lower.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        const bool begins = at == 0 || !is_name_character(lower[at - 1]);
        if (begins && (end >= lower.size() || !is_name_character(lower[end]))) return true;
    }
    return false;
}

template <std::size_t N>
void add_names(std::string_view lower, const std::array<std::string_view, N>& names,
               std::vector<std::string>& found) {
    for (const std::string_view name : names)
        if (std::ranges::find(found, name) == found.end() && holds_name(lower, name))
            found.emplace_back(name);
}

/// Four and more pairs of hexadecimal digits in a row, decoded, each once.
void add_hex_texts(std::string_view source, VbaScan& scan) {
    constexpr std::size_t pairs_min = 4;
    std::unordered_set<std::string> seen;
    std::size_t at = 0;
    while (at < source.size()) {
        std::size_t end = at;
        while (end < source.size() && mail::hex_value(source[end]) >= 0) ++end;
        const std::size_t pairs = (end - at) / 2;
        if (pairs >= pairs_min) {
            std::string decoded;
            for (std::size_t i = 0; i < std::min(pairs, limits::exif_value_bytes); ++i)
                decoded += static_cast<char>(mail::hex_value(source[at + 2 * i]) * 16 +
                                             mail::hex_value(source[at + 2 * i + 1]));
            decoded = mail::utf8_or_windows_1252(decoded);
            if (scan.hex.size() >= limits::script_words) {
                scan.cut = true;
                return;
            }
            if (seen.insert(decoded).second) scan.hex.push_back(std::move(decoded));
        }
        at = end + 1;
    }
}

}  // namespace

std::string office_text(std::span<const PackagePart> parts) {
    std::string text;
    for (const PackagePart& part : parts) {
        const std::string path = path_of(part);
        const bool words = path.starts_with("word/document") || path.starts_with("word/header") ||
                           path.starts_with("word/footer") || path.starts_with("word/footnotes") ||
                           is_slide(path);
        if (words && path.ends_with(".xml") && !append_text(text_of(part), text)) break;
    }
    return text;
}

OfficeScan read_docx(std::span<const PackagePart> parts) {
    OfficeScan scan;
    read_properties(parts, scan);
    for (const PackagePart& part : parts) {
        if (path_of(part) != "word/document.xml") continue;
        scan.cut = scan.cut || part.bytes.size() > limits::exploded_text_bytes;
        scan.image_count += count_elements(text_of(part), "pic");
        add_colors(text_of(part), scan);
    }
    scan.word_count = count_words(office_text(parts));
    return scan;
}

OfficeScan read_pptx(std::span<const PackagePart> parts, mail::DomainNames& domain_names) {
    OfficeScan scan;
    read_properties(parts, scan);
    for (const PackagePart& part : parts) {
        const std::string path = path_of(part);
        if (is_slide(path)) ++scan.slide_count;
        if (is_slide(path)) scan.image_count += count_elements(text_of(part), "pic");
    }
    scan.word_count = count_words(office_text(parts));
    std::vector<OfficeRelationship> relationships;
    scan.cut = read_relationships(parts, domain_names, relationships);
    for (OfficeRelationship& relationship : relationships)
        if (relationship.target_url) scan.urls.push_back(std::move(*relationship.target_url));
    return scan;
}

VbaScan read_vba(std::span<const std::string_view> sources) {
    VbaScan scan;
    scan.total_files = static_cast<std::int64_t>(sources.size());
    for (const std::string_view source : sources) {
        const std::string_view text = source.substr(0, limits::exploded_text_bytes);
        scan.cut = scan.cut || source.size() > limits::exploded_text_bytes;
        const std::string lower = mail::to_lower(text);
        add_names(lower, auto_exec_names, scan.auto_exec);
        add_names(lower, suspicious_names, scan.suspicious);
        add_hex_texts(text, scan);
    }
    return scan;
}

bool read_relationships(std::span<const PackagePart> parts, mail::DomainNames& domain_names,
                        std::vector<OfficeRelationship>& relationships) {
    for (const PackagePart& part : parts) {
        if (!path_of(part).ends_with(".rels")) continue;
        scan::TagWalk walk(text_of(part));
        scan::Tag tag;
        while (walk.next(tag)) {
            if (tag.name != "relationship" ||
                !mail::equals_ignoring_case(scan::attribute(tag, "targetmode"), "External"))
                continue;
            if (relationships.size() >= limits::office_relationships) return true;
            const std::string type = scan::attribute(tag, "type");
            OfficeRelationship relationship;
            relationship.name =
                mail::utf8_or_windows_1252(type.substr(type.rfind('/') + 1, limits::exploded_name_bytes));
            relationship.target = mail::utf8_or_windows_1252(
                mail::shortened_url(scan::attribute(tag, "target"), limits::url_bytes));
            relationship.target_url = mail::parse_url(relationship.target, domain_names);
            if (relationship.target_url) mail::unravel(*relationship.target_url, domain_names);
            relationships.push_back(std::move(relationship));
        }
    }
    return false;
}

std::string_view office_format(std::string_view file_type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 15> formats = {
        {{"docx", "MS Word 2007+ Document (.docx)"},
         {"docm", "MS Word 2007+ Macro-Enabled Document (.docm)"},
         {"doc", "MS Word 97-2003 Document or Template"},
         {"xlsx", "MS Excel 2007+ Workbook (.xlsx)"},
         {"xlsm", "MS Excel 2007+ Macro-Enabled Workbook (.xlsm)"},
         {"xlsb", "MS Excel 2007+ Binary Workbook (.xlsb)"},
         {"xls", "MS Excel 97-2003 Workbook or Template"},
         {"pptx", "MS PowerPoint 2007+ Presentation (.pptx)"},
         {"pptm", "MS PowerPoint 2007+ Macro-Enabled Presentation (.pptm)"},
         {"ppt", "MS PowerPoint 97-2003 Presentation or Template"},
         {"rtf", "RTF"},
         {"ole", "Generic OLE file / Compound File (unknown format)"},
         {"ole_encrypted", "Encrypted MS Office 2007+ file"},
         {"msg", "MS Outlook message (.msg)"},
         {"vsd", "MS Visio drawing"}}};
    for (const auto& [type, format] : formats)
        if (file_type == type) return format;
    return {};
}

}  // namespace tocsin::rules
