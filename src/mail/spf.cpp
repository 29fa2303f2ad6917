#include "mail/spf.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/dns_records.hpp"
#include "mail/spf_macros.hpp"
#include "mail/spf_record.hpp"

namespace tocsin::mail {

namespace {

using Address = tocsin::IpAddress;

constexpr std::size_t mapped_bytes = 12;  ///< in front of the four of an IPv4 address

bool share_prefix(const Address& left, const Address& right, std::size_t bits) {
    const std::size_t bytes = bits / 8, rest = bits % 8;
    if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(bytes), right.begin()))
        return false;
    return rest == 0 || (left[bytes] >> (8 - rest)) == (right[bytes] >> (8 - rest));
}

/// Section 7.3: 192.0.2.3, or 2.0.0.1.0.d.b.8 and so on.
std::string dotted(const Address& address) {
    std::string out;
    if (is_ipv4(address)) {
        for (std::size_t at = mapped_bytes; at < address.size(); ++at)
            out += (out.empty() ? "" : ".") + std::to_string(address[at]);
        return out;
    }
    for (const char digit : to_hex(std::as_bytes(std::span(address)))) {
        if (!out.empty()) out += '.';
        out += digit;
    }
    return out;
}

std::string without_final_dot(std::string name) {
    if (name.ends_with('.')) name.pop_back();
    return name;
}

/// How one mechanism fared.
enum class Match : std::uint8_t {
    no,
    yes,
    unknown,  ///< until what was asked for is there
    temperror,
    permerror
};

/// One evaluation from the start, with what is known. The first thing that is not known makes the result worthless;
/// from there on it only looks for what else will have to be asked.
class Evaluation {
public:
    Evaluation(const SpfSender& sender, const DnsKnown& known)
        : known_(known), client_(sender.client), is_v4_(is_ipv4(sender.client)), dotted_(dotted(client_)),
          helo_(sender.helo) {
        const std::size_t at = sender.mail_from.rfind('@');
        const bool has_local_part = at != std::string::npos && at > 0;
        local_part_ = has_local_part ? sender.mail_from.substr(0, at) : "postmaster";  // section 4.3
        sender_domain_ = spf_domain(sender);
        sender_ = local_part_ + "@" + sender_domain_;
    }

    SpfStep run() {
        const SpfResult result = check(sender_domain_);
        SpfStep step;
        step.asks.assign(asks_.begin(), asks_.end());
        if (!step.asks.empty()) return step;
        step.result = result;
        if (result == SpfResult::temperror || result == SpfResult::permerror) step.reason = reason_;
        return step;
    }

private:
    SpfResult check(const std::string& domain);
    SpfResult follow(const std::string& domain, const SpfRecord& record);
    Match match(const SpfTerm& term, const std::string& domain);
    Match match_include(const std::string& target);
    Match match_exists(const std::string& target);
    Match match_a(const SpfTerm& term, const std::string& target);
    Match match_mx(const SpfTerm& term, const std::string& target);

    [[nodiscard]] bool waits() const { return !asks_.empty(); }

    /// nullptr: it is not known yet, and asked for.
    const DnsAnswer* look_up(DnsType type, const std::string& name) {
        const auto found = known_.find({type, name});
        if (found != known_.end()) return &found->second;
        asks_.insert({type, name});
        return nullptr;
    }
    [[nodiscard]] DnsType address_type() const { return is_v4_ ? DnsType::a : DnsType::aaaa; }

    [[nodiscard]] bool covers(const SpfTerm& term, const Address& address) const {
        if (is_ipv4(address) != is_v4_) return false;
        return share_prefix(client_, address, is_v4_ ? mapped_bytes * 8 + term.v4_bits : term.v6_bits);
    }
    [[nodiscard]] bool has_client(const SpfTerm& term, const DnsAnswer& answer) const {
        return std::ranges::any_of(read_addresses(answer),
                                   [&](const Address& address) { return covers(term, address); });
    }

