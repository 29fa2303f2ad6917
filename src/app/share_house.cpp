#include "app/share_house.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "app/domain_lists.hpp"
#include "base/fold_case.hpp"

namespace tocsin::app {

namespace {

/// The domain of an address; empty if there is none.
std::string domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string() : ascii_lower(address.substr(at + 1));
}

/// Whether it, or a domain that it is below of, is one of them.
bool is_below(std::string_view host, const std::function<bool(std::string_view)>& is_one) {
    for (std::string_view name = host; !name.empty();) {
        if (is_one(name)) return true;
        const std::size_t dot = name.find('.');
        name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    }
    return false;
}

void add_person(share::House& house, const std::string& address) {
    if (address.find('@') == std::string::npos) return;
    house.addresses.push_back(address);
    house.domains.push_back(domain_of(address));
}

}  // namespace

bool belongs_to_great_provider(std::string_view host, const std::function<bool(std::string_view)>& great,
                               const std::function<bool(std::string_view)>& tenants) {
    for (std::string_view name = host; !name.empty();) {
        if (name != host && tenants(name)) return false;
        if (great(name)) return true;
        const std::size_t dot = name.find('.');
        name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    }
    return false;
}

Result<std::shared_ptr<const share::House>> make_house(const config::Settings& settings,
                                                       const respond::Directory& people,
                                                       const std::string& lists_folder) {
    auto house = std::make_shared<share::House>();
    house->contact = settings.respond.notices_from.value_or("");
    house->organisation = house->contact.empty() ? settings.daemon.host_name : domain_of(house->contact);
    house->domains.push_back(ascii_lower(settings.daemon.host_name));
    house->domains.push_back(domain_of(house->contact));
    for (const std::string& address : settings.respond.report_addresses)
        house->domains.push_back(domain_of(address));
    for (const config::Customer& customer : settings.customers) {
        for (const auto* domains : {&customer.envelope_domains, &customer.header_domains})
            house->domains.insert(house->domains.end(), domains->begin(), domains->end());
        if (customer.contact) add_person(*house, *customer.contact);
    }
    for (const respond::Person& person : people.people)
        for (const respond::Channel& channel : person.channels)
            if (channel.kind == respond::ChannelKind::mail) add_person(*house, channel.address);
    for (const std::string& folder : settings.judge.lists) {
        const auto own = TRY(read_domain_lists(folder, {"org_domains", "org_domains.add", "tenant_domains"}));
        for (const std::string& domain : *own) house->domains.push_back(ascii_lower(domain));
    }
    std::erase_if(house->domains, [](const std::string& domain) { return domain.empty(); });
    const auto great = TRY(
        read_domain_lists(lists_folder, {"tranco_10k", "free_email_providers",
                                         "high_trust_sender_root_domains", "bulk_mailer_url_root_domains"}));
    const auto tenants = TRY(read_domain_lists(lists_folder, {"free_subdomain_hosts"}));
    house->is_great = [great, tenants](std::string_view host) {
        return belongs_to_great_provider(
            host, [&](std::string_view name) { return great->contains(name); },
            [&](std::string_view name) { return tenants->contains(name); });
    };
    const auto shared = TRY(read_domain_lists(
        lists_folder, {"url_shorteners", "free_file_hosts", "file_share_hosts", "free_subdomain_hosts",
                       "self_service_creation_platform_domains", "social_landing_hosts"}));
    house->is_shared_place = [shared](std::string_view host) {
        return is_below(host, [&](std::string_view name) { return shared->contains(name); });
    };
    return house;
}

bool is_known_host(const share::House& house, std::string_view host) {
    return share::is_of_house(house, host) || house.is_great(host) || house.is_shared_place(host);
}

std::string why_left_alone(const share::House& house, std::string_view host) {
    if (share::is_of_house(house, host))
        return fmt::format("{} is of the house or of a customer: a person may order it", host);
    if (house.is_great(host) && !house.is_shared_place(host))
        return fmt::format("{} belongs to a great provider, to whose pages honest mail leads too: a person may "
                           "order it",
                           host);
    return {};
}

}  // namespace tocsin::app
