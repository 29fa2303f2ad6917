// Unpacking: the inspectors of src/scan find the members, and what rules expect beyond (scripts of pages, text and pictures of
// documents, files in calendars) is added here.
#include "rules/explode.hpp"
#include "base/contains.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "rules/calendar.hpp"
#include "rules/explosion_node.hpp"
#include "rules/file_text.hpp"
#include "rules/office_facts.hpp"
#include "scan/file_names.hpp"
#include "scan/pdf_facts.hpp"
#include "scan/pdf_text.hpp"

namespace tocsin::rules {

namespace {

/// Passwords that people who send samples, or malware, use everywhere.
constexpr auto usual_passwords =
    std::to_array<std::string_view>({"infected", "malware", "virus", "password", "1234", "12345", "123456",
                                     "123", "0000", "1111", "abc123", "invoice", "Password1"});

bool is_page(std::string_view type) {
    return is_one_of(type, {"html", "hta", "svg", "xml"});
}

/// Limits that cut the list of members short, as against members that nobody can read.
bool is_exhaustion(scan::ScanLimit limit) {
    using enum scan::ScanLimit;
    return limit != damaged_container && limit != unsupported_method && limit != locked &&
           limit != engine_error;
}

/// Limits that the inspectors reach in what rules do not see through them.
bool concerns_members(scan::ScanLimit limit) {
    using enum scan::ScanLimit;
    return limit != links && limit != findings && limit != qr_pixels;
}

std::string file_name_of(const scan::PartInput& member) {
    if (member.file_names.empty()) return {};
    return mail::utf8_or_windows_1252(
        std::string_view(member.file_names.front()).substr(0, limits::exploded_name_bytes));
}

}  // namespace

/// Takes members in; they are opened one after the other, not inside one another.
class Explosion::Collector final : public scan::MemberScanner {
public:
    Collector(std::deque<Node>& nodes, const scan::FileTyper& typer) : nodes_(nodes), typer_(typer) {}
    void scan_member(const scan::PartInput& member, scan::ScanBudget&,
                     scan::ScanReport& report) const override {
        ASSERT(member.part == nodes_.size(), "members come in the order of the report's parts");
        const scan::PartSummary& part = report.parts[member.part];
        Node& node = nodes_.emplace_back();
        node.owned.assign(member.bytes.begin(), member.bytes.end());
        node.bytes = node.owned;
        ExplodedFile& file = node.file;
        file.parent = part.parent;
        file.depth = part.depth;
        file.file_name = file_name_of(member);
        file.file_extension = mail::utf8_or_windows_1252(scan::extension_of(file.file_name));
        file.content_type =
            mail::utf8_or_windows_1252(member.declared_type.substr(0, limits::exploded_name_bytes));
        file.file_type = typer_.identify(node.bytes);
        file.size = static_cast<std::int64_t>(node.bytes.size());
        report.parts[member.part].file_type = file.file_type;
    }

private:
    std::deque<Node>& nodes_;
    const scan::FileTyper& typer_;
};

Explosion::Explosion(SourceFile source, const ExplodeTools& tools, ExplodeBudget& budget,
                     std::vector<std::string_view> passwords)
    : tools_(tools), budget_(budget), passwords_(std::move(passwords)),
      report_(std::make_unique<scan::ScanReport>()), scan_budget_(std::make_unique<scan::ScanBudget>()) {
    passwords_.insert(passwords_.end(), usual_passwords.begin(), usual_passwords.end());
    Node& node = nodes_.emplace_back();
    node.bytes = source.bytes;
    node.file.file_name = std::move(source.file_name);
    node.file.file_extension = scan::extension_of(node.file.file_name);
    node.file.content_type = std::move(source.content_type);
    node.file.file_type = tools_.typer.identify(node.bytes);
    node.file.size = static_cast<std::int64_t>(node.bytes.size());
    report_->parts.push_back({.origin = "file", .file_type = node.file.file_type, .size = node.bytes.size()});
}

Explosion::~Explosion() = default;

std::size_t Explosion::size() {
    unpack();
    return nodes_.size();
}

const ExplodedFile& Explosion::file(std::size_t index) const {
    ASSERT(index < nodes_.size(), "the file is part of the explosion");
    return nodes_[index].file;
}

ByteView Explosion::bytes(std::size_t index) const {
    ASSERT(index < nodes_.size(), "the file is part of the explosion");
    return nodes_[index].bytes;
}

mail::DomainNames& Explosion::domain_names() {
    return tools_.mail.domain_names;
}

bool Explosion::has_flag(std::size_t index, scan::PartFlag flag) const {
    const std::vector<scan::PartFlag>& flags = report_->parts[index].flags;
    return std::ranges::find(flags, flag) != flags.end();
}

std::vector<PackagePart> Explosion::parts_of(std::size_t index) {
    unpack();
    std::vector<PackagePart> parts;
    for (const Node& node : nodes_)
        if (node.file.parent == index) parts.push_back({node.file.file_name, node.bytes});
    return parts;
}

std::chrono::milliseconds Explosion::time_left() const {
    // tidy: an engine's deadline is in real time; no verdict depends on the time of day
    const auto left = budget_.deadline - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                    std::chrono::milliseconds(0));
}

