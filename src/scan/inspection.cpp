#include "scan/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.hpp"
#include "scan/normal_link.hpp"

namespace tocsin::scan {

namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const unsigned char second = byte(1);
    const bool overlong_or_beyond = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                                    (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
    return overlong_or_beyond ? 0 : length;
}

/// Characters that change the order or presence of others on a screen: U+061C, U+200B..F, U+202A..E, U+2060..9, U+FEFF.
bool is_invisible(std::string_view c) {
    if (c.size() == 2) return c == "\xD8\x9C";
    if (c.size() != 3) return false;
    if (c == "\xEF\xBB\xBF") return true;
    if (c[0] != '\xE2') return false;
    const auto second = static_cast<unsigned char>(c[1]), third = static_cast<unsigned char>(c[2]);
    return (second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE))) ||
           (second == 0x81 && third >= 0xA0 && third <= 0xA9);
}

}  // namespace

std::string printable(std::string_view text, std::size_t length_max) {
    std::string out;
    out.reserve(std::min(text.size(), length_max));
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(character.size());
        std::string_view shown = character;
        const auto first = static_cast<unsigned char>(character[0]);
        const bool c1_control =
            length == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
        if (length == 0 || first < 0x20 || first == 0x7F || c1_control) shown = "?";
        if (is_invisible(character)) shown = "";
        if (out.size() + shown.size() > length_max) {
            out += "…";
            break;
        }
        out += shown;
    }
    return out;
}

void add_finding(ScanReport& report, Finding finding) {
    const bool known = std::ranges::any_of(report.findings, [&](const Finding& other) {
        return other.part == finding.part && other.rule == finding.rule && other.engine == finding.engine;
    });
    if (known) return;
    if (report.findings.size() < limits::findings) {
        report.findings.push_back(std::move(finding));
        return;
    }
    add_limit(report, ScanLimit::findings, whole_message,
              fmt::format("more than {} findings", limits::findings));
    // A full report still tells the worst: a graver finding takes the place of the least one.
    const auto least = std::ranges::min_element(report.findings, {}, &Finding::severity);
    if (least->severity < finding.severity) *least = std::move(finding);
}

void add_limit(ScanReport& report, ScanLimit limit, std::uint32_t part, std::string detail) {
    // Bounded twice: one of a kind for each part, and no more in all than findings are kept.
    const bool known = std::ranges::any_of(
        report.limits_hit, [&](const LimitHit& hit) { return hit.limit == limit && hit.part == part; });
    const bool full = report.limits_hit.size() >= limits::findings;
    const bool kind_told =
        std::ranges::any_of(report.limits_hit, [&](const LimitHit& hit) { return hit.limit == limit; });
    if (known || (full && kind_told)) return;
    report.limits_hit.push_back({limit, part, printable(detail)});
}

void add_flag(PartSummary& part, PartFlag flag) {
    if (std::ranges::find(part.flags, flag) == part.flags.end()) part.flags.push_back(flag);
}

bool Inspection::has_flag(PartFlag flag) const {
    return std::ranges::find(summary().flags, flag) != summary().flags.end();
}

void Inspection::note(std::string_view sentence) {
    constexpr std::size_t note_bytes_max = 600;
    std::string& note = summary().note;
    if (note.size() + sentence.size() >= note_bytes_max || note.find(sentence) != std::string::npos) return;
    if (!note.empty()) note += ' ';
    note += sentence;
}

void Inspection::finding(std::string_view rule, Severity severity, std::string_view predicate) {
    add_finding(report_, {.engine = "tocsin",
                          .rule = std::string(rule),
                          .severity = severity,
                          .text = fmt::format("{} {}", nameless_subject, predicate),
                          .part = input_.part});
}

void Inspection::url(std::string_view found, std::string_view source) {
    if (found.empty()) return;
    const std::string url = normal_link(found, budget_.domain_names);
    if (url.size() > limits::url_bytes) return;
    const bool known = std::ranges::any_of(
        report_.urls, [&](const FoundUrl& other) { return other.part == input_.part && other.url == url; });
    if (known) return;
    if (report_.urls.size() >= limits::links)
        return limit(ScanLimit::links, fmt::format("more than {} links", limits::links));
    report_.urls.push_back({url, std::string(source), input_.part});
}

void Inspection::ambiguity(std::string detail) {
    if (report_.ambiguities.size() >= limits::ambiguities) return;
    report_.ambiguities.push_back({mail::AmbiguityKind::container_conflict, 0, printable(detail)});
}

void Inspection::code(std::string_view text) {
    if (std::ranges::find(codes_, text) == codes_.end()) codes_.emplace_back(text);
}

bool Inspection::codes_cut() const {
    // With so many limits a further one of a kind is not told.
    return report_.limits_hit.size() >= limits::findings ||
           std::ranges::any_of(report_.limits_hit, [this](const LimitHit& hit) {
               return hit.part == input_.part &&
                      (hit.limit == ScanLimit::qr_pixels || hit.limit == ScanLimit::engine_time);
           });
}

bool Inspection::time_left() {
    // tidy: an engine's deadline is in real time; no verdict depends on the time of day
    if (std::chrono::steady_clock::now() < budget_.deadline) return true;
    limit(ScanLimit::engine_time, fmt::format("at most {} ms for one message", limits::engine_time_ms));
    return false;
}

bool Inspection::claim_member() {
    if (!time_left()) return false;
    if (input_.container_depth >= limits::container_depth) {
        limit(ScanLimit::container_depth, fmt::format("more than {} levels", limits::container_depth));
        return false;
    }
    if (budget_.members_left == 0 || report_.parts.size() >= limits::parts) {
        limit(ScanLimit::container_members, fmt::format("more than {} files", limits::container_members));
        return false;
    }
    --budget_.members_left;
    return true;
}

bool Inspection::claim_bytes(std::size_t count) {
    if (count > budget_.bytes_left) {
        budget_.bytes_left = 0;
        limit(ScanLimit::container_bytes, fmt::format("more than {} bytes", limits::container_bytes));
        return false;
    }
    budget_.bytes_left -= count;
    return true;
}

std::size_t Inspection::ratio_bound(std::size_t packed) {
    const std::size_t packed_counted = std::min(packed, limits::container_bytes);
    return std::max(limits::container_ratio_floor_bytes, packed_counted * limits::container_ratio);
}

void Inspection::scan(const Member& member) {
    const auto index = static_cast<std::uint32_t>(report_.parts.size());
    PartSummary part;
    part.parent = input_.part;
    part.depth = static_cast<std::uint16_t>(summary().depth + 1);
    part.origin = "member";
    part.media_type = printable(member.media_type);
    part.file_name = printable(member.name);
    part.size = member.bytes.size();
    report_.parts.push_back(std::move(part));

    PartInput input;
    input.bytes = member.bytes;
    input.declared_type = member.media_type;
    if (!member.name.empty()) input.file_names.push_back(member.name);
    if (member.other_names != nullptr)
        input.file_names.insert(input.file_names.end(), member.other_names->begin(),
                                member.other_names->end());
    input.passwords = input_.passwords;
    input.part = index;
    input.container_depth = static_cast<std::uint16_t>(input_.container_depth + 1);
    if (scanner_ != nullptr) scanner_->scan_member(input, budget_, report_);
}

bool Inspection::claim_and_scan(const Member& member) {
    if (member.bytes.empty()) return true;
    if (!claim_member() || !claim_bytes(member.bytes.size())) return false;
    scan(member);
    return true;
}

}  // namespace tocsin::scan
