// What the journal wants to know of a message, and how the parser's limits read in a scan report.
#pragma once

#include <optional>
#include <vector>

#include "base/hash.hpp"
#include "mail/mime.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

/// Text of one header that is kept; longer ones are cut. RFC 5322 allows 998 characters a line, nobody reads more.
inline constexpr std::size_t fact_bytes_max = 998;
/// Attachments whose SHA-256 is kept.
inline constexpr std::size_t attachments_named_max = 64;

/// The SHA-256 of the contents of a tree's entities, each computed at most once. The tree must outlive it.
class ContentDigests {
public:
    explicit ContentDigests(const mail::MimeTree& tree) : tree_(tree), known_(tree.entities.size()) {}
    [[nodiscard]] const Hash256& of(std::uint32_t entity);

private:
    const mail::MimeTree& tree_;
    std::vector<std::optional<Hash256>> known_;
};

/// From, Subject, Message-ID and the SHA-256 of attachments, in the reading that most clients take. Without the fingerprint.
[[nodiscard]] MessageFacts message_facts(const mail::MimeTree& tree, ContentDigests& digests);

/// The entity of the text that a person reads: the first page, or else the first plain text, that is no attachment.
[[nodiscard]] std::optional<std::uint32_t> text_that_is_read(const mail::MimeTree& tree);
/// text_fingerprint() of such an entity.
[[nodiscard]] std::uint64_t fingerprint_of(const mail::Entity& entity);

/// MessageFacts::long_registrable_domains of the links found so far.
[[nodiscard]] std::vector<std::string> long_registrable_domains(const ScanReport& report);

/// Notes a limit of the parser under the name that reports use.
void note_parser_limit(ScanReport& report, const mail::MimeLimitHit& hit);

/// Finds a message whose content nobody saw: a piece of one (RFC 2046 section 5.2.2), or one whose body lies elsewhere
/// (section 5.2.3). Any other entity is nothing to it.
void note_unseen_content(ScanReport& report, const mail::Entity& entity, std::uint32_t part);

}  // namespace tocsin::scan
