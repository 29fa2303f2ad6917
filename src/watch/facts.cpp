#include "watch/facts.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

HashedText hashed(std::string text, const ValueHash& hash) {
    const std::uint64_t name = hash(text);
    return {std::move(text), name};
}

}  // namespace

std::string domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string() : ascii_lower(address.substr(at + 1));
}

bool is_official(std::string_view address) {
    constexpr std::array<std::string_view, 14> roles = {
        "abuse",   "admin",     "administrator", "hostmaster", "legal", "noc",     "postmaster",
        "privacy", "registrar", "root",          "security",   "soc",   "support", "webmaster"};
    constexpr std::array<std::string_view, 14> governments = {
        "gov",   "mil",     "int",      "gob",       "gouv",  "govt",  "gv.at",
        "go.jp", "bund.de", "admin.ch", "europa.eu", "gc.ca", "go.kr", "gub.uy"};
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return false;
    if (contains(roles, std::string_view(ascii_lower(address.substr(0, at))))) return true;
    const std::string domain = "." + ascii_lower(address.substr(at + 1)) + ".";
    return std::ranges::any_of(governments, [&](std::string_view name) {
        // At its end (agency.gov), or before a country (council.gov.uk).
        const std::size_t begin = domain.rfind("." + std::string(name) + ".");
        if (begin == std::string::npos) return false;
        const std::string_view rest = std::string_view(domain).substr(begin + name.size() + 2);
        return rest.empty() || (rest.size() == 3 && name.find('.') == std::string_view::npos);
    });
}

std::string_view registrable_domain(std::string_view host, const std::vector<std::string>& known) {
    if (host.empty() || host.front() == '[' || (host.back() >= '0' && host.back() <= '9')) return host;
    std::string_view longest;
    for (const std::string& domain : known) {
        const bool below = host.ends_with(domain) && host.size() > domain.size() &&
                           host[host.size() - domain.size() - 1] == '.';
        if ((below || host == domain) && domain.size() > longest.size()) longest = domain;
    }
    if (!longest.empty()) return host.substr(host.size() - longest.size());
    const std::size_t last = host.rfind('.');
    if (last == std::string_view::npos || last == 0) return host;
    const std::size_t before = host.rfind('.', last - 1);
    return before == std::string_view::npos ? host : host.substr(before + 1);
}

std::string network_of(std::string_view ip) {
    const std::optional<IpAddress> address = parse_ip_address(ip);
    if (!address) return {};
    const IpAddress& bytes = *address;
    const bool mapped =
        std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) &&
        bytes[10] == 0xFF && bytes[11] == 0xFF;
    if (mapped) return fmt::format("{}.{}.{}.0/24", bytes[12], bytes[13], bytes[14]);
    return fmt::format("{:x}:{:x}:{:x}::/48", bytes[0] << 8U | bytes[1], bytes[2] << 8U | bytes[3],
                       bytes[4] << 8U | bytes[5]);
}

MessageFacts facts_of(const MessageEvent& event, const ValueHash& hash) {
    MessageFacts facts;
    facts.from = hashed(ascii_lower(event.header_from), hash);
    facts.from_domain = hashed(domain_of(event.header_from), hash);
    facts.from_name = hashed(fold_case(event.header_from_name), hash);
    facts.mail_from_domain = hashed(domain_of(event.mail_from), hash);
    facts.reply_to = hashed(ascii_lower(event.reply_to), hash);
    facts.reply_domain = hashed(domain_of(event.reply_to), hash);
    facts.network = hashed(network_of(event.client_ip), hash);
    facts.network_owner = hashed(event.network_owner, hash);
    facts.country = hashed(event.country, hash);
    facts.credential = hashed(event.credential, hash);
    facts.language = hashed(event.language, hash);
    facts.subject = hash(event.subject);
    facts.hosts.reserve(event.links.size());
    for (const LinkHost& link : event.links) facts.hosts.push_back(hash(link.host));
    std::ranges::sort(facts.hosts);
    const auto doubles = std::ranges::unique(facts.hosts);
    facts.hosts.erase(doubles.begin(), doubles.end());
    return facts;
}

std::vector<LinkPlace> link_places(const MessageEvent& event, const WatchRules& rules,
                                   const ValueHash& hash) {
    std::vector<LinkPlace> places;
    for (const LinkHost& link : event.links) {
        if (places.size() >= limits::watch_links) break;
        const std::string_view domain = registrable_domain(link.host, event.registrable_domains);
        const bool shared = rules.shared_place(domain) || rules.shared_place(link.host);
        std::string place(shared ? std::string_view(link.host) : domain);
        const auto at =
            std::ranges::find(places, place, [](const LinkPlace& known) { return known.place.text; });
        if (at != places.end()) {
            at->count += link.count;
            continue;
        }
        places.push_back({.place = hashed(std::move(place), hash), .count = link.count, .shared = shared});
    }
    std::uint64_t links = 0;
    for (const LinkPlace& place : places) links += place.count;
    for (LinkPlace& place : places) place.share = share_level(place.count, links);
    return places;
}

}  // namespace tocsin::watch
