#include "reader/report_codec.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_set>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "reader/facts_codec.hpp"
#include "reader/outcome_codec.hpp"
#include "reader/report_bounds.hpp"
#include "reader/text_hygiene.hpp"

namespace tocsin::reader {

namespace {

using scan::whole_message;

// Bounds of lists. Parts and URLs are bounded by the size of the datagram as well.
/// A probability travels as so many parts.
constexpr std::uint32_t hostility_scale = 1'000'000;
constexpr std::size_t hits_max = 512;
/// Decoded bytes of a base64 group before a place inside it.
constexpr std::uint8_t group_bytes_max = 2;
constexpr std::size_t attachments_max = 512;

/// Room for each list, in bytes.
struct Shares {
    std::size_t parts, findings, urls, ambiguities, limits, attachments, outcomes;
    std::size_t all;  ///< of the lists and what is before them
};
constexpr std::size_t no_bound = std::numeric_limits<std::size_t>::max();
constexpr Shares unbounded{no_bound, no_bound, no_bound, no_bound, no_bound, no_bound, no_bound, no_bound};

/// Counts, lengths and marks of the lists themselves.
constexpr std::size_t list_frames_bytes = 128;

/// So many shares are dealt out below.
constexpr std::size_t shares_dealt = 18;

/// `head_bytes`: what is written before the lists.
Shares shares_of(std::size_t size_max, std::size_t head_bytes) {
    const std::size_t all = size_max - list_frames_bytes;
    const std::size_t unit = (all - head_bytes) / shares_dealt;
    return {5 * unit, 5 * unit, 3 * unit, unit, unit, unit, 2 * unit, all};
}

/// Lists keep at least a quarter of a report: a reader that lies may fill what stands before them with hosts and senders.
constexpr std::size_t head_bytes_max(std::size_t size_max) {
    return (size_max - list_frames_bytes) / 4 * 3;
}

/// Writes the items that fit as one counted, length-prefixed block. True: all of them.
template <typename Item, typename Write>
bool write_list(ByteWriter& out, std::span<const Item> items, std::size_t count_max, std::size_t size_max,
                std::size_t& written, Write write) {
    ByteWriter block;
    std::string fitting;
    written = 0;
    for (const Item& item : items) {
        if (written == count_max) break;
        ByteWriter one;
        write(one, item);
        if (fitting.size() + one.size() > size_max) break;
        fitting += one.data();
        ++written;
    }
    out.u32(static_cast<std::uint32_t>(written));
    out.string(fitting);
    return written == items.size();
}

template <typename Item, typename Write>
bool write_list(ByteWriter& out, std::span<const Item> items, std::size_t count_max, std::size_t size_max,
                Write write) {
    std::size_t written = 0;
    return write_list(out, items, count_max, size_max, written, write);
}

/// Reads what write_list() wrote. `read` gets the block's reader and the items so far.
template <typename Item, typename Read>
std::vector<Item> read_list(ByteReader& in, std::size_t count_max, Read read) {
    std::uint32_t count = in.count(count_max);
    ByteReader block(in.string(limits::reply_bytes));
    std::vector<Item> items;
    for (std::uint32_t index = 0; index < count && !block.failed(); ++index)
        items.push_back(read(block, index));
    if (block.failed() || !block.at_end()) in.set_failed();
    return items;
}

/// An enumerator below `count`; anything else makes the reader fail.
template <typename Enum>
Enum read_enum(ByteReader& in, std::size_t count) {
    std::uint8_t number = in.u8();
    if (number >= count) in.set_failed();
    return in.failed() ? Enum{} : static_cast<Enum>(number);
}

constexpr std::size_t flag_count = static_cast<std::size_t>(scan::PartFlag::count_);
static_assert(flag_count <= 32, "flags of a part travel as one 32-bit set");

void write_part(ByteWriter& out, const scan::PartSummary& part, std::uint32_t parent) {
    out.u32(parent);
    out.u16(part.depth);
    write_text(out, part.origin, name_bytes);
    write_text(out, part.media_type, type_bytes);
    write_text(out, part.file_type, name_bytes);
    write_text(out, part.file_name, title_bytes);
    out.u64(part.size);
    std::uint32_t flags = 0;
    for (scan::PartFlag flag : part.flags) flags |= 1U << static_cast<unsigned>(flag);
    out.u32(flags);
    write_text(out, part.note, sentence_bytes);
    out.boolean(part.remembered);
    out.boolean(part.hash.has_value());
    if (part.hash) write_hash(out, *part.hash);
}

scan::PartSummary read_part(ByteReader& in, std::uint32_t own_index) {
    scan::PartSummary part;
    part.parent = in.u32();
    // A parent stands before its children, so that nobody can walk in circles.
    if (part.parent != whole_message && part.parent >= own_index) in.set_failed();
    part.depth = in.u16();
    part.origin = read_text(in, name_bytes);
    part.media_type = read_text(in, type_bytes);
    part.file_type = read_text(in, name_bytes);
    part.file_name = read_text(in, title_bytes);
    part.size = in.u64();
    std::uint32_t flags = in.u32();
    if ((std::uint64_t{flags} >> flag_count) != 0) in.set_failed();
    for (std::size_t index = 0; index < flag_count; ++index)
        if ((flags >> index & 1U) != 0) part.flags.push_back(static_cast<scan::PartFlag>(index));
    part.note = read_text(in, sentence_bytes);
    part.remembered = in.boolean();
    if (in.boolean()) part.hash = read_hash(in);
    return part;
}

/// An index into the parts that were written; one beyond them speaks of the whole message.
std::uint32_t kept_part(std::uint32_t part, std::size_t parts_written) {
    return part < parts_written ? part : whole_message;
}

std::uint32_t read_part_index(ByteReader& in, std::size_t parts) {
    std::uint32_t part = in.u32();
    if (part != whole_message && part >= parts) in.set_failed();
    return part;
}

void write_rules(ByteWriter& out, const scan::RulesSummary& rules) {
    for (const std::uint32_t number :
         {rules.asked, rules.matched, rules.undecided, rules.points, rules.suspicious_from, rules.phish_from})
        out.u32(number);
    out.u32(static_cast<std::uint32_t>(std::lround(std::clamp(rules.hostility, 0.0, 1.0) * hostility_scale)));
    const std::size_t missing = std::min(rules.missing.size(), limits::missing_answers);
    out.u32(static_cast<std::uint32_t>(missing));
    for (const scan::MissingAnswer& one : std::span(rules.missing).first(missing)) {
        write_text(out, one.name, name_bytes);
        out.u32(one.rules);
    }
    write_text(out, rules.coaching, sentence_bytes);
    write_text(out, rules.version, name_bytes);
    out.boolean(rules.judged == scan::JudgedHow::as_copy);
}

scan::RulesSummary read_rules(ByteReader& in) {
    scan::RulesSummary rules;
    for (std::uint32_t* number : {&rules.asked, &rules.matched, &rules.undecided, &rules.points,
                                  &rules.suspicious_from, &rules.phish_from})
        *number = in.u32();
    const std::uint32_t hostility = in.u32();
    if (hostility > hostility_scale) in.set_failed();
    rules.hostility = static_cast<double>(hostility) / hostility_scale;
    const std::uint32_t missing = in.count(limits::missing_answers);
    for (std::uint32_t i = 0; i < missing && !in.failed(); ++i) {
        std::string name = read_text(in, name_bytes);
        rules.missing.push_back({std::move(name), in.u32()});
    }
    rules.coaching = read_text(in, sentence_bytes);
    rules.version = read_text(in, name_bytes);
    rules.judged = in.boolean() ? scan::JudgedHow::as_copy : scan::JudgedHow::whole;
    return rules;
}

void write_banner(ByteWriter& out, const scan::BannerPlan& banner) {
    out.u8(static_cast<std::uint8_t>(banner.hindrance));
    out.u8(static_cast<std::uint8_t>(banner.copy));
    const std::size_t count = std::min(banner.places.size(), limits::banner_places);
    out.u32(static_cast<std::uint32_t>(count));
    for (const scan::BannerPlace& place : std::span(banner.places).first(count)) {
        out.u8(static_cast<std::uint8_t>(place.shape));
        out.u8(static_cast<std::uint8_t>(place.encoding));
        out.u8(static_cast<std::uint8_t>(place.letters));
        out.u8(static_cast<std::uint8_t>(place.mode));
        out.u8(place.group_bytes);
        out.u64(place.offset);
    }
}

/// An enumerator whose type ends with count_.
template <typename Enum>
Enum read_counted(ByteReader& in) {
    return read_enum<Enum>(in, static_cast<std::size_t>(Enum::count_));
}

/// Whether a place lies where it may is checked where the message is known.
scan::BannerPlan read_banner(ByteReader& in) {
    scan::BannerPlan banner;
    banner.hindrance = read_counted<scan::BannerHindrance>(in);
    banner.copy = read_counted<scan::BannerCopy>(in);
    const std::uint32_t count = in.count(limits::banner_places);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index) {
        scan::BannerPlace place;
        place.shape = read_counted<scan::BannerShape>(in);
        place.encoding = read_counted<scan::BannerEncoding>(in);
        place.letters = read_counted<scan::BannerLetters>(in);
        place.mode = read_counted<scan::PageMode>(in);
        place.group_bytes = in.u8();
        if (place.group_bytes > group_bytes_max) in.set_failed();
        place.offset = in.u64();
        banner.places.push_back(place);
    }
    return banner;
}

struct HostsFirst {
    std::vector<scan::FoundUrl> urls;
    std::size_t hosts = 0;  ///< that many at the front have each another host
};

/// The same place without the way inside it: "https://example.com/".
std::string place_only(const std::string& url) {
    const std::size_t begin = url.find("://");
    if (begin == std::string::npos) return url;
    return url.substr(0, begin + 3) + std::string(scan::host_of(url)) + "/";
}

/// Cut behind the host, or else with nothing but the host: who is visited is what orders ask for.
std::string cut_url(const std::string& url) {
    const std::string_view host = scan::host_of(url);
    const bool fits = host.empty() ||
                      static_cast<std::size_t>(host.data() + host.size() - url.data()) <= reported_url_bytes;
    return clean_text(fits ? url : place_only(url), reported_url_bytes);
}

/// One URL of each host first. When the list has to be cut, every host is still named: that is what orders ask for, and a
/// flood of links must not push one out.
HostsFirst hosts_first(const std::vector<scan::FoundUrl>& urls) {
    HostsFirst ordered;
    std::unordered_set<std::string> seen;
    std::vector<scan::FoundUrl> others;
    for (const scan::FoundUrl& url : urls) {
        scan::FoundUrl written = url;
        written.url = cut_url(url.url);
        const bool is_first = seen.emplace(scan::host_of(written.url)).second;
        (is_first ? ordered.urls : others).push_back(std::move(written));
    }
    ordered.hosts = ordered.urls.size();
    ordered.urls.insert(ordered.urls.end(), std::make_move_iterator(others.begin()),
                        std::make_move_iterator(others.end()));
    return ordered;
}

/// URLs of hosts are cut down to their hosts when they do not fit otherwise.
HostsFirst urls_that_fit(const std::vector<scan::FoundUrl>& all, std::size_t size_max) {
    HostsFirst urls = hosts_first(all);
    std::size_t bytes = 0;
    for (std::size_t index = 0; index < urls.hosts; ++index)
        bytes += urls.urls[index].url.size() + name_bytes;
    if (bytes <= size_max) return urls;
    for (std::size_t index = 0; index < urls.hosts; ++index)
        urls.urls[index].url = place_only(urls.urls[index].url);
    return urls;
}

/// Whether a report was written whole.
struct Written {
    bool lists = true;  ///< but for further links to hosts that are named anyway
    bool hosts = true;
};

Written write_lists(ByteWriter& out, const scan::ScanReport& report, const Shares& shares) {
    std::size_t parts = 0;
    std::uint32_t own_index = 0;
    bool all = write_list(out, std::span(report.parts), limits::reply_bytes, shares.parts, parts,
                          [&](ByteWriter& one, const scan::PartSummary& part) {
                              write_part(one, part, kept_part(part.parent, own_index++));
                          });
    all &= write_list(out, std::span(report.ambiguities), limits::ambiguities, shares.ambiguities,
                      [](ByteWriter& one, const mail::Ambiguity& ambiguity) {
                          one.u8(static_cast<std::uint8_t>(ambiguity.kind));
                          one.u64(ambiguity.offset);
                          write_text(one, ambiguity.detail, sentence_bytes);
                      });
    all &= write_list(out, std::span(report.findings), limits::findings, shares.findings,
                      [&](ByteWriter& one, const scan::Finding& finding) {
                          write_text(one, finding.engine, name_bytes);
                          write_text(one, finding.rule, rule_bytes);
                          one.u8(static_cast<std::uint8_t>(finding.severity));
                          write_text(one, finding.text, sentence_bytes);
                          one.u32(kept_part(finding.part, parts));
                      });
    all &= write_list(out, std::span(report.limits_hit), hits_max, shares.limits,
                      [&](ByteWriter& one, const scan::LimitHit& hit) {
                          one.u8(static_cast<std::uint8_t>(hit.limit));
                          one.u32(kept_part(hit.part, parts));
                          write_text(one, hit.detail, sentence_bytes);
                      });
    all &=
        write_list(out, std::span(report.facts.attachment_sha256), attachments_max, shares.attachments,
                   [](ByteWriter& one, const std::string& digest) { write_text(one, digest, digest_bytes); });
    write_outcomes(out, report, shares.outcomes);
    // Last, so that links have what the other lists left.
    const std::size_t room = shares.urls == no_bound
                                 ? no_bound
                                 : std::max(shares.urls, shares.all - std::min(shares.all, out.size()));
    HostsFirst urls = urls_that_fit(report.urls, room);
    std::size_t urls_written = 0;
    const bool all_urls = write_list(out, std::span<const scan::FoundUrl>(urls.urls), limits::links, room,
                                     urls_written, [&](ByteWriter& one, const scan::FoundUrl& url) {
                                         write_text(one, url.url, reported_url_bytes);
                                         write_text(one, url.source, name_bytes);
                                         one.u32(kept_part(url.part, parts));
                                     });
    return {all, all_urls || urls_written >= urls.hosts};
}

void write_head(ByteWriter& out, const scan::ScanReport& report) {
    scan::Verdict verdict =
        std::max(report.verdict, scan::decide_verdict(report.findings, report.limits_hit));
    out.u8(static_cast<std::uint8_t>(verdict));
    out.u32(report.readings);
    write_facts(out, report.facts);
    write_rules(out, report.rules);
    write_banner(out, report.banner);
    write_text(out, report.engine_version, title_bytes);
    out.u64(report.parse_us);
    out.u64(report.scan_us);
    out.u64(report.bytes_copied);
}

struct Encoded {
    std::string bytes;
    Written written;
};

Encoded encode_within(const scan::ScanReport& report, std::size_t size_max) {
    ByteWriter out;
    write_head(out, report);
    const Written written = write_lists(out, report, shares_of(size_max, out.size()));
    return {out.take(), written};
}

/// Takes the lists of texts out of the facts where they would leave too little room. False: there was nothing to do.
bool shorten_facts(scan::ScanReport& report, std::size_t size_max) {
    ByteWriter head;
    write_head(head, report);
    if (head.size() <= head_bytes_max(size_max)) return false;
    report.facts.further_from.clear();
    report.facts.long_registrable_domains.clear();
    report.facts.reserved_fields.clear();
    return true;
}

/// Worse severities first, and in each the order as it was.
std::vector<scan::Finding> worst_first(const std::vector<scan::Finding>& findings) {
    using scan::Severity;
    std::vector<scan::Finding> ordered;
    ordered.reserve(findings.size());
    for (Severity severity : {Severity::malware, Severity::phish, Severity::suspicious, Severity::info})
        for (const scan::Finding& finding : findings)
            if (finding.severity == severity) ordered.push_back(finding);
    return ordered;
}

scan::Finding read_finding(ByteReader& in, std::size_t parts) {
    scan::Finding finding;
    finding.engine = read_text(in, name_bytes);
    finding.rule = read_text(in, rule_bytes);
    finding.severity = read_enum<scan::Severity>(in, static_cast<std::size_t>(scan::Severity::malware) + 1);
    finding.text = read_text(in, sentence_bytes);
    finding.part = read_part_index(in, parts);
    return finding;
}

mail::Ambiguity read_ambiguity(ByteReader& in) {
    mail::Ambiguity ambiguity;
    std::optional<mail::AmbiguityKind> kind = mail::ambiguity_kind_from(in.u8());
    if (!kind) in.set_failed();
    ambiguity.kind = kind.value_or(mail::AmbiguityKind{});
    ambiguity.offset = in.u64();
    ambiguity.detail = read_text(in, sentence_bytes);
    return ambiguity;
}

scan::LimitHit read_limit_hit(ByteReader& in, std::size_t parts) {
    scan::LimitHit hit;
    hit.limit = read_enum<scan::ScanLimit>(in, static_cast<std::size_t>(scan::ScanLimit::count_));
    hit.part = read_part_index(in, parts);
    hit.detail = read_text(in, sentence_bytes);
    return hit;
}

scan::FoundUrl read_url(ByteReader& in, std::size_t parts) {
    scan::FoundUrl url;
    url.url = read_text(in, reported_url_bytes);
    url.source = read_text(in, name_bytes);
    url.part = read_part_index(in, parts);
    return url;
}

}  // namespace

