// Sections, each computed when a rule asks for it.
#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/link_rewriters.hpp"
#include "mail/urls.hpp"
#include "rules/calendar.hpp"
#include "rules/explosion_node.hpp"
#include "rules/file_flavors.hpp"
#include "rules/file_text.hpp"
#include "rules/office_facts.hpp"
#include "rules/pdf_hash.hpp"
#include "rules/script_tokens.hpp"
#include "scan/archive.hpp"
#include "scan/file_names.hpp"
#include "scan/pdf.hpp"
#include "scan/pdf_facts.hpp"
#include "scan/zip_structure.hpp"

namespace tocsin::rules {

namespace {

bool is_zip(std::string_view bytes) {
    return bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6");
}

bool is_calendar(const ExplodedFile& file) {
    return file.file_type == "ics" || file.file_extension == "ics" || file.content_type == "text/calendar" ||
           file.content_type == "application/ics";
}

bool is_script(const ExplodedFile& file) {
    if (is_one_of(file.content_type,
                  {"text/javascript", "application/javascript", "application/x-javascript"}))
        return true;
    return file.file_type == "js" || is_one_of(file.file_extension, {"js", "mjs", "jse"});
}

bool is_page(const ExplodedFile& file) {
    return is_one_of(file.file_type, {"html", "hta", "svg", "xml"}) && file.content_type != "text/javascript";
}

bool may_hold_macros(std::string_view type) {
    return is_one_of(type, {"ole", "doc", "xls", "ppt", "docx", "docm", "xlsx", "xlsm", "xlsb", "pptx",
                            "pptm", "vsd", "vsdx", "msg"});
}

/// Sections that the unpackers, or the members that they found, answer.
bool comes_from_members(Section section) {
    using enum Section;
    return section == pdf || section == docx || section == pptx || section == vba || section == encrypted_zip;
}

/// Whether the section is there for a file of this kind. Scripts are told by their bytes, so they may be.
bool applies(const ExplodedFile& file, ByteView bytes, Section section) {
    using enum Section;
    const std::string_view type = file.file_type;
    switch (section) {
        case ocr:
        case qr: return type == "pdf" || scan::class_of_type(type) == scan::TypeClass::picture;
        case pdf:
        case pdf_obj_hash: return type == "pdf";
        case zip: return is_zip(as_text(bytes));
        case html: return is_one_of(type, {"html", "hta"});
        case ics: return is_calendar(file);
        case docx: return is_one_of(type, {"docx", "docm"});
        case pptx: return is_one_of(type, {"pptx", "pptm"});
        case xml: return is_one_of(type, {"xml", "svg"}) || as_text(bytes).starts_with("<?xml");
        case vba: return may_hold_macros(type);
        case encrypted_zip: return is_encrypted_zip(bytes);
        default: return true;
    }
}

ZipScan read_zip_names(ByteView bytes) {
    ZipScan scan;
    const scan::ZipStructure structure = scan::read_zip_structure(bytes, limits::archive_paths);
    std::vector<scan::ZipEntry> entries = structure.locals;
    scan.cut = structure.more;
    if (!structure.end_records.empty()) {
        const scan::ZipDirectory directory =
            scan::read_zip_directory(bytes, structure.end_records.back(), limits::archive_paths);
        if (!directory.entries.empty()) entries = directory.entries;
        scan.cut = scan.cut || directory.cut;
    }
    scan.encrypted = std::ranges::any_of(entries, &scan::ZipEntry::encrypted);
    for (const scan::ZipEntry& entry : entries) {
        const std::string name =
            mail::utf8_or_windows_1252(std::string_view(entry.name).substr(0, limits::exploded_name_bytes));
        scan.all_paths.push_back(name);
        if (!entry.is_folder()) scan.attempted_files.push_back(name);
    }
    scan.total_files = static_cast<std::int64_t>(entries.size());
    return scan;
}

/// The text of a code is scanned as a file of its own, by the engines; here nobody does.
class UnscannedMembers final : public scan::MemberScanner {
public:
    void scan_member(const scan::PartInput&, scan::ScanBudget&, scan::ScanReport&) const override {}
};

}  // namespace

std::string_view to_string(Section section) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Section::count_)> names = {
        "flavors",   "scan.strings", "scan.ocr",        "scan.url",           "scan.exiftool",
        "scan.yara", "scan.qr",      "scan.javascript", "scan.pdf",           "scan.entropy",
        "scan.zip",  "scan.html",    "scan.ics",        "scan.docx",          "scan.pptx",
        "scan.hash", "scan.xml",     "scan.vba",        "scan.encrypted_zip", "scan.pdf_obj_hash"};
    return names[static_cast<std::size_t>(section)];
}

