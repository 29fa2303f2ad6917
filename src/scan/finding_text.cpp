#include "scan/finding_text.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "scan/file_type.hpp"
#include "scan/inspection.hpp"

namespace tocsin::scan {

namespace {

/// Members of containers are named by the path that leads to them, at most this many levels.
constexpr std::size_t path_levels_max = 4;

/// The part of the message that `part` was unpacked from, and the way from there: "a.zip/b.exe".
struct Place {
    std::uint32_t attachment = 0;
    std::string path;
};

Place place_of(const ScanReport& report, std::uint32_t part) {
    Place place{.attachment = part, .path = {}};
    std::size_t levels = 0;
    while (place.attachment < report.parts.size() && report.parts[place.attachment].origin == "member") {
        const PartSummary& member = report.parts[place.attachment];
        const std::string& name = member.file_name;
        if (++levels <= path_levels_max)
            place.path = place.path.empty() ? name : (name.empty() ? place.path : name + "/" + place.path);
        if (member.parent >= place.attachment) break;  // parents come first; anything else would not end
        place.attachment = member.parent;
    }
    return place;
}

std::string_view friendly_name(std::string_view rule) {
    if (rule == "Tocsin.Test.Eicar") return "the malware test file EICAR (harmless)";
    if (rule == "Tocsin.Test.ClamTestFile") return "the test program of ClamAV (harmless)";
    return {};
}

std::string subject_of(const ScanReport& report, std::uint32_t part) {
    if (part >= report.parts.size()) return "The message";
    const PartSummary& attachment = report.parts[place_of(report, part).attachment];
    if (attachment.origin == "page") return "The message as a whole";
    if (!attachment.file_name.empty()) return fmt::format("The attachment “{}”", attachment.file_name);
    if (attachment.media_type.starts_with("text/")) return "The text of the message";
    return "A part without a name";
}

/// A signature that matched a container matched something inside it.
bool holds_others(std::string_view file_type) {
    switch (class_of_type(file_type)) {
        case TypeClass::archive:
        case TypeClass::document:
        case TypeClass::disk_image:
        case TypeClass::message:
        case TypeClass::page: return true;
        default: return false;
    }
}

}  // namespace

std::string describe_match(const ScanReport& report, std::uint32_t part, std::string_view kind,
                           std::string_view rule) {
    const Place place = place_of(report, part);
    const std::string_view type =
        part < report.parts.size() ? std::string_view(report.parts[part].file_type) : "";
    const std::string_view words = words_for_type(type);
    // "contains “a/b.exe”, a program (exe)" or "is a program (exe)" or nothing.
    std::string what;
    if (place.attachment != part)
        what = fmt::format("contains {}", place.path.empty() ? "a file" : "“" + place.path + "”");
    if (!words.empty()) what += fmt::format("{}{}", what.empty() ? "is " : ", ", words);

    const std::string_view known = friendly_name(rule);
    const std::string match = known.empty()
                                  ? fmt::format("matches the {} {}", kind, rule)
                                  : fmt::format("{} {}", holds_others(type) ? "contains" : "is", known);
    if (what.empty()) return fmt::format("{} {}", nameless_subject, match);
    return fmt::format("{} {}{} {}", nameless_subject, what, place.attachment != part ? ", which" : " and",
                       match);
}

void name_attachments(ScanReport& report) {
    for (Finding& finding : report.findings) {
        if (!finding.text.starts_with(nameless_subject)) continue;
        std::string rest = finding.text.substr(nameless_subject.size());
        // What is said of a member is not said of the archive around it.
        const Place place = place_of(report, finding.part);
        if (place.attachment != finding.part && !rest.starts_with(" contains"))
            rest = fmt::format(" contains {}, which{}",
                               place.path.empty() ? "a file" : "“" + place.path + "”", rest);
        finding.text = subject_of(report, finding.part) + rest;
    }
}

}  // namespace tocsin::scan
