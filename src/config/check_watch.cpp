// What the watch needs to ask a customer's contact.
#include <algorithm>
#include <string>

#include "base/fold_case.hpp"
#include "base/web_url.hpp"
#include "config/config.hpp"
#include "config/rows.hpp"

namespace tocsin::config {

namespace {

bool is_at_or_below(std::string_view domain, std::string_view above) {
    return domain == above || (domain.ends_with(above) && domain.size() > above.size() &&
                               domain[domain.size() - above.size() - 1] == '.');
}

bool sends_from(const Customer& customer, const std::string& domain) {
    for (const auto* domains : {&customer.envelope_domains, &customer.header_domains})
        for (const std::string& one : *domains)
            if (is_at_or_below(domain, one)) return true;
    const std::string at_domain = "@" + domain;
    return std::ranges::any_of(
        customer.logins, [&](const std::string& login) { return ascii_lower(login).ends_with(at_domain); });
}

void check_contact(const Customer& customer, const RowPlaces& row, Problems& problems) {
    const std::string& contact = *customer.contact;
    if (!is_plain_address(contact)) {
        problems.add(row.of("contact"), "customer.contact",
                     "customer \"" + customer.name + "\": the contact is no address that mail can be sent to",
                     "write one like anna@example.org, of letters, digits and . - _ + =");
        return;
    }
    const std::string domain = ascii_lower(contact.substr(contact.rfind('@') + 1));
    if (sends_from(customer, domain))
        problems.add(row.of("contact"), "customer.contact",
                     "customer \"" + customer.name + "\": the contact is at " + domain +
                         ", from which the customer sends: whoever stole the account could answer",
                     "write an address elsewhere, that was confirmed by another way");
}

}  // namespace

bool is_plain_address(std::string_view text) {
    const std::size_t at = text.rfind('@');
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view(".-_+=@").find(c) != std::string_view::npos;
    };
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@') == at &&
           std::ranges::all_of(text, plain);
}

std::optional<Address> question_hop(const Settings& settings) {
    for (const std::optional<Address>* hop :
         {&settings.watch.ask_through, &settings.release.outbound_next_hop, &settings.release.next_hop,
          &settings.daemon.outbound_next_hop, &settings.daemon.next_hop})
        if (*hop) return *hop;
    for (const bool outbound : {true, false})
        for (const Listener& listener : settings.listeners)
            if (listener.kind == ListenerKind::smtp && listener.next_hop &&
                (!outbound || listener.direction != DirectionRule::inbound))
                return listener.next_hop;
    return std::nullopt;
}

void check_watch(const Settings& settings, const Places& places, Problems& problems) {
    if (const auto rows = places.find("customer"); rows != places.end())
        for (std::size_t at = 0; at < settings.customers.size() && at < rows->second.size(); ++at)
            if (settings.customers[at].contact && !rows->second[at].flawed)
                check_contact(settings.customers[at], rows->second[at], problems);
    const auto rows = places.find("watch");
    if (rows == places.end() || rows->second.empty() || rows->second[0].flawed) return;
    const RowPlaces& row = rows->second[0];
    const WatchSettings& watch = settings.watch;
    const Result<WebUrl> url = parse_web_url(watch.answer_url.value_or(""));
    if (watch.answer_url && (!url || !is_private(*url)))
        problems.add(
            row.of("answer_url"), "watch.answer_url",
            "watch.answer_url does not begin with https://: a link that lets mail go must not travel in the "
            "clear",
            "write the address of a web server with TLS that passes on to the listener of kind answers");
    if (watch.answer_url && !watch.ask_from)
        problems.add(row.of("answer_url"), "watch.answer_url", "watch.answer_url without watch.ask_from",
                     "write the address from which contacts are asked");
    if (watch.ask_from && !is_plain_address(*watch.ask_from))
        problems.add(row.of("ask_from"), "watch.ask_from",
                     "watch.ask_from is no address that mail can be sent from",
                     "write one like security@example.net");
    if (watch.answer_url && !question_hop(settings))
        problems.add(row.of("answer_url"), "watch.answer_url",
                     "watch.answer_url, and no mail server is named that would take the questions",
                     "write ask_through = \"IP:PORT\"");
    const bool has_door = std::ranges::any_of(
        settings.listeners, [](const Listener& listener) { return listener.kind == ListenerKind::answers; });
    if (watch.answer_url && !has_door)
        problems.add(
            row.of("answer_url"), "watch.answer_url",
            "watch.answer_url without a [[listener]] of kind \"answers\": nobody would hear the answer",
            "add one, for example on 127.0.0.1:8421");
}

}  // namespace tocsin::config
