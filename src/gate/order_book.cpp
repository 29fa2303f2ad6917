#include "gate/order_book.hpp"

#include <algorithm>

#include "base/fold_case.hpp"

namespace tocsin::gate {

namespace {

bool same(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
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

/// `value` is an address, or "@domain" for every address of that domain.
bool fits_address(std::string_view value, std::string_view address) {
    if (value.starts_with('@')) return value.size() > 1 && same(value.substr(1), domain_of(address));
    return same(value, address);
}

/// The subject of an order lookup, with what several orders need of it worked out once.
struct Looked {
    const OrderSubject& subject;
    std::optional<IpAddress> client;
    std::string subject_line;  ///< fold_case()
};

bool fits(const OrderInForce& in_force, const Looked& looked) {
    const store::Order& order = in_force.order;
    const OrderSubject& subject = looked.subject;
    const scan::ScanReport* report = subject.report;
    switch (order.subject_kind) {
        case store::SubjectKind::sender:
            return fits_address(order.value, subject.mail_from) ||
                   (report != nullptr && fits_address(order.value, report->facts.header_from));
        case store::SubjectKind::domain:
            return in_domain(domain_of(subject.mail_from), order.value) ||
                   (report != nullptr && in_domain(domain_of(report->facts.header_from), order.value));
        case store::SubjectKind::customer:
            return false;  // customers come with the gate's own table of senders; none can be stored until then
        case store::SubjectKind::recipient:
            return subject.recipients != nullptr &&
                   std::ranges::any_of(*subject.recipients,
                                       [&](const std::string& to) { return fits_address(order.value, to); });
        case store::SubjectKind::client_ip:
            return in_force.network && looked.client && in_force.network->contains(*looked.client);
        case store::SubjectKind::link_domain:
            return report != nullptr && std::ranges::any_of(report->urls, [&](const scan::FoundUrl& url) {
                       return in_domain(host_of(url.url), order.value);
                   });
        case store::SubjectKind::content_sha256:
            return report != nullptr &&
                   std::ranges::any_of(report->facts.attachment_sha256,
                                       [&](const std::string& hash) { return same(order.value, hash); });
        case store::SubjectKind::subject:
            return report != nullptr && !in_force.subject_part.empty() &&
                   looked.subject_line.find(in_force.subject_part) != std::string::npos;
    }
    return false;
}

}  // namespace

void OrderBook::replace(std::vector<store::Order> orders) {
    std::vector<OrderInForce> in_force;
    in_force.reserve(orders.size());
    for (store::Order& order : orders) {
        OrderInForce entry;
        if (order.subject_kind == store::SubjectKind::client_ip)
            entry.network = IpNetwork::parse(order.value);
        if (order.subject_kind == store::SubjectKind::subject) entry.subject_part = fold_case(order.value);
        entry.order = std::move(order);
        in_force.push_back(std::move(entry));
    }
    orders_ = std::make_shared<const std::vector<OrderInForce>>(std::move(in_force));
}

std::optional<store::Order> OrderBook::find(const OrderSubject& subject, TimePoint now) const {
    Looked looked{subject, parse_ip_address(subject.client_ip),
                  subject.report != nullptr ? fold_case(subject.report->facts.subject) : std::string()};
    std::optional<store::Order> found;
    for (const OrderInForce& in_force : *orders_) {
        const store::Order& order = in_force.order;
        if (order.expires_at && *order.expires_at <= now) continue;
        if (!order.direction.empty() && order.direction != mail::to_string(subject.direction)) continue;
        if (!fits(in_force, looked)) continue;
        if (order.action == store::OrderAction::block) return order;
        if (!found) found = order;
    }
    return found;
}

}  // namespace tocsin::gate
