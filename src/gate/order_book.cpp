#include "gate/order_book.hpp"

#include <algorithm>

namespace tocsin::gate {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

/// `host` is `domain` or below it.
bool in_domain(std::string_view host, std::string_view domain) {
    if (domain.empty() || host.size() < domain.size()) return false;
    std::size_t before = host.size() - domain.size();
    return same(host.substr(before), domain) && (before == 0 || host[before - 1] == '.');
}

std::string_view domain_of(std::string_view address) {
    std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

/// Host of a URL that the reader gave in normal form.
std::string_view host_of(std::string_view url) {
    std::size_t begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    std::string_view authority = url.substr(begin + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    return authority.substr(0, authority.find(':'));
}

bool fits(const store::Order& order, const OrderSubject& subject) {
    const scan::ScanReport* report = subject.report;
    switch (order.subject_kind) {
        case store::SubjectKind::sender:
            return same(order.value, subject.mail_from) ||
                   (report != nullptr && same(order.value, report->facts.header_from));
        case store::SubjectKind::domain:
            return in_domain(domain_of(subject.mail_from), order.value) ||
                   (report != nullptr && in_domain(domain_of(report->facts.header_from), order.value));
        case store::SubjectKind::customer:
            return false;  // customers come with the gate's own table of senders
        case store::SubjectKind::recipient:
            return subject.recipients != nullptr &&
                   std::ranges::any_of(*subject.recipients,
                                       [&](const std::string& to) { return same(order.value, to); });
        case store::SubjectKind::client_ip: return order.value == subject.client_ip;
        case store::SubjectKind::link_domain:
            return report != nullptr && std::ranges::any_of(report->urls, [&](const scan::FoundUrl& url) {
                       return in_domain(host_of(url.url), order.value);
                   });
        case store::SubjectKind::content_sha256:
            return report != nullptr &&
                   std::ranges::any_of(report->facts.attachment_sha256,
                                       [&](const std::string& hash) { return same(order.value, hash); });
        case store::SubjectKind::subject: return report != nullptr && order.value == report->facts.subject;
    }
    return false;
}

}  // namespace

std::optional<store::Order> OrderBook::find(const OrderSubject& subject, TimePoint now) const {
    std::optional<store::Order> found;
    for (const store::Order& order : *orders_) {
        if (order.expires_at && *order.expires_at <= now) continue;
        if (!order.direction.empty() && order.direction != mail::to_string(subject.direction)) continue;
        if (!fits(order, subject)) continue;
        if (order.action == store::OrderAction::block) return order;
        if (!found) found = order;
    }
    return found;
}

}  // namespace tocsin::gate