    SpfResult fails(SpfResult result, std::string reason) {
        if (reason_.empty()) reason_ = std::move(reason);
        return result;
    }
    Match breaks(Match match, std::string reason) {
        if (reason_.empty()) reason_ = std::move(reason);
        return match;
    }
    Match finds_nothing() {
        if (++void_lookups_ <= limits::spf_void_lookups) return Match::no;
        return breaks(Match::permerror, "more than two of its terms find nothing in DNS");
    }
    /// Section 4.6.4: true if one more term may look something up.
    bool may_look_up() { return ++lookups_ <= limits::spf_lookups; }
    static constexpr const char* too_many = "more than ten of its terms ask DNS";

    [[nodiscard]] std::string expand(std::string_view spec, const std::string& domain) const {
        return expand_spf_domain(spec, {.sender = sender_,
                                        .local_part = local_part_,
                                        .sender_domain = sender_domain_,
                                        .helo = helo_,
                                        .client = dotted_,
                                        .version = is_v4_ ? "in-addr" : "ip6",
                                        .domain = domain});
    }

    const DnsKnown& known_;
    Address client_;
    bool is_v4_;
    std::string dotted_, helo_, local_part_, sender_domain_, sender_;
    std::set<DnsQuestion> asks_;
    std::size_t lookups_ = 0, void_lookups_ = 0;
    std::string reason_;
};

/// check_host() of section 4, for the record of one domain.
SpfResult Evaluation::check(const std::string& domain) {
    if (!is_dns_name(domain)) return SpfResult::none;
    const DnsAnswer* const answer = look_up(DnsType::txt, domain);
    if (answer == nullptr) return SpfResult::none;
    const TxtTexts texts = read_texts(*answer);
    if (texts.status == DnsStatus::failed)
        return fails(SpfResult::temperror, "DNS does not tell the record of " + domain);
    const auto count = std::ranges::count_if(texts.texts, is_spf_record);
    if (count == 0) return SpfResult::none;
    if (count > 1) return fails(SpfResult::permerror, domain + " has several records");
    const SpfRecord record = read_spf_record(*std::ranges::find_if(texts.texts, is_spf_record));
    if (!record.problem.empty())
        return fails(SpfResult::permerror,
                     "the record of " + domain + " is not well-formed: " + record.problem);
    return follow(domain, record);
}

/// Section 4.6.2: from left to right until a mechanism fits.
SpfResult Evaluation::follow(const std::string& domain, const SpfRecord& record) {
    constexpr std::array results = {SpfResult::pass, SpfResult::fail, SpfResult::softfail,
                                    SpfResult::neutral};
    for (const SpfTerm& term : record.terms) {
        switch (match(term, domain)) {
            case Match::yes: return results[static_cast<std::size_t>(term.qualifier)];
            case Match::temperror: return SpfResult::temperror;
            case Match::permerror: return SpfResult::permerror;
            case Match::no:
            case Match::unknown: break;
        }
    }
    if (record.redirect.empty()) return SpfResult::neutral;  // section 4.7
    if (!may_look_up()) return fails(SpfResult::permerror, too_many);
    const std::string target = expand(record.redirect, domain);
    const SpfResult result = check(target);
    if (result != SpfResult::none) return result;
    return waits() ? result : fails(SpfResult::permerror, target + " has no record");  // section 6.1
}

Match Evaluation::match(const SpfTerm& term, const std::string& domain) {
    switch (term.mechanism) {
        case SpfMechanism::all: return Match::yes;
        case SpfMechanism::ip4:
        case SpfMechanism::ip6: return covers(term, term.network) ? Match::yes : Match::no;
        default: break;
    }
    if (!may_look_up()) return breaks(Match::permerror, too_many);
    if (term.mechanism == SpfMechanism::ptr) return Match::no;
    const std::string target = term.domain.empty() ? domain : expand(term.domain, domain);
    if (term.mechanism == SpfMechanism::include) return match_include(target);
    if (!is_dns_name(target)) return Match::no;  // section 4.8 leaves it to us
    if (term.mechanism == SpfMechanism::exists) return match_exists(target);
    return term.mechanism == SpfMechanism::a ? match_a(term, target) : match_mx(term, target);
}

