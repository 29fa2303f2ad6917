#include "gate/order_book.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "base/similarity.hpp"
#include "gate/address_match.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::gate {

namespace {

/// The subject of an order lookup, with what many orders need of it worked out once: a message may have thousands of links, and
/// there may be a hundred thousand orders.
struct Looked {
    const OrderSubject& subject;
    std::optional<IpAddress> client;
    std::string login;                 ///< ascii_lower()
    std::vector<std::string> senders;  ///< of the envelope and in From, plain_address(), ascii_lower()
    std::string subject_line;          ///< fold_case()
    std::unordered_set<std::string>
        link_domains;                    ///< hosts of links and the domains above them, ascii_lower()
    std::vector<std::string> link_keys;  ///< store::link_key(), sorted
    std::unordered_set<std::string> attachment_hashes;  ///< ascii_lower()
};

/// `www.a.example`, `a.example`, `example`. What is longer than a domain name can be named by no order.
void add_with_parents(std::string_view host, std::unordered_set<std::string>& domains) {
    const std::string lower = ascii_lower(host);
    std::string_view rest = lower;
    while (!rest.empty()) {
        // A domain that is there already has its parents there.
        if (rest.size() <= limits::domain_name_bytes && !domains.emplace(rest).second) return;
        const std::size_t dot = rest.find('.');
        rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    }
}

/// Both in lower case; `value` may be "@domain" for every address of that domain.
bool is_address(std::string_view value, std::string_view address) {
    if (value.starts_with('@')) return value.size() > 1 && domain_of(address) == value.substr(1);
    return value == address;
}

std::vector<std::string> senders_of(const OrderSubject& subject) {
    std::vector<std::string> senders;
    const auto add = [&](std::string_view address) {
        if (address.empty()) return;
        for (const std::string& reading : readings_of(address)) senders.push_back(ascii_lower(reading));
    };
    add(subject.mail_from);
    if (subject.report == nullptr) return senders;
    add(subject.report->facts.header_from);
    for (const std::string& address : subject.report->facts.further_from) add(address);
    return senders;
}

/// In a sorted list everything that begins with `beginning` follows it at once.
bool some_begins_with(const std::vector<std::string>& sorted, std::string_view beginning) {
    const auto first = std::ranges::lower_bound(sorted, beginning);
    return first != sorted.end() && first->starts_with(beginning);
}

bool fits(const OrderInForce& in_force, const Looked& looked) {
    const store::Order& order = in_force.order;
    const OrderSubject& subject = looked.subject;
    const scan::ScanReport* report = subject.report;
    switch (order.subject_kind) {
        case store::SubjectKind::sender:
            return std::ranges::any_of(looked.senders, [&](const std::string& sender) {
                return is_address(in_force.lower_value, sender);
            });
        case store::SubjectKind::domain:
            return std::ranges::any_of(looked.senders, [&](const std::string& sender) {
                return in_domain(domain_of(sender), order.value);
            });
        case store::SubjectKind::customer:
            return !subject.customer.empty() && order.value == subject.customer;
        case store::SubjectKind::login:
            return !looked.login.empty() && in_force.lower_value == looked.login;
        case store::SubjectKind::recipient: return false;  // found by their value
        case store::SubjectKind::client_ip:
            return in_force.network && looked.client && in_force.network->contains(*looked.client);
        case store::SubjectKind::link_domain: return looked.link_domains.contains(in_force.lower_value);
        case store::SubjectKind::content_sha256:
            return looked.attachment_hashes.contains(in_force.lower_value);
        case store::SubjectKind::subject:
            return report != nullptr && !in_force.subject_part.empty() &&
                   looked.subject_line.find(in_force.subject_part) != std::string::npos;
        case store::SubjectKind::url: return some_begins_with(looked.link_keys, order.value);
        case store::SubjectKind::similar:
            return report != nullptr && similar(in_force.fingerprint, report->facts.text_fingerprint);
    }
    return false;
}

bool is_in_force(const store::Order& order, mail::Direction direction, TimePoint now) {
    const bool over = order.expires_at && *order.expires_at <= now;
    return !over && (order.direction.empty() || order.direction == mail::to_string(direction));
}

}  // namespace