void write_text(ByteWriter& out, std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max && is_clean_text(text))
        out.string(text);
    else
        out.string(clean_text(text, size_max));
}

std::string read_text(ByteReader& in, std::size_t size_max) {
    std::string_view text = in.string(size_max);
    if (!is_clean_text(text)) in.set_failed();
    return in.failed() ? std::string() : std::string(text);
}

void write_hash(ByteWriter& out, const Hash256& hash) {
    for (std::uint8_t byte : hash) out.u8(byte);
}

Hash256 read_hash(ByteReader& in) {
    Hash256 hash{};
    for (std::uint8_t& byte : hash) byte = in.u8();
    return hash;
}

std::string encode_report(const scan::ScanReport& report, std::size_t size_max) {
    ASSERT(size_max >= limits::part_report_bytes, "a report needs room for what is not in a list");
    ByteWriter whole;
    write_head(whole, report);
    const Written unbound = write_lists(whole, report, unbounded);
    if (unbound.lists && unbound.hosts && whole.size() <= size_max) return whole.take();

    scan::ScanReport cut = report;
    const bool shortened = shorten_facts(cut, size_max);
    // Perhaps only further links to hosts that are named anyway have to go.
    Encoded fewer_links = encode_within(cut, size_max);
    const Written& bound = fewer_links.written;
    if (bound.lists && bound.hosts && !shortened) return std::move(fewer_links.bytes);

    auto tell = [&cut](scan::ScanLimit limit, const char* detail) {
        cut.limits_hit.insert(cut.limits_hit.begin(), {limit, scan::whole_message, detail});
    };
    if (!bound.lists || shortened)
        tell(scan::ScanLimit::findings, "the report was cut to fit into an answer");
    if (!bound.hosts) tell(scan::ScanLimit::links, "not every place that is linked to fits into an answer");
    cut.findings = worst_first(report.findings);
    std::string bytes = encode_within(cut, size_max).bytes;
    ASSERT(bytes.size() <= size_max, "the shares add up to less than the whole");
    return bytes;
}

