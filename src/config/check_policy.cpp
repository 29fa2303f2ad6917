// Customers, and policy rows that speak of them.
#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/unknown_customer.hpp"
#include "config/rows.hpp"
#include "config/values.hpp"

namespace tocsin::config {

namespace {

std::span<const RowPlaces> rows_of(const Places& places, std::string_view section) {
    auto found = places.find(section);
    return found == places.end() ? std::span<const RowPlaces>{} : std::span<const RowPlaces>{found->second};
}

/// Names that rows may speak of. Where the row that names one was not taken, nobody can say what is missing.
struct Names {
    std::string_view what;
    std::unordered_set<std::string_view> known;
    bool complete = true;
};

void check_names(const std::vector<std::string>& values, const Names& names, Place place,
                 const std::string& key, Problems& problems) {
    if (!names.complete) return;
    for (const std::string& value : values) {
        if (names.known.contains(value) || problems.full()) continue;
        std::optional<std::string_view> meant = similar_name(value, {names.known.begin(), names.known.end()});
        problems.add(place, key, fmt::format("there is no {} {}", names.what, in_quotes(value)),
                     meant ? fmt::format("did you mean {}?", in_quotes(*meant))
                           : fmt::format("write the name of a [[{}]]", names.what));
    }
}

class PolicyCheck {
public:
    PolicyCheck(const PolicyRow& row, const RowPlaces& places, Problems& problems)
        : row_(row), places_(places), problems_(problems) {}

    void run() {
        if (row_.disposition == Disposition::accept || row_.disposition == Disposition::tag) check_law();
        if (needs_report() && !row_.outcomes.empty() && !names(row_.outcomes, Outcome::verdict))
            add("outcomes",
                "this row fits nothing: verdicts, ambiguous and flags need the outcome \"verdict\"",
                "make two rows of it");
        if (!row_.customers.empty() && row_.direction == Direction::inbound)
            add("customers", "this row fits nothing: inbound mail has no customer",
                "remove customers, or write direction = \"outbound\"");
    }

private:
    template <typename E>
    static bool names(const std::vector<E>& values, E value) {
        return std::ranges::find(values, value) != values.end();
    }

    /// Only what a reader reported on has these.
    bool needs_report() const { return !row_.verdicts.empty() || row_.ambiguous || !row_.flags.empty(); }

    void add(std::string_view key, std::string message, std::string what_to_do) {
        problems_.add(places_.of(key), fmt::format("policy.{}", key), std::move(message),
                      std::move(what_to_do));
    }

    /// Malware never passes, and neither does what could not be scanned.
    void check_law() {
        const std::string_view word = to_string(row_.disposition);
        for (const Verdict never : {Verdict::malware, Verdict::unscannable})
            if (row_.verdicts.empty() ? never == Verdict::malware : names(row_.verdicts, never))
                add("disposition",
                    row_.verdicts.empty()
                        ? fmt::format(
                              "this row would {} malware and unscannable messages: it fits every verdict",
                              word)
                        : fmt::format("this row would {} {} messages, which never pass", word,
                                      to_string(never)),
                    "write verdicts = [...] with clean, suspicious or phish only");
        const auto unscanned =
            std::ranges::find_if(row_.outcomes, [](Outcome outcome) { return outcome != Outcome::verdict; });
        if (unscanned != row_.outcomes.end())
            add("outcomes",
                fmt::format("this row would {} messages that were not scanned ({}), which never pass", word,
                            to_string(*unscanned)),
                "write outcomes = [\"verdict\"], or another disposition");
    }

    const PolicyRow& row_;
    const RowPlaces& places_;
    Problems& problems_;
};

}  // namespace

void check_customers(const Settings& settings, const Places& places, Problems& problems) {
    const auto rows = rows_of(places, "customer");
    Names listeners{"listener", {}, std::ranges::none_of(rows_of(places, "listener"), &RowPlaces::flawed)};
    for (const Listener& listener : settings.listeners) listeners.known.insert(listener.name);
    std::unordered_map<std::string_view, std::uint32_t> lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Customer& customer = settings.customers[i];
        if (rows[i].flawed) continue;
        auto [seen, is_new] = lines.emplace(customer.name, rows[i].place.line);
        if (!is_new)
            problems.add(rows[i].of("name"), "customer.name",
                         fmt::format("there is a customer {} already (line {})", in_quotes(customer.name),
                                     seen->second),
                         "join the two rows, or give this one another name");
        if (customer.name == unknown_customer)
            problems.add(
                rows[i].of("name"), "customer.name",
                fmt::format("the name {} stands for mail that no customer fits", in_quotes(unknown_customer)),
                "give the customer another name");
        if (customer.logins.empty() && customer.networks.empty() && customer.envelope_domains.empty() &&
            customer.header_domains.empty() && customer.listeners.empty())
            problems.add(rows[i].place, "customer",
                         fmt::format("customer {} would fit all outbound mail", in_quotes(customer.name)),
                         "write logins, networks, envelope_domains, header_domains or listeners");
        check_names(customer.listeners, listeners, rows[i].of("listeners"), "customer.listeners", problems);
    }
}

void check_policy(const Settings& settings, const Places& places, Problems& problems) {
    const auto rows = rows_of(places, "policy");
    Names customers{"customer",
                    {unknown_customer},
                    std::ranges::none_of(rows_of(places, "customer"), &RowPlaces::flawed)};
    for (const Customer& customer : settings.customers) customers.known.insert(customer.name);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].flawed) continue;
        PolicyCheck(settings.policy[i], rows[i], problems).run();
        check_names(settings.policy[i].customers, customers, rows[i].of("customers"), "policy.customers",
                    problems);
    }
}

}  // namespace tocsin::config