bool Explosion::available(Section section) const {
    if (section == Section::ocr) return tools_.pictures != nullptr;
    return section != Section::yara || !tools_.yara.empty();
}

bool Explosion::was_cut(std::uint32_t file, Section section) const {
    const auto concerns = [&](const ExplodeLimit& limit) {
        const bool of_a_section = limit.name.starts_with("scan.");
        return limit.exhausted && limit.file == file && (!of_a_section || limit.name == to_string(section));
    };
    return std::ranges::any_of(limits_, concerns);
}

const ExplodedFile& Explosion::with(std::size_t index, Section section) {
    if (index > 0) unpack();
    ASSERT(index < nodes_.size(), "the file is part of the explosion");
    Node& node = nodes_[index];
    const auto bit = static_cast<std::size_t>(section);
    if (node.computed[bit]) return node.file;
    node.computed[bit] = true;
    const auto number = static_cast<std::uint32_t>(index);
    if (!may_read(node, section)) {
        note(to_string(section), number, "the budget for the files of one message is spent", true);
        return node.file;
    }
    if (!applies(node.file, node.bytes, section)) return node.file;
    compute(node, number, section);
    if (was_cut(node, section)) note(to_string(section), number, "there is more than is read", true);
    return node.file;
}

/// A section costs the bytes that it reads, and time; the file's own name and kind are always told.
bool Explosion::may_read(const Node& node, Section section) {
    if (!available(section) || section == Section::flavors || !applies(node.file, node.bytes, section))
        return true;
    if (time_left().count() == 0 || node.bytes.size() > budget_.section_bytes_left) return false;
    budget_.section_bytes_left -= node.bytes.size();
    return true;
}

void Explosion::compute(Node& node, std::uint32_t index, Section section) {
    switch (section) {
        case Section::flavors:
            node.file.flavors = read_flavors(node.bytes, node.file.file_type);
            if (is_script(node.file) &&
                std::ranges::find(node.file.flavors.yara, "javascript_file") == node.file.flavors.yara.end())
                node.file.flavors.yara.emplace_back("javascript_file");
            break;
        case Section::yara: compute_yara(node); break;
        case Section::qr: compute_qr(node, index); break;
        case Section::javascript: compute_javascript(node); break;
        case Section::strings:
        case Section::url:
        case Section::entropy:
        case Section::html:
        case Section::ics:
        case Section::hash:
        case Section::xml: compute_text(node, section); break;
        case Section::exiftool:
        case Section::pdf:
        case Section::zip:
        case Section::docx:
        case Section::pptx:
        case Section::vba:
        case Section::encrypted_zip:
        case Section::pdf_obj_hash: compute_document(node, index, section); break;
        case Section::ocr: compute_ocr(node); break;
        case Section::count_: break;
    }
}

void Explosion::compute_text(Node& node, Section section) {
    FileScan& scan = node.file.scan;
    const std::string_view text = as_text(node.bytes).substr(0, limits::exploded_text_bytes);
    if (section == Section::strings) scan.strings = read_strings(node.bytes);
    if (section == Section::url) scan.url = read_urls(node.bytes, tools_.mail);
    if (section == Section::entropy) scan.entropy = read_entropy(node.bytes);
    if (section == Section::hash) scan.hash = read_hashes(node.bytes);
    if (section == Section::html) scan.html = read_page(text, tools_.mail);
    if (section == Section::ics) scan.ics = read_ics(text, tools_.mail);
    if (section == Section::xml) scan.xml = read_xml(text);
}

