#include <fmt/format.h>

#include <algorithm>

#include "mail/ascii.hpp"
#include "scan/documents.hpp"
#include "scan/markup.hpp"
#include "scan/zip_readings.hpp"

namespace tocsin::scan {

namespace {

/// Relationships that make the program fetch something when the document is opened (ECMA-376 part 1); hyperlinks wait for a
/// click.
bool fetches_by_itself(std::string_view type) {
    for (const std::string_view kind :
         {"attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath", "package", "control"})
        if (type.ends_with(kind)) return true;
    return false;
}

/// A .rels part: what the package's parts refer to (ECMA-376 part 2 section 9.3).
void inspect_relationships(Inspection& inspection, std::string_view xml) {
    TagWalk walk(xml);
    Tag tag;
    while (walk.next(tag)) {
        if (tag.name != "relationship" ||
            !mail::equals_ignoring_case(attribute(tag, "targetmode"), "External"))
            continue;
        const std::string target = attribute(tag, "target"), type = attribute(tag, "type");
        if (mail::find_ignoring_case(target, "://") != std::string_view::npos)
            inspection.url(target, "document");
        if (!fetches_by_itself(type)) continue;
        inspection.flag(PartFlag::external_template);
        inspection.finding(
            "external_template", Severity::suspicious,
            fmt::format("fetches another document when it is opened, from {}", printable(target, 120)));
    }
}

/// Field codes that start a program (DDE); a field may be cut over many runs, so the pieces are joined.
void inspect_fields(Inspection& inspection, std::string_view xml) {
    TagWalk walk(xml);
    Tag tag;
    std::string instructions;
    constexpr std::size_t instruction_bytes_max = 256U << 10;
    bool dde_link = false;
    while (walk.next(tag) && instructions.size() < instruction_bytes_max) {
        if (tag.name == "instrtext") instructions += walk.text_after();
        if (tag.name == "fldsimple") instructions += " " + attribute(tag, "instr") + " ";
        if (tag.name == "ddelink") dde_link = true;
    }
    const bool dde_field = mail::find_ignoring_case(instructions, "ddeauto") != std::string_view::npos ||
                           mail::starts_with_ignoring_case(mail::trim(instructions), "dde ") ||
                           mail::find_ignoring_case(instructions, " dde ") != std::string_view::npos;
    if (!dde_field && !dde_link) return;
    inspection.flag(PartFlag::macro_auto_exec);
    inspection.finding("dde", Severity::suspicious,
                       "asks Office to start another program when it is opened (DDE)");
}

void inspect_package_part(Inspection& inspection, std::string_view name, ByteView bytes) {
    const std::string lower = mail::to_lower(name);
    const std::string_view path = lower;
    if (path.ends_with("vbaproject.bin") || path.find("macrosheets/") != std::string_view::npos ||
        path.starts_with("basic/") || path.starts_with("scripts/"))
        inspection.flag(PartFlag::macro);
    if (path.find("embeddings/") != std::string_view::npos || path.find("activex/") != std::string_view::npos)
        inspection.flag(PartFlag::embedded_object);
    if (path.ends_with(".rels")) inspect_relationships(inspection, as_text(bytes));
    if (path.ends_with(".xml")) inspect_fields(inspection, as_text(bytes));
}

}  // namespace

void inspect_office_package(Inspection& inspection) {
    const std::size_t first_member = inspection.report().parts.size();
    unpack_zip(inspection, [&inspection](std::string_view name, ByteView bytes) {
        inspect_package_part(inspection, name, bytes);
    });
    // What the macro project inside does is what the document does.
    const std::vector<PartSummary>& parts = inspection.report().parts;
    for (std::size_t i = first_member; i < parts.size(); ++i)
        for (const PartFlag flag : {PartFlag::macro, PartFlag::macro_auto_exec, PartFlag::embedded_object})
            if (std::ranges::find(parts[i].flags, flag) != parts[i].flags.end()) inspection.flag(flag);
}

}  // namespace tocsin::scan
