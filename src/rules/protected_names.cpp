#include "rules/protected_names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

/// Words by which offices are called, not people.
constexpr auto team_words = std::to_array<std::string_view>(
    {"abuse",       "accounting",   "accounts", "admin",      "administration", "administrator",
     "billing",     "buchhaltung",  "care",     "committee",  "compliance",     "deliverability",
     "department",  "desk",         "edv",      "finance",    "helpdesk",       "hr",
     "it",          "kundendienst", "legal",    "management", "office",         "operations",
     "payroll",     "postmaster",   "privacy",  "sales",      "security",       "service",
     "servicedesk", "staff",        "support",  "team",       "technik"});
static_assert(std::ranges::is_sorted(team_words));

bool is_team_word(std::string_view word) {
    return std::ranges::binary_search(team_words, word);
}

/// Its words in small letters; whatever is not ASCII belongs to them.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const char letter = ascii_lower(c);
        if ((letter >= 'a' && letter <= 'z') || static_cast<unsigned char>(c) >= 0x80)
            words.back().push_back(letter);
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

std::string dollar(std::string_view list) {
    return "$" + std::string(list);
}

class NamesOfLists {
public:
    NamesOfLists(const Lists& lists, mail::DomainNames& domain_names, LoadNotices& notices)
        : lists_(lists), domain_names_(domain_names), notices_(notices) {}

    /// All but the customers.
    ProtectedNames others() {
        for (const char* const list : {"org_domains", "tenant_domains"})
            for_each_domain(list, [this](const mail::Domain& domain) {
                add(domain, ProtectedKind::organisation);
                if (domain.domain != domain.root_domain) own_hosts_.push_back(domain.domain);
            });
        for_each_domain("brand_domains",
                        [this](const mail::Domain& domain) { add(domain, ProtectedKind::brand); });
        for_each_domain("lookalike_allowed",
                        [this](const mail::Domain& domain) { names_.allowed.push_back(domain.domain); });
        add_vips();
        add_staff();
        return names_;
    }

    /// With those customers who imitate nobody of `others`.
    ProtectedNames with_customers(const LookAlikes& others) {
        constexpr const char* name = "customer_domains";
        const List* const free_mail = lists_.find("free_email_providers");
        for_each_domain(name, [&](const mail::Domain& domain) {
            if (free_mail != nullptr && free_mail->contains(domain.root_domain))
                return notices_.add(dollar(name), 0, domain.domain + ": anybody gets a mailbox there");
            if (const std::optional<LookAlike> found = others.of_domain(domain))
                return notices_.add(dollar(name), 0,
                                    domain.domain + ": looks like " + found->protected_name +
                                        "; not protected, unless it is in $lookalike_allowed");
            add(domain, ProtectedKind::customer);
        });
        return std::move(names_);
    }

private:
    template <typename Use>
    void for_each_domain(std::string_view name, Use use) {
        const List* const list = lists_.find(name);
        for (std::size_t at = 0; list != nullptr && at < list->size(); ++at) {
            const mail::Domain domain = domain_names_.parse((*list)[at]);
            if (domain.root_domain.empty())
                notices_.add(dollar(name), 0, std::string((*list)[at]) + ": not a registrable domain");
            else
                use(domain);
        }
    }

    /// Of a host below a registrable domain, the domain may be somebody else's: it imitates nobody, and that is all.
    void add(const mail::Domain& domain, ProtectedKind kind) {
        if (domain.domain == domain.root_domain)
            names_.domains.push_back({domain.domain, kind});
        else
            names_.allowed.push_back(domain.domain);
    }

    /// Somebody with two addresses stands there twice.
    void add_vips() {
        std::map<std::string, std::size_t> places;
        for (const Vip& vip : lists_.vips() != nullptr ? *lists_.vips() : std::vector<Vip>()) {
            const auto [place, is_new] = places.emplace(fold(vip.display_name), names_.people.size());
            if (is_new) names_.people.push_back({vip.display_name, ProtectedKind::vip, own_hosts_});
            if (!vip.email.empty()) names_.people[place->second].addresses.push_back(vip.email);
        }
        for (const auto& [name, place] : places) vips_.push_back(name);
    }

    void add_staff() {
        constexpr std::string_view list_name = "org_display_names";
        const List* const list = lists_.find(list_name);
        for (std::size_t at = 0; list != nullptr && at < list->size(); ++at) {
            const std::string name((*list)[at]);
            if (std::ranges::binary_search(vips_, fold(name))) continue;  // they may have other addresses
            if (const std::vector<std::string> words = words_of(name);
                words.size() == 1 && is_team_word(words[0]))
                notices_.add(dollar(list_name), 0, name + ": a word that everybody uses, no name");
            else
                names_.people.push_back(
                    {name, is_team_name(name) ? ProtectedKind::team : ProtectedKind::staff, own_hosts_});
        }
    }

    const Lists& lists_;
    mail::DomainNames& domain_names_;
    LoadNotices& notices_;
    ProtectedNames names_;
    std::vector<std::string> own_hosts_;  ///< of the organisation, below domains that it may share
    std::vector<std::string> vips_;       ///< folded, sorted
};

}  // namespace

bool is_team_name(std::string_view name) {
    return std::ranges::any_of(words_of(name), is_team_word);
}

Result<LookAlikes> look_alikes_of(const Lists& lists, mail::DomainNames& domain_names,
                                  const Confusables& confusables, LoadNotices& notices) {
    NamesOfLists names(lists, domain_names, notices);
    LookAlikes others = TRY(LookAlikes::build(names.others(), domain_names, confusables));
    const List* const customers = lists.find("customer_domains");
    LookAlikes all = customers == nullptr || customers->size() == 0
                         ? std::move(others)
                         : TRY(LookAlikes::build(names.with_customers(others), domain_names, confusables));
    for (const std::string& name : all.skipped())
        notices.add("", 0, name + ": too short, or no letters in it");
    return all;
}

}  // namespace tocsin::rules