void Explosion::note(std::string_view name, std::uint32_t file, std::string detail, bool exhausted) {
    const bool known = std::ranges::any_of(
        limits_, [&](const ExplodeLimit& limit) { return limit.name == name && limit.file == file; });
    if (!known) limits_.push_back({std::string(name), file, std::move(detail), exhausted});
}

/// A limit by which files are missing from the list.
void Explosion::cut_members(std::string_view name, std::uint32_t file, std::string detail) {
    note(name, file, std::move(detail), true);
    members_cut_ = true;
}

/// Level by level: opening one file appends its members, and they are opened when their turn comes.
void Explosion::unpack() {
    if (unpacked_) return;
    unpacked_ = true;
    scan_budget_->deadline = budget_.deadline;
    scan_budget_->members_left = budget_.members_left;
    scan_budget_->bytes_left = budget_.bytes_left;
    scan_budget_->qr_images_left = 0;  // codes are looked for when a rule asks
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) open_file(i);
    budget_.members_left = scan_budget_->members_left;
    budget_.bytes_left = scan_budget_->bytes_left;
}

void Explosion::open_file(std::uint32_t index) {
    const Node& node = nodes_[index];
    const Collector collector(nodes_, tools_.typer);
    scan::PartInput input;
    input.bytes = node.bytes;
    input.declared_type = node.file.content_type;
    if (!node.file.file_name.empty()) input.file_names.push_back(node.file.file_name);
    input.passwords = passwords_;
    input.part = index;
    input.container_depth = static_cast<std::uint16_t>(node.file.depth);
    scan::Inspection inspection(input, *scan_budget_, *report_, &collector);
    const std::string type = node.file.file_type;
    // The inspectors of pictures and plain text only look for codes and links, and sections do that on demand: as "unknown"
    // such a file is only searched for a second format. A PDF that holds a code already is not drawn to find one.
    const bool nothing_inside = scan::class_of_type(type) == scan::TypeClass::picture || type == "txt";
    if (nothing_inside) report_->parts[index].file_type = "unknown";
    if (type == "pdf") inspection.flag(scan::PartFlag::qr_code);
    scan::inspect_content(inspection, tools_.inspection);
    if (type == "pdf") std::erase(report_->parts[index].flags, scan::PartFlag::qr_code);
    add_own_members(inspection, index);
    keep_what_was_found(index);
}

