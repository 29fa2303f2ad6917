#include "scan/message_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "mail/part_roles.hpp"
#include "mail/psl.hpp"
#include "scan/inspection.hpp"
#include "scan/reserved_names.hpp"
#include "scan/sending_facts.hpp"
#include "scan/text_fingerprint.hpp"

namespace tocsin::scan {

namespace {

bool is_attachment(const mail::Entity& entity) {
    return entity.is_leaf() && !entity.content.empty() &&
           (entity.disposition == "attachment" || !entity.file_names.empty());
}

/// A field ends where the next one begins; what stands between value and line end (CR, LF, white space) belongs to it.
void note_reserved_fields(const mail::MimeTree& tree, MessageFacts& facts) {
    const std::string_view text = as_text(tree.input);
    for (const mail::HeaderField& field : tree.root().fields) {
        if (!is_reserved_field(field.name)) continue;
        const std::size_t begin = static_cast<std::size_t>(field.name.data() - text.data());
        std::size_t end =
            static_cast<std::size_t>(field.raw_value.data() - text.data()) + field.raw_value.size();
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
        facts.reserved_fields.push_back({begin, end - begin});
        if (facts.reserved_fields.size() >= limits::reserved_fields) return;
    }
}

void note_from(MessageFacts& facts, const mail::Mailbox& mailbox) {
    const std::string address = printable(mailbox.email.email, fact_bytes_max);
    if (facts.header_from.empty()) {
        facts.header_from = address;
        facts.header_from_name = printable(mailbox.display_name, fact_bytes_max);
    } else if (facts.further_from.size() < limits::further_from) {
        facts.further_from.push_back(address);
    }
}

}  // namespace

const Hash256& ContentDigests::of(std::uint32_t entity) {
    std::optional<Hash256>& digest = known_[entity];
    if (!digest) digest = sha256(tree_.entities[entity].content);
    return *digest;
}

MessageFacts message_facts(const mail::MimeTree& tree, ContentDigests& digests) {
    MessageFacts facts;
    if (tree.slots.empty() || tree.entities.empty()) return facts;
    const std::vector<mail::HeaderField>& fields = tree.root().fields;
    mail::CharsetConverters converters;
    mail::DomainNames domain_names;
    for (const mail::HeaderField& field : fields) {
        if (!mail::equals_ignoring_case(field.name, "From")) continue;
        for (const mail::Mailbox& mailbox : mail::parse_mailboxes(field.raw_value, converters, domain_names))
            note_from(facts, mailbox);
    }
    if (const mail::HeaderField* reply_to = mail::find_field(fields, "Reply-To"))
        for (const mail::Mailbox& mailbox :
             mail::parse_mailboxes(reply_to->raw_value, converters, domain_names)) {
            facts.reply_to = printable(mailbox.email.email, fact_bytes_max);
            break;
        }
    if (const mail::HeaderField* subject = mail::find_field(fields, "Subject"))
        facts.subject = printable(mail::decode_header_text(subject->raw_value, converters), fact_bytes_max);
    if (const mail::HeaderField* id = mail::find_field(fields, "Message-ID"))
        facts.message_id = printable(mail::trim(mail::unfold(id->raw_value)), fact_bytes_max);

    note_reserved_fields(tree, facts);
    if (tree.readings.empty()) return facts;
    for (const std::uint32_t index : tree.readings.front().entities) {
        const mail::Entity& entity = tree.entities[index];
        if (!is_attachment(entity) || facts.attachment_sha256.size() >= attachments_named_max) continue;
        facts.attachment_sha256.push_back(to_hex(std::as_bytes(std::span(digests.of(index)))));
    }
    return facts;
}

std::optional<std::uint32_t> text_that_is_read(const mail::MimeTree& tree) {
    std::optional<std::uint32_t> plain, other_page;
    if (tree.readings.empty()) return plain;
    for (const std::uint32_t index : tree.readings.front().entities) {
        const mail::Entity& entity = tree.entities[index];
        if (!entity.is_leaf() || is_attachment(entity)) continue;
        if (entity.type == "text" && entity.subtype == "html") return index;
        if (mail::holds_page(entity) && !other_page) other_page = index;
        if (entity.type == "text" && !plain) plain = index;
    }
    return plain ? plain : other_page;
}

std::uint64_t fingerprint_of(const mail::Entity& entity) {
    return text_fingerprint(as_text(entity.content),
                            mail::holds_page(entity) ? TextKind::html : TextKind::plain);
}

std::vector<std::string> long_registrable_domains(const ScanReport& report) {
    std::vector<std::string> domains;
    const LinkHosts found = link_hosts(report);
    for (const HostCount& host : found.hosts) {
        const std::string domain(mail::registrable_domain(host.host));
        if (mail::public_suffix(domain).labels < 2 || domains.size() >= limits::long_registrable_domains)
            continue;
        if (std::ranges::find(domains, domain) == domains.end()) domains.push_back(domain);
    }
    return domains;
}

void note_parser_limit(ScanReport& report, const mail::MimeLimitHit& hit) {
    constexpr std::array<std::pair<std::string_view, ScanLimit>, 9> names = {{
        {"message_bytes", ScanLimit::message_bytes},
        {"parts", ScanLimit::parts},
        {"nesting_depth", ScanLimit::nesting_depth},
        {"alternatives", ScanLimit::alternatives},
        {"alternatives_per_place", ScanLimit::alternatives},
        {"decoded_bytes", ScanLimit::decoded_bytes},
        {"header_block_bytes", ScanLimit::header_block_bytes},
        {"header_fields", ScanLimit::header_block_bytes},
        {"html_bytes", ScanLimit::html_bytes},
    }};
    // A limit of the parser that has no name here still hid bytes.
    ScanLimit limit = ScanLimit::alternatives;
    for (const auto& [name, known] : names)
        if (name == hit.name) limit = known;
    add_limit(report, limit, 0, fmt::format("{} at byte {}", hit.name, hit.offset));
}

void note_unseen_content(ScanReport& report, const mail::Entity& entity, std::uint32_t part) {
    if (entity.type != "message") return;
    if (entity.subtype == "partial")
        add_finding(report,
                    {"tocsin", "message_piece", Severity::suspicious,
                     "This is a piece of a message: the rest was not seen, and mail programs put it together",
                     part});
    if (entity.subtype == "external-body")
        add_finding(report,
                    {"tocsin", "external_body", Severity::suspicious,
                     "The content lies elsewhere and is fetched when the message is opened: it was not seen",
                     part});
}

}  // namespace tocsin::scan
