// Functions that ask about a file beside `file.explode`.
#include <algorithm>
#include <array>

#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"
#include "rules/explode.hpp"
#include "rules/office_facts.hpp"
#include "scan/rtf.hpp"

namespace tocsin::rules {

namespace {

bool is_archive(std::string_view type) {
    constexpr auto archives =
        std::to_array<std::string_view>({"zip", "7z", "rar", "tar", "cab", "ar", "cpio", "lzh", "gz", "bz2",
                                         "xz", "zst", "lz4", "lz", "z", "iso", "udf", "tnef", "jar"});
    return std::ranges::find(archives, type) != archives.end();
}

/// A macro of the file itself or of a project inside it.
bool holds_macro(Explosion& explosion, scan::PartFlag flag) {
    for (std::size_t i = 0; i < explosion.size(); ++i)
        if (explosion.has_flag(i, flag)) return true;
    return false;
}

void add_macro_facts(Explosion& explosion, OfficeFacts& facts) {
    const std::optional<VbaScan>& vba = explosion.with(0, Section::vba).scan.vba;
    const bool sources = vba && vba->total_files > 0;
    facts.vba_macros.exists = sources || holds_macro(explosion, scan::PartFlag::macro);
    if (facts.vba_macros.exists) facts.vba_macros.risk = "medium";
    if (!vba) return;
    for (const std::string& name : vba->auto_exec) facts.macro_keywords.push_back({"autoexec", name});
    for (const std::string& name : vba->suspicious) facts.macro_keywords.push_back({"suspicious", name});
    for (const std::string& text : vba->hex) facts.macro_keywords.push_back({"hex string", text});
    if (!vba->suspicious.empty()) facts.vba_macros.risk = "high";
    facts.cut = facts.cut || vba->cut;
}

/// Excel 4 macros are sheets of their own (ECMA-376 part 4; [MS-XLSB]).
bool has_macro_sheet(std::span<const PackagePart> parts) {
    return std::ranges::any_of(parts, [](const PackagePart& part) {
        return mail::find_ignoring_case(part.name, "macrosheets/") != std::string_view::npos;
    });
}

bool is_valid_ascii(std::string_view text) {
    return mail::is_ascii(text) && text.find('\0') == std::string_view::npos;
}

/// The text in UTF-16 without a mark: every pair of bytes is a character or half of one, and most are letters of our alphabet.
bool looks_like_utf16(std::string_view text, bool little) {
    if (text.size() < 2 || text.size() % 2 != 0) return false;
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); i += 2)
        if (text[little ? i + 1 : i] == '\0' && text[little ? i : i + 1] != '\0') ++plain;
    return plain * 4 >= text.size();  // half of the characters
}

}  // namespace

const ExiftoolScan* parse_exif(Explosion& explosion) {
    const std::optional<ExiftoolScan>& scan = explosion.with(0, Section::exiftool).scan.exiftool;
    return scan ? &*scan : nullptr;
}

QrItems scan_qr(Explosion& explosion) {
    QrItems result;
    const std::optional<QrScan>& scan = explosion.with(0, Section::qr).scan.qr;
    result.items = explosion.codes(0);
    result.found = !result.items.empty();
    result.cut = scan && scan->cut;
    return result;
}

OfficeFacts office_facts(Explosion& explosion) {
    OfficeFacts facts;
    const std::string_view type = explosion.file(0).file_type;
    facts.file_format = office_format(type);
    if (facts.file_format.empty()) return facts;
    const std::vector<PackagePart> parts = explosion.parts_of(0);
    facts.cut =
        read_relationships(parts, explosion.domain_names(), facts.relationships) || explosion.members_cut();
    add_macro_facts(explosion, facts);
    facts.xlm_macros.exists = has_macro_sheet(parts);
    facts.encryption.exists =
        type == "ole_encrypted" || explosion.has_flag(0, scan::PartFlag::encrypted_archive);
    facts.object_pool.exists = explosion.has_flag(0, scan::PartFlag::embedded_object);
    if (type == "rtf")
        if (const std::string target = scan::read_rtf(explosion.bytes(0)).template_target; !target.empty())
            facts.relationships.push_back(
                {"attachedTemplate", mail::utf8_or_windows_1252(target), std::nullopt});
    const auto fetched = [](const OfficeRelationship& relationship) {
        return relationship.name != "hyperlink";
    };
    facts.external_relationships.exists = std::ranges::any_of(facts.relationships, fetched);
    for (OfficeIndicator* indicator : {&facts.xlm_macros, &facts.encryption, &facts.external_relationships})
        if (indicator->exists) indicator->risk = "high";
    return facts;
}

std::vector<std::uint32_t> expand_archives(Explosion& explosion) {
    if (!is_archive(explosion.file(0).file_type)) return {0};
    std::vector<std::uint32_t> members;
    std::vector<bool> inside(explosion.size(), false);  // in archives only, all the way up
    inside[0] = true;
    for (std::uint32_t i = 1; i < inside.size(); ++i) {
        const std::uint32_t parent = explosion.file(i).parent;
        inside[i] = inside[parent] && is_archive(explosion.file(parent).file_type);
        if (inside[i]) members.push_back(i);
    }
    return members;
}

ParsedText parse_text(ByteView bytes, std::span<const std::string_view> encodings,
                      mail::CharsetConverters& converters) {
    ParsedText result;
    const std::string_view text = as_text(bytes).substr(0, limits::exploded_text_bytes);
    result.cut = bytes.size() > limits::exploded_text_bytes;
    for (const std::string_view name : encodings) {
        const std::string encoding = mail::to_lower(name);
        if (encoding == "ascii" && is_valid_ascii(text)) {
            result.text = text;
            return result;
        }
        if ((encoding == "utf8" || encoding == "utf-8") && mail::is_valid_utf8(text) &&
            text.find('\0') == std::string_view::npos) {
            result.text = converters.to_utf8(text, "utf-8");
            return result;
        }
        const bool little = encoding == "utf16-le" || encoding == "utf-16le",
                   big = encoding == "utf16-be" || encoding == "utf-16be";
        const bool marked = text.starts_with(little ? "\xFF\xFE" : "\xFE\xFF");
        if ((little || big) && (marked || looks_like_utf16(text, little))) {
            result.text = converters.to_utf8(text, little ? "utf-16le" : "utf-16be");
            return result;
        }
    }
    result.text = converters.to_utf8(text, "");
    return result;
}

ParsedHtml parse_html(ByteView bytes, std::string_view content_type, mail::MailTools& tools) {
    ParsedHtml result;
    const std::string_view page = as_text(bytes).substr(0, limits::html_bytes);
    std::string charset = mail::declared_html_charset(page);
    // A declared type may carry the charset that the page does not say ("text/html; charset=koi8-r").
    constexpr std::string_view parameter = "charset=";
    if (const std::size_t at = mail::find_ignoring_case(content_type, parameter);
        charset.empty() && at != std::string_view::npos)
        charset = mail::trim(content_type.substr(at + parameter.size()));
    mail::HtmlReading reading = mail::read_html(tools.converters.to_utf8(page, charset), tools.html_trees);
    result.cut = reading.facts.truncated || bytes.size() > limits::html_bytes;
    result.raw = std::move(reading.facts.raw);
    result.display_text = std::move(reading.facts.display_text);
    result.inner_text = std::move(reading.facts.inner_text);
    return result;
}

}  // namespace tocsin::rules
