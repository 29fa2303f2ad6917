// Random reports, hostile in their texts and indices, for the codec's properties.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "reader/codec.hpp"

namespace tocsin::test {

/// Any bytes; sometimes longer than any bound of the codec.
inline std::string any_text() {
    auto text = *rc::gen::arbitrary<std::string>();
    if (*rc::gen::inRange(0, 20) == 0) text.append(5000, *rc::gen::arbitrary<char>());
    return text;
}

inline std::uint32_t any_part(std::size_t parts) {
    if (*rc::gen::inRange(0, 4) == 0) return scan::whole_message;
    return *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(parts) + 2);
}

inline Hash256 any_hash() {
    Hash256 hash{};
    for (auto& byte : hash) byte = *rc::gen::arbitrary<std::uint8_t>();
    return hash;
}

inline std::size_t any_count() {
    return *rc::gen::weightedOneOf<std::size_t>(
        {{8, rc::gen::inRange<std::size_t>(0, 4)}, {1, rc::gen::inRange<std::size_t>(0, 400)}});
}

inline scan::PartSummary any_part_summary(std::size_t parts) {
    scan::PartSummary part;
    part.parent = any_part(parts);
    part.depth = *rc::gen::arbitrary<std::uint16_t>();
    part.origin = any_text();
    part.media_type = any_text();
    part.file_type = any_text();
    part.file_name = any_text();
    part.size = *rc::gen::arbitrary<std::uint64_t>();
    auto count = static_cast<std::uint8_t>(scan::PartFlag::count_);
    for (std::uint8_t flag = 0; flag < count; ++flag)
        if (*rc::gen::inRange(0, 5) == 0) part.flags.push_back(static_cast<scan::PartFlag>(flag));
    part.note = any_text();
    part.remembered = *rc::gen::arbitrary<bool>();
    if (*rc::gen::arbitrary<bool>()) part.hash = any_hash();
    return part;
}

template <typename Enum>
Enum any_of_counted() {
    return static_cast<Enum>(*rc::gen::inRange(0, static_cast<int>(Enum::count_)));
}

inline scan::BannerPlan any_banner_plan() {
    scan::BannerPlan plan;
    plan.hindrance = any_of_counted<scan::BannerHindrance>();
    plan.copy = any_of_counted<scan::BannerCopy>();
    for (int left = *rc::gen::inRange(0, 12); left > 0; --left)
        plan.places.push_back({any_of_counted<scan::BannerShape>(), any_of_counted<scan::BannerEncoding>(),
                               any_of_counted<scan::BannerLetters>(), any_of_counted<scan::PageMode>(),
                               *rc::gen::inRange<std::uint8_t>(0, 3), *rc::gen::arbitrary<std::uint64_t>()});
    return plan;
}

inline scan::ReportedOutcome any_outcome() {
    return {any_of_counted<scan::ReportedKind>(),
            any_text(),
            any_text(),
            any_text(),
            any_text(),
            any_text(),
            any_text(),
            any_text()};
}

inline scan::ScanReport any_report() {
    scan::ScanReport report;
    report.verdict = static_cast<scan::Verdict>(*rc::gen::inRange(0, 5));
    report.readings = *rc::gen::arbitrary<std::uint32_t>();
    std::size_t parts = any_count();
    for (std::size_t index = 0; index < parts; ++index) report.parts.push_back(any_part_summary(parts));
    for (std::size_t index = any_count(); index > 0; --index)
        report.findings.push_back({any_text(), any_text(),
                                   static_cast<scan::Severity>(*rc::gen::inRange(0, 4)), any_text(),
                                   any_part(parts)});
    for (std::size_t index = any_count(); index > 0; --index)
        report.limits_hit.push_back(
            {static_cast<scan::ScanLimit>(*rc::gen::inRange(0, static_cast<int>(scan::ScanLimit::count_))),
             any_part(parts), any_text()});
    for (std::size_t index = any_count(); index > 0; --index)
        report.urls.push_back({any_text(), any_text(), any_part(parts)});
    for (std::size_t index = any_count(); index > 0; --index)
        report.ambiguities.push_back({static_cast<mail::AmbiguityKind>(*rc::gen::inRange(
                                          0, static_cast<int>(mail::AmbiguityKind::count_))),
                                      *rc::gen::arbitrary<std::uint64_t>(), any_text()});
    for (std::size_t index = any_count(); index > 0; --index)
        report.facts.attachment_sha256.push_back(any_text());
    report.facts.header_from = any_text();
    for (std::size_t index = any_count(); index > 0; --index) report.facts.further_from.push_back(any_text());
    for (std::size_t index = any_count(); index > 0; --index)
        report.facts.long_registrable_domains.push_back(any_text());
    report.facts.header_from_name = any_text();
    report.facts.subject = any_text();
    report.facts.message_id = any_text();
    for (std::size_t index = any_count(); index > 0; --index) {
        const bool same_message = !report.outcomes.empty() && *rc::gen::arbitrary<bool>();
        report.outcomes.push_back(same_message ? report.outcomes.back() : any_outcome());
    }
    report.outcomes_cut = *rc::gen::arbitrary<bool>();
    report.banner = any_banner_plan();
    report.engine_version = any_text();
    report.parse_us = *rc::gen::arbitrary<std::uint64_t>();
    report.scan_us = *rc::gen::arbitrary<std::uint64_t>();
    report.bytes_copied = *rc::gen::arbitrary<std::uint64_t>();
    return report;
}

inline reader::Reply any_reply() {
    reader::Reply reply;
    reply.id = *rc::gen::arbitrary<std::uint64_t>();
    reply.report = any_report();
    for (std::size_t index = any_count(); index > 0; --index) {
        reader::OutputRange range{any_text(), any_hash(), any_text()};
        range.offset = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 40);
        range.length = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 40);
        reply.output.push_back(range);
    }
    reply.error = any_text();
    return reply;
}

}  // namespace tocsin::test
