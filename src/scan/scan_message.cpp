#include "scan/scan_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "base/content_sketch.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/mbox.hpp"
#include "mail/part_roles.hpp"
#include "scan/delivery_outcomes.hpp"
#include "scan/file_names.hpp"
#include "scan/finding_text.hpp"
#include "scan/inspection.hpp"
#include "scan/message_facts.hpp"
#include "scan/page_fingerprint.hpp"
#include "scan/password_words.hpp"
#include "scan/raw_text.hpp"

namespace tocsin::scan {

namespace {

using SteadyClock = std::chrono::steady_clock;

std::uint64_t microseconds_since(SteadyClock::time_point start) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start).count());
}

/// A copy in which more than one byte of so many differs has a fingerprint of its own.
constexpr std::size_t least_alike = 16;

ScanBudget budget_for(const ScanOptions& options, SteadyClock::time_point start) {
    ScanBudget budget;
    budget.deadline = start + std::chrono::milliseconds(limits::engine_time_ms);
    if (options.deadline != SteadyClock::time_point{})
        budget.deadline = std::min(budget.deadline, options.deadline);
    return budget;
}

/// So little that the fingerprints are similar: with many words of somebody else's, or without many of its own, it is another
/// text.
bool differs_little(std::size_t body_bytes, ByteView copy, const std::vector<Difference>& differences) {
    std::size_t added = 0;
    for (const Difference& one : differences) added += one.end - one.begin;
    // What both have is the copy without what was added.
    const std::size_t removed = body_bytes - (copy.size() - added);
    return (added + removed) * least_alike <= copy.size();
}

/// One message on its way through the engines.
class MessageScan {
public:
    MessageScan(const Engines& engines, ByteView message, const ScanOptions& options,
                SteadyClock::time_point start)
        : engines_(engines), options_(options), budget_(budget_for(options, start)),
          tree_(mail::parse_mime(message)), digests_(tree_) {}

    ScanReport run(SteadyClock::time_point start) {
        report_.parse_us = microseconds_since(start);
        report_.engine_version = engines_.version();
        // Sloppy but honest encodings are decoded in several ways without a word: that is one reading to a person.
        report_.readings = tree_.ambiguous() ? static_cast<std::uint32_t>(tree_.readings.size()) : 1;
        report_.ambiguities = tree_.ambiguities;
        report_.bytes_copied = tree_.bytes_copied;
        for (const mail::MimeLimitHit& hit : tree_.limits_hit) note_parser_limit(report_, hit);
        report_.facts = message_facts(tree_, digests_);
        note_outcomes();
        list_parts();
        for (std::uint32_t i = 0; i < tree_.entities.size(); ++i)
            note_unseen_content(report_, tree_.entities[i], part_of_entity_[i]);
        recall_parts();
        note_fingerprint();
        scan_parts();
        scan_raw();
        scan_mailbox();
        report_.facts.long_registrable_domains = long_registrable_domains(report_);
        if (options_.examine) options_.examine(tree_, digests_, budget_.codes, report_);
        report_.bytes_copied += copied_;
        return std::move(report_);
    }

private:
    struct Leaf {
        std::uint32_t entity = 0;
        std::uint32_t part = 0;
        std::optional<RememberedPart> remembered;
        std::string differing;  ///< of a personalised copy, with surroundings
        std::string seen_as;
        std::optional<std::uint64_t> fingerprint;  ///< of the text that it is a copy of
    };

    void list_parts();
    std::uint32_t listed_ancestor(std::uint32_t entity) const;
    void recall_parts();
    [[nodiscard]] bool may_be_copy(const Leaf& leaf) const;
    [[nodiscard]] Hash256 name_of(const Leaf& leaf, const HashKey& key);
    void take_answer(Leaf& leaf, RememberedPart answer, const Hash256& name);
    void note_fingerprint();
    void note_outcomes();
    void replay(const Leaf& leaf);
    std::vector<std::string_view> find_passwords() const;
    void scan_parts();
    void scan_raw();
    void scan_mailbox();

    const Engines& engines_;
    const ScanOptions& options_;
    ScanBudget budget_;
    mail::MimeTree tree_;
    ContentDigests digests_;
    ScanReport report_;
    std::vector<Leaf> leaves_;
    std::vector<std::uint32_t> part_of_entity_;
    std::uint64_t copied_ = 0;
};