/// Section 5.2. Its depth is bounded by the number of look-ups.
Match Evaluation::match_include(const std::string& target) {
    switch (check(target)) {
        case SpfResult::pass: return waits() ? Match::unknown : Match::yes;
        case SpfResult::temperror: return Match::temperror;
        case SpfResult::permerror: return Match::permerror;
        case SpfResult::none:
            return waits() ? Match::unknown : breaks(Match::permerror, target + " has no record");
        default: return Match::no;
    }
}

/// Section 5.7: an A record, whatever kind of address the client has.
Match Evaluation::match_exists(const std::string& target) {
    const DnsAnswer* const answer = look_up(DnsType::a, target);
    if (answer == nullptr) return Match::unknown;
    if (answer->status == DnsStatus::found) return Match::yes;
    if (answer->status == DnsStatus::none) return finds_nothing();
    return breaks(Match::temperror, "DNS does not tell whether " + target + " exists");
}

Match Evaluation::match_a(const SpfTerm& term, const std::string& target) {
    const DnsAnswer* const answer = look_up(address_type(), target);
    if (answer == nullptr) return Match::unknown;
    if (answer->status == DnsStatus::found) return has_client(term, *answer) ? Match::yes : Match::no;
    if (answer->status == DnsStatus::none) return finds_nothing();
    return breaks(Match::temperror, "DNS does not tell the addresses of " + target);
}

/// Section 5.4, without implicit MX.
Match Evaluation::match_mx(const SpfTerm& term, const std::string& target) {
    const DnsAnswer* const answer = look_up(DnsType::mx, target);
    if (answer == nullptr) return Match::unknown;
    if (answer->status == DnsStatus::failed)
        return breaks(Match::temperror, "DNS does not tell who takes mail for " + target);
    if (answer->status == DnsStatus::none) return finds_nothing();
    if (answer->records.size() > limits::spf_mx_names)
        return breaks(Match::permerror, "more than ten hosts take mail for " + target);
    std::vector<std::string> hosts = read_mail_hosts(*answer);
    std::erase(hosts, "");
    // One that is known to fit is enough, whatever the others are.
    for (const std::string& host : hosts) {
        const auto known = known_.find({address_type(), host});
        if (known != known_.end() && has_client(term, known->second)) return Match::yes;
    }
    Match match = Match::no;
    for (const std::string& host : hosts) {
        const DnsAnswer* const addresses = look_up(address_type(), host);
        if (addresses == nullptr)
            match = Match::unknown;
        else if (addresses->status == DnsStatus::failed && match == Match::no)
            match = breaks(Match::temperror, "DNS does not tell the addresses of " + host);
    }
    return match;
}

}  // namespace

std::string_view to_string(SpfResult result) {
    switch (result) {
        case SpfResult::none: return "none";
        case SpfResult::neutral: return "neutral";
        case SpfResult::pass: return "pass";
        case SpfResult::fail: return "fail";
        case SpfResult::softfail: return "softfail";
        case SpfResult::temperror: return "temperror";
        case SpfResult::permerror: return "permerror";
    }
    return "none";
}

std::string spf_domain(const SpfSender& sender) {
    if (sender.mail_from.empty()) return without_final_dot(to_lower(sender.helo));
    return without_final_dot(to_lower(sender.mail_from.substr(sender.mail_from.rfind('@') + 1)));
}

SpfStep step_spf(const SpfSender& sender, const DnsKnown& known) {
    return Evaluation(sender, known).run();
}

}  // namespace tocsin::mail
