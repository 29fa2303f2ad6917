#include "mail/links.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/link_rewriters.hpp"

namespace tocsin::mail {
namespace {

/// References that lead nowhere outside the mail.
bool leads_nowhere(const Url& url) {
    constexpr std::string_view inner[] = {"cid", "mid", "about", "x-apple-data-detectors", "blob"};
    if (std::ranges::find(inner, url.scheme) != std::end(inner)) return true;
    const bool needs_host = url.scheme == "http" || url.scheme == "https" || url.scheme == "ftp";
    return needs_host && url.domain.domain.empty();
}

/// Registrable domains differ; nothing when one side has none (an address as the host counts as its own
/// domain). A gateway rewrites text and target alike: what it had been is compared.
std::optional<bool> differs(Url shown, const Url& target, DomainNames& domain_names) {
    unravel(shown, domain_names);
    const auto root = [](const Url& url) -> const std::string& {
        return url.domain.root_domain.empty() && url.ip ? url.ip->ip : url.domain.root_domain;
    };
    if (root(shown).empty() || root(target).empty()) return std::nullopt;
    return root(shown) != root(target);
}

}  // namespace

bool LinkCollector::full() const {
    return links_.size() >= limits::links;
}

void LinkCollector::add(Link link, std::size_t offset) {
    if (full()) return;
    std::string key = link.href_url.url;
    key += '\n';
    if (link.display_text) key += *link.display_text;
    if (link.display_url) key.append("\n").append(link.display_url->url);
    key += static_cast<char>('0' + static_cast<int>(link.parser));
    if (!seen_.insert(std::move(key)).second) return;
    links_.push_back(std::move(link));
    offsets_.push_back(offset);
}

void LinkCollector::add_html_link(const HtmlLink& found, const std::optional<Url>& base,
                                  std::uint32_t entity) {
    std::optional<Url> target = resolve_url(found.target, base, tools_.domain_names);
    if (!target || leads_nowhere(*target)) return;
    unravel(*target, tools_.domain_names);
    Link link;
    link.parser = found.parser;
    link.visible = found.visible;
    link.entity = entity;
    if (!found.text.empty()) {
        link.display_url = parse_typed_url(found.text, tools_.domain_names);
        if (!link.display_url) link.display_text = found.text;
        if (link.display_url) link.mismatched = differs(*link.display_url, *target, tools_.domain_names);
    }
    targets_.insert(target->url);
    link.href_url = std::move(*target);
    add(std::move(link), found.text_offset);
}

/// The same URL again and again is one link, and could still push another one out: then that is told.
std::vector<FoundInText> LinkCollector::urls_in(std::string_view text) {
    std::vector<FoundInText> found = find_urls(text, limits::links);
    cut_ = cut_ || found.size() >= limits::links;
    return found;
}

void LinkCollector::add_found(const FoundInText& found, std::uint32_t entity) {
    cut_ = cut_ || found.cut;
    std::optional<Url> url = parse_url(found.url, tools_.domain_names);
    if (!url || leads_nowhere(*url)) return;
    Link link;
    link.parser = LinkParser::plain;
    link.visible = true;
    link.display_url = *url;
    unravel(*url, tools_.domain_names);
    if (targets_.contains(url->url)) return;
    link.mismatched = differs(*url, *url, tools_.domain_names);
    link.href_url = std::move(*url);
    link.entity = entity;
    add(std::move(link), found.offset);
}

void LinkCollector::add_html(const HtmlReading& html, std::uint32_t entity) {
    std::optional<Url> base;
    if (!html.base_href.empty()) base = parse_url(html.base_href, tools_.domain_names);
    std::vector<std::pair<std::size_t, std::size_t>> anchors;  // where link texts stand
    for (const HtmlLink& found : html.links) {
        add_html_link(found, base, entity);
        if (!found.text.empty())
            anchors.emplace_back(found.text_offset, found.text_offset + found.text.size());
    }
    std::ranges::sort(anchors);
    std::size_t next = 0;
    for (const FoundInText& found : urls_in(html.facts.display_text)) {
        while (next < anchors.size() && anchors[next].second <= found.offset) ++next;
        if (next < anchors.size() && anchors[next].first <= found.offset) continue;
        add_found(found, entity);
    }
}

void LinkCollector::add_plain(std::string_view text, std::uint32_t entity) {
    for (const FoundInText& found : urls_in(text)) add_found(found, entity);
}

}  // namespace tocsin::mail
