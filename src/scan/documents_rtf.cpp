#include <fmt/format.h>

#include "mail/ascii.hpp"
#include "scan/documents.hpp"
#include "scan/rtf.hpp"

namespace tocsin::scan {

void inspect_rtf(Inspection& inspection) {
    const RtfFindings rtf = read_rtf(inspection.bytes());
    if (!rtf.objects.empty()) inspection.flag(PartFlag::embedded_object);
    if (rtf.updates_itself && !rtf.objects.empty())
        inspection.finding("rtf_object_update", Severity::suspicious,
                           "loads a hidden object as soon as it is opened");
    if (mail::find_ignoring_case(rtf.template_target, "://") != std::string_view::npos) {
        inspection.flag(PartFlag::external_template);
        inspection.url(mail::trim(rtf.template_target), "document");
        inspection.finding("external_template", Severity::suspicious,
                           fmt::format("fetches another document when it is opened, from {}",
                                       printable(rtf.template_target, 120)));
    }
    if (rtf.more_objects)
        inspection.limit(ScanLimit::container_members, fmt::format("more than {} objects", rtf_objects_max));
    for (const RtfObject& object : rtf.objects) {
        if (mail::starts_with_ignoring_case(object.class_name, "Equation"))
            inspection.finding(
                "equation_object", Severity::suspicious,
                "holds an object of the old equation editor, which attackers use to run programs");
        if (!inspection.claim_and_scan({.name = object.file_name, .media_type = {}, .bytes = object.data}))
            return;
    }
}

}  // namespace tocsin::scan