scan::ScanReport read_report(ByteReader& in) {
    scan::ScanReport report;
    report.verdict = read_enum<scan::Verdict>(in, static_cast<std::size_t>(scan::Verdict::malware) + 1);
    report.readings = in.u32();
    report.facts = read_facts(in);
    report.rules = read_rules(in);
    report.banner = read_banner(in);
    report.engine_version = read_text(in, title_bytes);
    report.parse_us = in.u64();
    report.scan_us = in.u64();
    report.bytes_copied = in.u64();
    report.parts = read_list<scan::PartSummary>(in, limits::reply_bytes, read_part);
    std::size_t parts = report.parts.size();
    report.ambiguities = read_list<mail::Ambiguity>(
        in, limits::ambiguities, [](ByteReader& one, std::uint32_t) { return read_ambiguity(one); });
    report.findings = read_list<scan::Finding>(
        in, limits::findings, [parts](ByteReader& one, std::uint32_t) { return read_finding(one, parts); });
    report.limits_hit = read_list<scan::LimitHit>(
        in, hits_max, [parts](ByteReader& one, std::uint32_t) { return read_limit_hit(one, parts); });
    report.facts.attachment_sha256 = read_list<std::string>(
        in, attachments_max, [](ByteReader& one, std::uint32_t) { return read_text(one, digest_bytes); });
    read_outcomes(in, report);
    report.urls = read_list<scan::FoundUrl>(
        in, limits::links, [parts](ByteReader& one, std::uint32_t) { return read_url(one, parts); });
    if (report.verdict < scan::decide_verdict(report.findings, report.limits_hit)) in.set_failed();
    return report;
}

}  // namespace tocsin::reader