void Explosion::compute_document(Node& node, std::uint32_t index, Section section) {
    FileScan& scan = node.file.scan;
    const std::string_view type = node.file.file_type;
    if (comes_from_members(section)) unpack();
    if (section == Section::exiftool) {
        const bool package = type == "rar" || is_zip(as_text(node.bytes));
        const std::vector<PackagePart> parts = package ? parts_of(index) : std::vector<PackagePart>();
        scan.exiftool = read_exif({.bytes = node.bytes,
                                   .file_type = type,
                                   .mime = mime_of_type(type),
                                   .parts = parts,
                                   .passwords = passwords_},
                                  tools_.mail.converters);
    }
    if (section == Section::pdf) {
        scan.pdf.emplace();
        const bool all =
            add_urls(node.pdf_links, tools_.mail.domain_names, scan.pdf->urls, scan.pdf->invalid_urls);
        scan.pdf->cut = !all || node.pdf_links_cut;
    }
    if (section == Section::zip) scan.zip = read_zip_names(node.bytes);
    if (section == Section::docx) scan.docx = read_docx(parts_of(index));
    if (section == Section::pptx) scan.pptx = read_pptx(parts_of(index), tools_.mail.domain_names);
    if (section == Section::vba) scan.vba = read_vba(macro_sources(index));
    if (section == Section::encrypted_zip)
        scan.encrypted_zip = EncryptedZipScan{
            has_flag(index, scan::PartFlag::password_in_message) ? find_password(node) : std::nullopt};
    if (section == Section::pdf_obj_hash) {
        const scan::PdfFacts facts = scan::read_pdf_facts(node.bytes, passwords_);
        // Without a password nobody tells where the objects stand, but their kinds are not encrypted.
        const bool locked = facts.opening == scan::PdfOpening::locked;
        const std::vector<std::uint64_t> offsets =
            locked ? find_pdf_objects(node.bytes) : facts.object_offsets;
        scan.pdf_obj_hash = read_pdf_hash(node.bytes, offsets);
        scan.pdf_obj_hash->cut = scan.pdf_obj_hash->cut || offsets.size() >= limits::pdf_hashed_objects;
    }
}

bool Explosion::was_cut(const Node& node, Section section) const {
    const FileScan& scan = node.file.scan;
    const auto cut = [](const auto& part) { return part && part->cut; };
    switch (section) {
        case Section::strings: return cut(scan.strings);
        case Section::ocr: return cut(scan.ocr);
        case Section::url: return cut(scan.url);
        case Section::exiftool: return cut(scan.exiftool);
        case Section::yara: return cut(scan.yara);
        case Section::qr: return node.codes_cut;
        case Section::javascript: return cut(scan.javascript);
        case Section::pdf: return cut(scan.pdf);
        case Section::zip: return cut(scan.zip);
        case Section::html: return cut(scan.html);
        case Section::ics: return cut(scan.ics);
        case Section::docx: return cut(scan.docx);
        case Section::pptx: return cut(scan.pptx);
        case Section::xml: return cut(scan.xml);
        case Section::vba: return cut(scan.vba);
        case Section::pdf_obj_hash: return cut(scan.pdf_obj_hash);
        default: return false;
    }
}

void Explosion::compute_yara(Node& node) {
    if (tools_.yara.empty()) return;
    const scan::YaraFacts facts{.file_name = node.file.file_name,
                                .extension =
                                    node.file.file_extension.empty() ? "" : "." + node.file.file_extension,
                                .file_type = ascii_upper(node.file.file_type)};
    YaraScan result;
    for (const scan::YaraRules* rules : tools_.yara) {
        scan::YaraResult found =
            rules->scan(node.bytes, facts, std::max(time_left(), std::chrono::milliseconds(1)));
        result.cut = result.cut || found.end != scan::YaraEnd::complete;
        for (scan::YaraMatch& match : found.matches)
            result.matches.push_back({std::move(match.rule), std::move(match.description)});
    }
    node.file.scan.yara = std::move(result);
}

/// A script is taken into words; of a page, all its scripts together. A page without scripts has the section, and nothing in
/// it.
void Explosion::compute_javascript(Node& node) {
    const std::string_view text = as_text(node.bytes);
    if (is_page(node.file)) {
        JavascriptScan scan;
        const std::vector<InlineScript> scripts = find_scripts(text.substr(0, limits::exploded_text_bytes));
        scan.cut = scripts.size() > limits::page_scripts || text.size() > limits::exploded_text_bytes;
        for (const InlineScript& script : scripts) tokenize_more(script.source, scan);
        node.file.scan.javascript = std::move(scan);
        return;
    }
    const FileFlavors flavors = read_flavors(node.bytes, node.file.file_type);
    if (is_script(node.file) || std::ranges::find(flavors.yara, "javascript_file") != flavors.yara.end())
        node.file.scan.javascript = tokenize_script(text);
}

// ---- QR codes ---------------------------------------------------------------------------------------------------------------