/// parts[0] is the message as received; then come the leaves of all readings, each distinct content once, and the attached
/// messages that hold others.
void MessageScan::list_parts() {
    report_.parts.push_back(
        {.origin = "page", .media_type = "message/rfc822", .file_type = "eml", .size = tree_.input.size()});
    part_of_entity_.assign(tree_.entities.size(), 0);
    // The same bytes under the same name and type are one part, however many readings hold them.
    const bool several = tree_.readings.size() > 1 || tree_.ambiguous();
    std::map<std::tuple<std::string, std::string, std::string_view>, std::uint32_t> known;
    for (std::uint32_t i = 0; i < tree_.entities.size(); ++i) {
        const mail::Entity& entity = tree_.entities[i];
        if (!entity.is_leaf() && entity.origin != mail::Origin::message) continue;
        if (entity.is_leaf() && entity.content.empty() && entity.file_names.empty()) continue;
        if (several && entity.is_leaf()) {
            std::string names;
            for (const std::string& name : entity.file_names) names += name + '\0';
            const auto [place, fresh] =
                known.try_emplace({entity.media_type(), names, as_text(entity.content)},
                                  static_cast<std::uint32_t>(report_.parts.size()));
            part_of_entity_[i] = place->second;
            if (!fresh) continue;
        }
        part_of_entity_[i] = static_cast<std::uint32_t>(report_.parts.size());
        report_.parts.push_back(
            {.parent = listed_ancestor(i),
             .depth = entity.depth,
             .origin = std::string(mail::to_string(entity.origin)),
             .media_type = printable(entity.media_type()),
             .file_name = entity.file_names.empty() ? "" : printable(entity.file_names.front()),
             .size = entity.content.size()});
        if (entity.is_leaf()) leaves_.push_back({.entity = i, .part = part_of_entity_[i]});
    }
}

std::uint32_t MessageScan::listed_ancestor(std::uint32_t entity) const {
    std::uint32_t at = tree_.entities[entity].parent;
    for (std::size_t steps = 0; at != mail::no_entity && steps <= limits::nesting_depth; ++steps) {
        if (part_of_entity_[at] != 0) return part_of_entity_[at];
        at = tree_.entities[at].parent;
    }
    return 0;
}

/// Asks the daemon, in one question, what it remembers about the larger parts.
void MessageScan::recall_parts() {
    if (options_.hash_key == nullptr) return;
    std::vector<Hash256> hashes;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < leaves_.size() && hashes.size() < limits::cache_query_parts; ++i) {
        const ByteView content = tree_.entities[leaves_[i].entity].content;
        if (content.size() < limits::cached_part_bytes_min) continue;
        hashes.push_back(name_of(leaves_[i], *options_.hash_key));
        asked.push_back(i);
    }
    if (!options_.lookup || hashes.empty()) return;
    std::vector<RememberedPart> answers = options_.lookup(hashes);
    if (answers.size() != asked.size()) return;  // not an answer to our question: scan everything
    for (std::size_t i = 0; i < asked.size(); ++i)
        take_answer(leaves_[asked[i]], std::move(answers[i]), hashes[i]);
}

/// Texts and pages that everybody reads alike, of a size worth comparing.
bool MessageScan::may_be_copy(const Leaf& leaf) const {
    const mail::Entity& entity = tree_.entities[leaf.entity];
    const bool text = entity.type == "text" && (entity.subtype == "plain" || entity.subtype == "html");
    return text && !tree_.ambiguous() && plain_charset(entity.charset) && entity.file_names.empty() &&
           entity.content.size() >= limits::campaign_body_bytes_min &&
           entity.content.size() <= limits::campaign_body_bytes_max;
}

/// What the daemon is asked by: the sketch of what may be a personalised copy, the content of everything else.
Hash256 MessageScan::name_of(const Leaf& leaf, const HashKey& key) {
    if (may_be_copy(leaf)) return keyed_hash(key, content_sketch(tree_.entities[leaf.entity].content));
    const Hash256 hash = keyed_hash(key, digests_.of(leaf.entity));
    report_.parts[leaf.part].hash = hash;
    return hash;
}

