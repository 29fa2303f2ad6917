#include "share/incident.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/share.hpp"
#include "share/personal.hpp"
#include "share/text.hpp"
#include "share/web_link.hpp"

namespace tocsin::share {

namespace {

using namespace respond;

constexpr std::array<std::string_view, 5> kind_words = {"url", "domain", "ip", "email", "sha256"};
constexpr std::size_t sha256_digits = 64;
constexpr std::string_view private_words =
    "it is an address of a private network: it means another machine to others";

/// Networks that mean another machine to everybody: private, of this machine, of this link (RFC 1918, 6890, 4193, 4291).
bool is_private(const IpAddress& address) {
    for (const std::string_view block :
         {"0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
          "100.64.0.0/10", "224.0.0.0/3", "::1", "fc00::/7", "fe80::/10"})
        if (const std::optional<IpNetwork> network = IpNetwork::parse(block);
            network && network->contains(address))
            return true;
    return false;
}

bool is_sha256(std::string_view text) {
    return text.size() == sha256_digits &&
           std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; });
}

/// A plain address: one @, printable ASCII without quotation marks, a host behind it.
bool is_plain_address(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
           is_host(text.substr(at + 1)) && std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < 0x7F &&
                      std::string_view("\"'\\<>(),;:[]").find(c) == std::string_view::npos;
           });
}

class Collector {
public:
    Collector(const Response& response, const House& house, KnownNames known)
        : response_(response), house_(house), known_(known) {}

    void learn_people(const Incident& incident) {
        for (const std::string& address : house_.addresses) people_.add(address);
        for (const auto& [address, deed] : incident.touched) people_.add(address);
        for (const Run& run : incident.runs)
            for (const std::string& victim : run.victims) people_.add(victim);
        for_each_report(incident, [&](const Report& report) { people_.add(report.reporter); });
        for_each_part(incident, [&](const Incident& part) { learn_people(part); });
    }

    void collect(const Incident& incident) {
        const TimePoint when = incident.opened;
        const bool from_customer = !response_.values_of(incident).customers.empty();
        for (const std::string& url : incident.values.urls) add_link(url, when);
        for (const std::string& host : incident.values.hosts) add_host(host, when);
        for (const std::string& file : incident.values.files) add_file(file, when);
        for (const std::string& sender : incident.values.senders) {
            if (from_customer)
                leave_out(IndicatorKind::email, sender,
                          "the mail came from a customer: it is his address, or a forged one");
            else
                add_sender(sender, when);
        }
        for_each_report(incident, [&](const Report& report) { collect(report); });
        for_each_part(incident, [&](const Incident& part) { collect(part); });
    }

    void take(SharedIncident& out) {
        for (const auto& [key, why] : left_out_)
            // A sender for whom nobody vouched in one mail, and somebody in another, goes out.
            if (!found_.contains(key))
                out.left_out.push_back({std::string(to_string(key.first)), key.second, why});
        for (auto& [key, indicator] : found_) out.indicators.push_back(std::move(indicator));
        if (not_looked_at_ > 0)
            out.left_out.push_back(
                {"values", fmt::format("{}", not_looked_at_),
                 fmt::format("there are more than {} different ones, and these were not looked at",
                             limits::share_indicators)});
    }

private:
    using Key = std::pair<IndicatorKind, std::string>;

    template <typename Use>
    void for_each_report(const Incident& incident, Use use) {
        const Cluster* cluster = response_.cluster(incident.cluster);
        if (cluster == nullptr) return;
        for (const std::string& id : cluster->reports)
            if (const Report* report = response_.report(id)) use(*report);
    }
    template <typename Use>
    void for_each_part(const Incident& incident, Use use) {
        for (const std::string& id : incident.merged)
            if (const Incident* part = response_.incident(id)) use(*part);
    }

    void collect(const Report& report) {
        if (!report.facts) return;
        const ReportFacts& facts = *report.facts;
        for (const std::string& url : facts.urls) add_link(url, report.taken);
        for (const std::string& host : facts.hosts) add_host(host, report.taken);
        for (const std::string& file : facts.hashes) {
            if (facts.judged_as == JudgedAs::malware)
                add_file(file, report.taken);
            else
                leave_out(IndicatorKind::sha256, file,
                          "it came with a hostile mail, but nothing was found in the mail's files");
        }
        if (facts.sender.empty()) return;
        if (!facts.customer.empty())
            leave_out(IndicatorKind::email, facts.sender,
                      "the mail came from a customer: it is his address, or a forged one");
        else if (facts.sender_authenticated == Authenticated::no)
            leave_out(IndicatorKind::email, facts.sender,
                      "nobody vouches that it wrote the mail: the name may be forged");
        else
            add_sender(facts.sender, report.taken);
    }

    /// Looks at a value once, however many reports have it, and remembers what goes out for it.
    template <typename Judge>
    void look_at(IndicatorKind kind, const std::string& written, TimePoint when, Judge judge) {
        auto found = looked_at_.find({kind, written});
        if (found == looked_at_.end()) {
            if (looked_at_.size() >= limits::share_indicators) {
                ++not_looked_at_;
                return;
            }
            found = looked_at_.emplace(Key{kind, written}, judge()).first;
        }
        if (!found->second) return;
        const Key& key = *found->second;
        Indicator& indicator =
            found_.try_emplace(key, Indicator{key.first, key.second, when, when}).first->second;
        indicator.first_seen = std::min(indicator.first_seen, when);
        indicator.last_seen = std::max(indicator.last_seen, when);
    }
    /// Returns nothing, which is what goes out.
    std::nullopt_t leave_out(IndicatorKind kind, std::string_view value, const std::string& why) {
        if (left_out_.size() < limits::share_indicators)
            left_out_.try_emplace({kind, one_line(value.substr(0, limits::respond_text_bytes))}, why);
        return std::nullopt;
    }

