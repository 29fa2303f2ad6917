// Names of the lists in the open feed, and of our own (brand_domains, customer_domains, file_share_hosts, lookalike_allowed), and
// where each comes from.
#include <algorithm>
#include <array>

#include "rules/lists.hpp"

namespace tocsin::rules {
namespace {

constexpr auto known = std::to_array<KnownList>({
    {"abuse_ch_malwarebazaar_sha256_trusted_reporters", ListKind::threat_feed, ListItems::texts},
    {"abuse_ch_urlhaus_domains_trusted_reporters", ListKind::threat_feed, ListItems::texts},
    {"alexa_1m", ListKind::fixed, ListItems::texts},
    {"brand_domains", ListKind::fixed, ListItems::texts},
    {"bulk_mailer_url_root_domains", ListKind::fixed, ListItems::texts},
    {"customer_domains", ListKind::organisation, ListItems::texts},
    {"disposable_email_providers", ListKind::fixed, ListItems::texts},
    {"file_extensions_common_archives", ListKind::fixed, ListItems::texts},
    {"file_extensions_executables", ListKind::fixed, ListItems::texts},
    {"file_extensions_macros", ListKind::fixed, ListItems::texts},
    {"file_share_hosts", ListKind::fixed, ListItems::texts},
    {"file_types_images", ListKind::fixed, ListItems::texts},
    {"free_email_providers", ListKind::fixed, ListItems::texts},
    {"free_file_hosts", ListKind::fixed, ListItems::texts},
    {"free_subdomain_hosts", ListKind::fixed, ListItems::texts},
    {"high_trust_sender_root_domains", ListKind::fixed, ListItems::texts},
    {"lookalike_allowed", ListKind::organisation, ListItems::texts},
    {"org_display_names", ListKind::organisation, ListItems::texts},
    {"org_domains", ListKind::organisation, ListItems::texts},
    {"org_slds", ListKind::organisation, ListItems::texts},
    {"org_vips", ListKind::organisation, ListItems::people},
    {"recipient_domains", ListKind::history, ListItems::texts},
    {"recipient_emails", ListKind::history, ListItems::texts},
    {"replyto_service_domains", ListKind::fixed, ListItems::texts},
    {"self_service_creation_platform_domains", ListKind::fixed, ListItems::texts},
    {"sender_domains", ListKind::history, ListItems::texts},
    {"sender_emails", ListKind::history, ListItems::texts},
    {"social_landing_hosts", ListKind::fixed, ListItems::texts},
    {"suspicious_subjects", ListKind::fixed, ListItems::texts},
    {"suspicious_tlds", ListKind::fixed, ListItems::texts},
    {"tenant_domains", ListKind::organisation, ListItems::texts},
    {"tranco_10k", ListKind::fixed, ListItems::texts},
    {"tranco_1m", ListKind::fixed, ListItems::texts},
    {"tranco_50k", ListKind::fixed, ListItems::texts},
    {"umbrella_1m", ListKind::fixed, ListItems::texts},
    {"url_shorteners", ListKind::fixed, ListItems::texts},
});
static_assert(std::ranges::is_sorted(known, {}, &KnownList::name));

}  // namespace

std::span<const KnownList> known_lists() {
    return known;
}

const KnownList* find_known_list(std::string_view name) {
    const auto found = std::ranges::lower_bound(known, name, {}, &KnownList::name);
    return found != known.end() && found->name == name ? &*found : nullptr;
}

}  // namespace tocsin::rules