/// A personalised copy of something in which anything at all was found is scanned whole: what differs may make it worse.
void MessageScan::take_answer(Leaf& leaf, RememberedPart answer, const Hash256& name) {
    const ByteView content = tree_.entities[leaf.entity].content;
    if (!answer.known) {
        if (answer.wants_bytes && options_.export_part && content.size() <= limits::export_bytes)
            options_.export_part(name, content);
        return;
    }
    const CopyComparison comparison = answer.body ? answer.body->compare(content)
                                                  : CopyComparison{.kind = CopyKind::same, .differences = {}};
    const bool harmless = answer.findings.empty() && answer.limits_hit.empty() && answer.flags.empty();
    if (answer.body && comparison.kind != CopyKind::other &&
        differs_little(answer.body->size(), content, comparison.differences))
        leaf.fingerprint = answer.body->fingerprint();
    if (comparison.kind == CopyKind::same) {
        leaf.remembered = std::move(answer);
    } else if (comparison.kind == CopyKind::personalised && harmless && may_be_copy(leaf)) {
        leaf.differing = with_surroundings(content, comparison.differences);
        leaf.seen_as = answer.file_type;
        report_.parts[leaf.part].remembered = true;
        copied_ += leaf.differing.size();
    }
}

/// What the copies of a campaign have in common is told from the text that they are copies of, or else from the text itself.
void MessageScan::note_fingerprint() {
    const std::optional<std::uint32_t> read = text_that_is_read(tree_);
    if (!read) return;
    const mail::Entity& entity = tree_.entities[*read];
    report_.facts.is_page = mail::holds_page(entity);
    if (report_.facts.is_page) report_.facts.page_fingerprint = page_fingerprint(as_text(entity.content));
    const auto leaf = std::ranges::find(leaves_, *read, &Leaf::entity);
    report_.facts.text_fingerprint =
        leaf != leaves_.end() && leaf->fingerprint ? *leaf->fingerprint : fingerprint_of(entity);
}

void MessageScan::note_outcomes() {
    DeliveryOutcomes found = delivery_outcomes(tree_);
    report_.outcomes = std::move(found.outcomes);
    report_.outcomes_cut = found.cut;
}

/// Puts what is remembered about a part into this report, under this message's names.
void MessageScan::replay(const Leaf& leaf) {
    const RememberedPart& memory = *leaf.remembered;
    PartSummary& part = report_.parts[leaf.part];
    part.remembered = true;
    part.file_type = printable(memory.file_type);
    for (const PartFlag flag : memory.flags)
        if (flag < PartFlag::count_ && !depends_on_name(flag)) add_flag(part, flag);
    for (Finding finding : memory.findings) {
        finding.part = leaf.part;
        add_finding(report_, std::move(finding));
    }
    for (const LimitHit& hit : memory.limits_hit) add_limit(report_, hit.limit, leaf.part, hit.detail);
    for (FoundUrl url : memory.urls) {
        url.part = leaf.part;
        if (report_.urls.size() >= limits::links) {
            add_limit(report_, ScanLimit::links, leaf.part, fmt::format("more than {} links", limits::links));
            break;
        }
        report_.urls.push_back(std::move(url));
    }
}

void MessageScan::scan_parts() {
    const std::vector<std::string_view> passwords = find_passwords();
    for (const Leaf& leaf : leaves_) {
        const mail::Entity& entity = tree_.entities[leaf.entity];
        PartInput input;
        input.bytes = entity.content;
        const std::string declared = entity.type_declared ? entity.media_type() : std::string();
        input.declared_type = declared;
        input.file_names = entity.file_names;
        input.passwords = passwords;
        input.part = leaf.part;
        input.differing = as_bytes(leaf.differing);
        input.seen_as = leaf.seen_as;
        if (leaf.remembered) {
            replay(leaf);
            Inspection inspection(input, budget_, report_);
            inspect_names(inspection);
        } else {
            engines_.scan_part(input, budget_, report_);
        }
    }
}