    /// Why a host must not be blocked by everybody; empty: nothing speaks against it.
    [[nodiscard]] std::string why_known(std::string_view host) const {
        if (known_ == KnownNames::included) return {};
        if (is_of_house(host))
            return "it is a name of the house or of a customer (--include-known takes it along)";
        if (house_.is_great && house_.is_great(host))
            return "it belongs to a great provider, whom others must not block (--include-known takes it "
                   "along)";
        return {};
    }
    [[nodiscard]] bool is_of_house(std::string_view host) const { return share::is_of_house(house_, host); }

    void add_link(const std::string& url, TimePoint when) {
        const std::optional<WebLink> link = parse_link(url);
        if (link) add_host(link->host, when);
        look_at(IndicatorKind::url, url, when, [&]() -> std::optional<Key> {
            if (!link)
                return leave_out(IndicatorKind::url, url,
                                 "it is no link to a web page that others could look for");
            if (const std::string why = why_known(link->host); !why.empty())
                return leave_out(IndicatorKind::url, url, why);
            if (people_.names_somebody(link->host) || people_.names_somebody(link->path))
                return leave_out(IndicatorKind::url, url, "it may name somebody to whom it was sent");
            const std::optional<IpAddress> address = parse_ip_address(without_brackets(link->host));
            if (address && is_private(*address))
                return leave_out(IndicatorKind::url, url, std::string(private_words));
            return Key{IndicatorKind::url, link->text()};
        });
    }

    void add_host(const std::string& written, TimePoint when) {
        look_at(IndicatorKind::domain, written, when, [&] { return judge_host(written); });
    }
    std::optional<Key> judge_host(const std::string& written) {
        const std::string host = plain_host(written);
        const std::string_view bare = without_brackets(host);
        if (const std::optional<IpAddress> address = parse_ip_address(bare)) {
            if (is_private(*address)) return leave_out(IndicatorKind::ip, host, std::string(private_words));
            return Key{IndicatorKind::ip, bare};
        }
        if (!is_host(host) || host.find('.') == std::string::npos)
            return leave_out(IndicatorKind::domain, written,
                             "it is no name of a host that others could look for");
        if (const std::string why = why_known(host); !why.empty())
            return leave_out(IndicatorKind::domain, host, why);
        if (people_.names_somebody(host))
            return leave_out(IndicatorKind::domain, host, "it may name somebody to whom it was sent");
        return Key{IndicatorKind::domain, host};
    }

    void add_sender(const std::string& written, TimePoint when) {
        look_at(IndicatorKind::email, written, when, [&]() -> std::optional<Key> {
            const std::string address = ascii_lower(trim(written));
            if (!is_plain_address(address))
                return leave_out(IndicatorKind::email, written,
                                 "it is no address that others could look for");
            const std::string_view host = std::string_view(address).substr(address.find('@') + 1);
            const std::string_view local = std::string_view(address).substr(0, address.find('@'));
            if (people_.is_known(address) || is_of_house(host) || people_.names_somebody(local) ||
                people_.names_somebody(host))
                return leave_out(IndicatorKind::email, written,
                                 "it is, or names, somebody of the house or of a customer");
            return Key{IndicatorKind::email, address};
        });
    }

    void add_file(const std::string& written, TimePoint when) {
        look_at(IndicatorKind::sha256, written, when, [&]() -> std::optional<Key> {
            if (!is_sha256(written)) return leave_out(IndicatorKind::sha256, written, "it is no SHA-256");
            return Key{IndicatorKind::sha256, ascii_lower(written)};
        });
    }

    const Response& response_;
    const House& house_;
    KnownNames known_;
    PersonalNames people_;
    std::map<Key, Indicator> found_;
    std::map<Key, std::optional<Key>> looked_at_;  ///< as it was written → as it goes out, if it does
    std::size_t not_looked_at_ = 0;
    std::map<Key, std::string> left_out_;
};

}  // namespace

bool is_of_house(const House& house, std::string_view host) {
    return std::ranges::any_of(house.domains, [&](const std::string& domain) {
        return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                                  host[host.size() - domain.size() - 1] == '.');
    });
}

std::string_view to_string(IndicatorKind kind) {
    return kind_words[static_cast<std::size_t>(kind)];
}

Result<SharedIncident> to_share(const Response& response, const Incident& incident, const House& house,
                                KnownNames known) {
    if (incident.verdict != Verdict::malicious)
        return fail(
            ErrorCode::conflict,
            fmt::format(
                "incident {} is {}: others are warned only of what somebody said is malicious (tocsin "
                "incident verdict {} --is malicious)",
                incident.number, respond::to_string(incident.verdict), incident.number));
    SharedIncident out{.id = incident.id,
                       .number = incident.number,
                       .severity = incident.severity,
                       .is_open = incident.is_open(),
                       .opened = incident.opened,
                       .changed = incident.timeline.empty() ? incident.opened : incident.timeline.back().time,
                       .indicators = {},
                       .left_out = {}};
    Collector collector(response, house, known);
    collector.learn_people(incident);
    collector.collect(incident);
    collector.take(out);
    for (const Indicator& indicator : out.indicators)
        out.changed = std::max(out.changed, indicator.last_seen);
    return out;
}

}  // namespace tocsin::share