void Explosion::add_own_members(scan::Inspection& inspection, std::uint32_t index) {
    const ExplodedFile& file = nodes_[index].file;
    const ByteView bytes = nodes_[index].bytes;
    if (!inspection.time_left() || bytes.empty()) return;
    if (file.file_type == "pdf") add_pdf_members(inspection, index);
    if (is_page(file.file_type)) add_script_members(inspection, index);
    if (is_one_of(file.file_type, {"docx", "docm", "pptx", "pptm"})) {
        std::vector<PackagePart> parts;
        for (const Node& node : nodes_)
            if (node.file.parent == index) parts.push_back({node.file.file_name, node.bytes});
        const std::string text = office_text(parts);
        inspection.claim_and_scan({.name = "text", .media_type = "text/plain", .bytes = as_bytes(text)});
    }
    if (file.file_type == "ics")
        for (const CalendarAttachment& attachment : calendar_attachments(as_text(bytes)))
            if (!inspection.claim_and_scan({.name = attachment.name,
                                            .media_type = attachment.media_type,
                                            .bytes = attachment.bytes}))
                return;
}

void Explosion::add_pdf_members(scan::Inspection& inspection, std::uint32_t index) {
    const ByteView bytes = nodes_[index].bytes;
    // Locked: every reader would try all passwords again.
    if (has_flag(index, scan::PartFlag::encrypted_archive) &&
        !has_flag(index, scan::PartFlag::password_in_message))
        return;
    constexpr std::size_t picture_bytes_max = 4 * limits::qr_pixels;
    const auto take = [&inspection](std::string_view name, std::string_view media_type, ByteView file) {
        return inspection.claim_and_scan(
                   {.name = std::string(name), .media_type = media_type, .bytes = file}) &&
               inspection.time_left();
    };
    if (scan::read_pdf_pictures(bytes, passwords_, std::min(picture_bytes_max, scan_budget_->bytes_left),
                                take))
        cut_members("pdf_pictures", index, "there are more pictures, or larger ones, than are read");
    const scan::PdfText text = scan::read_pdf_text(bytes, limits::exploded_text_bytes,
                                                   [&inspection] { return inspection.time_left(); });
    if (text.cut) cut_members("pdf_text_pages", index, "there are more pages, or longer ones, than are read");
    inspection.claim_and_scan({.name = "text", .media_type = "text/plain", .bytes = as_bytes(text.text)});
}

void Explosion::add_script_members(scan::Inspection& inspection, std::uint32_t index) {
    const std::string_view page = as_text(nodes_[index].bytes).substr(0, limits::exploded_text_bytes);
    const std::vector<InlineScript> scripts = find_scripts(page);
    if (scripts.size() > limits::page_scripts)
        cut_members("page_scripts", index, "there are more scripts than are read");
    for (std::size_t i = 0; i < std::min(scripts.size(), limits::page_scripts); ++i) {
        const std::string type = mail::to_lower(scripts[i].attributes.type.value_or(""));
        const bool is_script = type.empty() || type.find("script") != std::string::npos || type == "module";
        if (!inspection.claim_and_scan(
                {.name = "script_" + std::to_string(i),
                 .media_type = is_script ? std::string_view("text/javascript") : std::string_view(type),
                 .bytes = as_bytes(scripts[i].source)}))
            return;
    }
}

/// The report is only a place to write into: what rules need of it is kept with the file.
void Explosion::keep_what_was_found(std::uint32_t index) {
    for (scan::FoundUrl& url : report_->urls)
        if (url.source == "pdf" && url.part == index) nodes_[index].pdf_links.push_back(std::move(url.url));
    for (const scan::LimitHit& hit : report_->limits_hit) {
        if (hit.limit == scan::ScanLimit::links) nodes_[index].pdf_links_cut = true;
        if (!concerns_members(hit.limit)) continue;
        if (is_exhaustion(hit.limit))
            cut_members(scan::to_string(hit.limit), index, hit.detail);
        else
            note(scan::to_string(hit.limit), index, hit.detail, false);
    }
    if (has_flag(index, scan::PartFlag::encrypted_archive) &&
        !has_flag(index, scan::PartFlag::password_in_message))
        note(scan::to_string(scan::ScanLimit::locked), index, "no password is known", false);
    report_->urls.clear();
    report_->limits_hit.clear();
    report_->findings.clear();
    report_->ambiguities.clear();
}

}  // namespace tocsin::rules