/// Words of the message's texts, if anything in it may be locked at all.
std::vector<std::string_view> MessageScan::find_passwords() const {
    std::vector<std::string_view> words;
    const auto type_of = [this](const Leaf& leaf) -> const std::string& {
        return tree_.entities[leaf.entity].type;
    };
    if (std::ranges::all_of(
            leaves_, [&](const Leaf& leaf) { return type_of(leaf) == "text" || type_of(leaf) == "image"; }))
        return words;
    for (const Leaf& leaf : leaves_) {
        if (type_of(leaf) != "text" || words.size() >= password_words_max) continue;
        const std::vector<std::string_view> more =
            password_words(as_text(tree_.entities[leaf.entity].content));
        words.insert(words.end(), more.begin(), more.end());
    }
    words.resize(std::min(words.size(), password_words_max));
    return words;
}

/// The message as it came: headers, bodies that no reading decodes, what lies between parts. Long encoded bodies were scanned
/// decoded and are cut out.
void MessageScan::scan_raw() {
    std::vector<std::uint32_t> compared;
    for (const Leaf& leaf : leaves_)
        if (!leaf.differing.empty()) compared.push_back(leaf.entity);
    std::vector<ByteView> spans = bytes_beside_long_bodies(tree_, compared);
    for (const Leaf& leaf : leaves_)
        if (!leaf.differing.empty()) spans.push_back(as_bytes(leaf.differing));
    if (const std::string_view first = beginning_of_mail(tree_.input); !first.empty())
        spans.insert(spans.begin(), as_bytes(first));
    if (spans.size() == 1) {
        engines_.scan_raw(spans[0], 0, budget_, report_);
        return;
    }
    const std::string joined = join(spans);
    copied_ += joined.size();
    engines_.scan_raw(as_bytes(joined), 0, budget_, report_);
}

/// What came as one message and is a mailbox: its further messages. Mail from the network never begins with a "From " line, but a
/// file handed over by another program may.
void MessageScan::scan_mailbox() {
    const std::vector<ByteView> messages = mail::split_mbox(tree_.input, limits::container_members + 1);
    for (std::size_t i = 1; i < messages.size(); ++i) {
        if (i == limits::container_members) {
            add_limit(report_, ScanLimit::container_members, 0,
                      fmt::format("more than {} messages", limits::container_members));
            return;
        }
        PartInput input;
        input.bytes = messages[i];
        input.declared_type = "message/rfc822";
        input.part = static_cast<std::uint32_t>(report_.parts.size());
        report_.parts.push_back({.parent = 0,
                                 .depth = 1,
                                 .origin = "member",
                                 .media_type = "message/rfc822",
                                 .file_name = fmt::format("message {}", i + 1),
                                 .size = messages[i].size()});
        engines_.scan_part(input, budget_, report_);
    }
}

}  // namespace

ScanReport scan_message(const Engines& engines, ByteView message, const ScanOptions& options) {
    const SteadyClock::time_point start = SteadyClock::now();
    if (message.size() > limits::message_bytes) {
        ScanReport report;
        report.engine_version = engines.version();
        add_limit(report, ScanLimit::message_bytes, whole_message,
                  fmt::format("more than {} bytes", limits::message_bytes));
        report.verdict = decide_verdict(report.findings, report.limits_hit);
        return report;
    }
    ScanReport report = MessageScan(engines, message, options, start).run(start);
    name_attachments(report);
    report.verdict = decide_verdict(report.findings, report.limits_hit);
    report.scan_us = microseconds_since(start) - report.parse_us;
    return report;
}

ScanReport scan_file(const Engines& engines, ByteView file, std::string_view file_name,
                     const ScanOptions& options) {
    const SteadyClock::time_point start = SteadyClock::now();
    ScanReport report;
    report.engine_version = engines.version();
    if (file.size() > limits::message_bytes) {
        add_limit(report, ScanLimit::message_bytes, whole_message,
                  fmt::format("more than {} bytes", limits::message_bytes));
    } else {
        ScanBudget budget = budget_for(options, start);
        report.parts.push_back({.origin = "file", .file_name = printable(file_name), .size = file.size()});
        if (options.hash_key != nullptr && file.size() >= limits::cached_part_bytes_min)
            report.parts[0].hash = keyed_hash(*options.hash_key, file);
        PartInput input;
        input.bytes = file;
        if (!file_name.empty()) input.file_names.emplace_back(file_name);
        engines.scan_part(input, budget, report);
    }
    report.verdict = decide_verdict(report.findings, report.limits_hit);
    report.scan_us = microseconds_since(start);
    return report;
}

}  // namespace tocsin::scan