QrCode describe_code(std::string_view text, mail::DomainNames& domain_names) {
    QrCode code;
    code.data = mail::utf8_or_windows_1252(text);
    const auto holds = [&code](std::string_view word) { return code.data.find(word) != std::string::npos; };
    const std::size_t scheme_end = code.data.find("://");
    const auto is_letter = [](char c) { return mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c); };
    const bool link = scheme_end >= 3 && scheme_end <= 10 &&
                      std::ranges::all_of(std::string_view(code.data).substr(0, scheme_end), is_letter);
    if (holds("MATMSG") || holds("mailto"))
        code.type = "email";
    else if (holds("tel:") || holds("sms:"))
        code.type = "mobile";
    else if (holds("itunes.apple.com") || holds("market://"))
        code.type = "app";
    else if (holds("geo:"))
        code.type = "geo";
    else if (holds("WIFI"))
        code.type = "wifi";
    else
        code.type = link ? "url" : "undefined";
    if (link) code.url = mail::parse_url(code.data, domain_names);
    if (!code.url) code.url = mail::parse_typed_url(mail::trim(code.data), domain_names);
    if (code.url) mail::unravel(*code.url, domain_names);
    return code;
}

scan::FoundCodes::OfFile Explosion::search_file_for_codes(const Node& node) {
    const bool picture = node.file.file_type != "pdf";
    scan::ScanReport report;
    report.parts.push_back({.origin = "file", .file_type = node.file.file_type, .size = node.bytes.size()});
    scan::ScanBudget budget;
    budget.deadline = budget_.deadline;
    budget.qr_images_left = budget_.qr_images_left;
    const UnscannedMembers nobody;
    scan::PartInput input;
    input.bytes = node.bytes;
    input.passwords = passwords_;
    scan::Inspection inspection(input, budget, report, &nobody);
    if (picture)
        scan::inspect_picture(inspection, tools_.inspection.qr);
    else
        scan::inspect_pdf(inspection, tools_.inspection.qr, tools_.inspection.pages);
    budget_.qr_images_left = budget.qr_images_left;
    return {inspection.codes(), inspection.codes_cut()};
}

void Explosion::search_codes(Node& node) {
    node.codes.emplace();
    if (!applies(node.file, node.bytes, Section::qr)) return;
    const scan::FoundCodes::OfFile* const known =
        tools_.codes != nullptr ? tools_.codes->find(node.bytes) : nullptr;
    const scan::FoundCodes::OfFile found = known != nullptr ? *known : search_file_for_codes(node);
    node.codes_cut = found.cut;
    for (const std::string& text : found.texts)
        node.codes->push_back(describe_code(text, tools_.mail.domain_names));
}

const std::vector<QrCode>& Explosion::codes(std::size_t index) {
    Node& node = nodes_[index];
    if (!node.codes) search_codes(node);
    return *node.codes;
}

void Explosion::compute_qr(Node& node, std::uint32_t index) {
    const std::vector<QrCode>& found = codes(index);
    if (found.empty()) return;
    const auto link = std::ranges::find(found, "url", &QrCode::type);
    const auto best = link == found.end() ? found.begin() : link;
    QrScan scan;
    scan.code = *best;
    scan.cut = node.codes_cut;
    for (auto it = found.begin(); it != found.end(); ++it)
        if (it != best) scan.others.push_back(*it);
    node.file.scan.qr = std::move(scan);
}

// ---- archives and macros ----------------------------------------------------------------------------------------------------

/// The unpacker says that one of the words fitted, not which: each is tried alone, without keeping what comes out.
std::optional<std::string> Explosion::find_password(const Node& node) const {
    for (const std::string_view password : passwords_) {
        if (time_left().count() == 0) return std::nullopt;
        scan::ScanReport report;
        report.parts.push_back({.origin = "file", .file_type = node.file.file_type});
        scan::ScanBudget budget;
        budget.deadline = budget_.deadline;
        budget.members_left = 0;  // whether the word fits is found out before the first member
        scan::PartInput input;
        input.bytes = node.bytes;
        input.passwords = {password};
        scan::Inspection inspection(input, budget, report);
        scan::unpack_zip_rest(inspection, scan::ZipRest::encrypted, {});
        if (inspection.has_flag(scan::PartFlag::password_in_message))
            return mail::utf8_or_windows_1252(password);
    }
    return std::nullopt;
}

/// VBA source comes out of the unpackers as members of this type (scan/documents_ole.cpp).
std::vector<std::string_view> Explosion::macro_sources(std::uint32_t index) const {
    std::vector<std::string_view> sources;
    for (const Node& node : nodes_) {
        if (node.file.content_type != "text/x-vba") continue;
        std::uint32_t above = node.file.parent;
        while (above != index && above != no_parent) above = nodes_[above].file.parent;
        if (above == index) sources.push_back(as_text(node.bytes));
    }
    return sources;
}

}  // namespace tocsin::rules