void OrderBook::replace(std::vector<store::Order> orders) {
    auto in_force = std::make_shared<Orders>();
    in_force->all.reserve(orders.size());
    for (store::Order& order : orders) {
        OrderInForce entry;
        const bool names_address = order.subject_kind == store::SubjectKind::sender ||
                                   order.subject_kind == store::SubjectKind::recipient;
        entry.lower_value = ascii_lower(names_address ? plain_address(order.value) : order.value);
        if (order.subject_kind == store::SubjectKind::client_ip)
            entry.network = IpNetwork::parse(order.value);
        if (order.subject_kind == store::SubjectKind::subject) entry.subject_part = fold_case(order.value);
        if (order.subject_kind == store::SubjectKind::similar)
            entry.fingerprint = store::fingerprint_from(order.value).value_or(0);
        if (order.subject_kind == store::SubjectKind::link_domain) in_force->about_link_domains = true;
        if (order.subject_kind == store::SubjectKind::url) in_force->about_urls = true;
        if (order.subject_kind == store::SubjectKind::recipient)
            in_force->by_recipient[entry.lower_value].push_back(in_force->all.size());
        entry.order = std::move(order);
        in_force->all.push_back(std::move(entry));
    }
    std::erase_if(paced_, [&](const auto& let_go) {
        return std::ranges::none_of(in_force->all, [&](const OrderInForce& one) {
            return one.order.action == store::OrderAction::pace && one.order.id == let_go.first;
        });
    });
    orders_ = std::move(in_force);
}

bool OrderBook::take_from_pace(const store::Order& order, std::size_t recipients, TimePoint now) {
    LetGo& let_go = paced_.try_emplace(order.id, LetGo{now, 0}).first->second;
    const std::int64_t age_us = now.microseconds - let_go.since.microseconds;
    // A clock that was set back begins anew, too.
    if (age_us < 0 || age_us >= limits::order_pace_window_us) let_go = {now, 0};
    if (let_go.recipients + recipients > limits::order_pace_recipients) return false;
    let_go.recipients += recipients;
    return true;
}

bool OrderBook::looks_at_recipients() const {
    return !orders_->by_recipient.empty();
}

void OrderBook::Orders::add_recipient_hits(std::string_view recipient,
                                           std::vector<std::size_t>& places) const {
    for (const std::string& reading : readings_of(recipient)) {
        const std::string address = ascii_lower(reading);
        const std::string_view domain = domain_of(address);
        const std::string everybody = domain.empty() ? std::string() : "@" + std::string(domain);
        for (const std::string* value : {&address, &everybody})
            if (const auto found = by_recipient.find(*value); found != by_recipient.end())
                places.insert(places.end(), found->second.begin(), found->second.end());
    }
}

std::optional<store::Order> OrderBook::Orders::strictest(std::vector<std::size_t>& places,
                                                         mail::Direction direction, TimePoint now) const {
    std::ranges::sort(places);
    const store::Order* found = nullptr;
    for (const std::size_t place : places) {
        const store::Order& order = all[place].order;
        if (!is_in_force(order, direction, now)) continue;
        if (order.action == store::OrderAction::block) return order;
        if (found == nullptr || order.action < found->action) found = &order;
    }
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

std::optional<store::Order> OrderBook::find_for_recipient(mail::Direction direction,
                                                          std::string_view recipient, TimePoint now) const {
    std::vector<std::size_t> places;
    orders_->add_recipient_hits(recipient, places);
    return orders_->strictest(places, direction, now);
}

std::optional<store::Order> OrderBook::find(const OrderSubject& subject, TimePoint now) const {
    Looked looked{subject, parse_ip_address(subject.client_ip), ascii_lower(subject.login), senders_of(subject), {}, {}, {}, {}};
    if (subject.report != nullptr) {
        looked.subject_line = fold_case(subject.report->facts.subject);
        for (const scan::FoundUrl& url : subject.report->urls) {
            if (orders_->about_link_domains) add_with_parents(scan::host_of(url.url), looked.link_domains);
            if (orders_->about_urls) looked.link_keys.push_back(store::link_key(url.url));
        }
        std::ranges::sort(looked.link_keys);
        for (const std::string& hash : subject.report->facts.attachment_sha256)
            looked.attachment_hashes.insert(ascii_lower(hash));
    }
    std::vector<std::size_t> hits;
    for (std::size_t place = 0; place < orders_->all.size(); ++place)
        if (fits(orders_->all[place], looked)) hits.push_back(place);
    return orders_->strictest(hits, subject.direction, now);
}

}  // namespace tocsin::gate
