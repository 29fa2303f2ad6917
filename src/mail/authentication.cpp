#include "mail/authentication.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/authentication_results.hpp"

namespace tocsin::mail {

namespace {

/// The name under which our own results stand.
constexpr const char* own_name = "tocsin";

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), ascii_lower);
    return text;
}

bool is_policy(std::string_view word) {
    return word == "none" || word == "quarantine" || word == "reject";
}

/// Where the policy of a domain may be: at itself, else at its registrable domain.
std::vector<std::string> dmarc_names(const Domain& from) {
    if (from.root_domain.empty()) return {};
    std::vector<std::string> names{"_dmarc." + from.domain};
    if (from.root_domain != from.domain) names.push_back("_dmarc." + from.root_domain);
    return names;
}

bool is_aligned(const AuthVerdict& dkim, const Domain& from, bool strict, DomainNames& domain_names) {
    const auto domain = dkim.properties.find("header.d");
    if (dkim.verdict != "pass" || domain == dkim.properties.end()) return false;
    if (strict) return domain->second == from.domain;
    return domain_names.parse(domain->second).root_domain == from.root_domain;
}

std::optional<AuthVerdict> decide_dmarc(const Domain& from, std::span<const TxtTexts> answers,
                                        std::span<const AuthVerdict> signatures, DomainNames& domain_names) {
    if (answers.empty()) return std::nullopt;
    AuthVerdict out{"dmarc", "none", {{"header.from", from.domain}}};
    for (const TxtTexts& answer : answers) {
        if (answer.status == TxtTexts::Status::failed) {
            out.verdict = "temperror";
            return out;
        }
        const std::optional<DmarcPolicy> policy = read_dmarc(answer);
        if (!policy) continue;
        const auto aligned = [&](const AuthVerdict& dkim) {
            return is_aligned(dkim, from, policy->strict_dkim, domain_names);
        };
        if (std::ranges::none_of(signatures, aligned)) return std::nullopt;
        out.verdict = "pass";
        const bool of_parent = &answer != &answers.front();
        out.properties["policy"] = of_parent ? policy->subdomain_policy : policy->policy;
        return out;
    }
    return out;
}

}  // namespace

Domain from_domain(const MimeTree& tree, MailTools& tools) {
    if (tree.readings.empty() || tree.readings.front().entities.empty()) return {};
    for (const HeaderField& field : tree.entities[tree.readings.front().entities.front()].fields) {
        if (!equals_ignoring_case(field.name, "from")) continue;
        for (Mailbox& mailbox : parse_mailboxes(field.raw_value, tools.converters, tools.domain_names))
            if (!mailbox.email.email.empty()) return std::move(mailbox.email.domain);
    }
    return {};
}

std::optional<DmarcPolicy> read_dmarc(const TxtTexts& answer) {
    const auto is_record = [](const std::string& text) {
        const std::string_view version = trim(std::string_view(text).substr(0, text.find(';')));
        const std::size_t equals = version.find('=');
        return equals != std::string_view::npos && trim(version.substr(0, equals)) == "v" &&
               trim(version.substr(equals + 1)) == "DMARC1";
    };
    if (std::ranges::count_if(answer.texts, is_record) != 1) return std::nullopt;
    const std::string& record = *std::ranges::find_if(answer.texts, is_record);
    DmarcPolicy out;
    out.policy = lower(tag_of_list(record, "p").value_or(""));
    if (!is_policy(out.policy)) return std::nullopt;
    out.subdomain_policy = lower(tag_of_list(record, "sp").value_or(out.policy));
    if (!is_policy(out.subdomain_policy)) out.subdomain_policy = out.policy;
    out.strict_dkim = lower(tag_of_list(record, "adkim").value_or("r")) == "s";
    return out;
}

AuthenticationResults verify_authentication(ByteView message, const Domain& from, TimePoint now,
                                            DomainNames& domain_names, const AskTxt& ask) {
    const RawMessage raw = split_message(message);
    const std::vector<DkimSignature> signatures = find_dkim_signatures(raw);
    std::vector<std::string> names;
    names.reserve(signatures.size() + 2);
    for (const DkimSignature& signature : signatures)
        names.push_back(signature.problem.empty() ? signature.key_name() : std::string());
    std::ranges::copy(dmarc_names(from), std::back_inserter(names));
    std::vector<TxtTexts> answers;
    if (!names.empty()) answers = ask(names);
    answers.resize(names.size());
    AuthenticationResults out{own_name, {}};
    DkimVerifier verifier(raw, now);
    for (std::size_t index = 0; index < signatures.size(); ++index)
        out.verdicts.push_back(verifier.verify(signatures[index], answers[index]));
    const std::span<const TxtTexts> policies = std::span(answers).subspan(signatures.size());
    std::optional<AuthVerdict> dmarc = decide_dmarc(from, policies, out.verdicts, domain_names);
    if (signatures.empty()) out.verdicts.push_back({"dkim", "none", {}});
    if (dmarc) out.verdicts.push_back(std::move(*dmarc));
    return out;
}

AuthenticationResults join_results(const AuthenticationResults& verified,
                                   const AuthenticationResults* believed, const std::string& from) {
    AuthenticationResults out{verified.server, {}};
    for (const AuthVerdict& verdict : verified.verdicts) {
        const auto about = verdict.properties.find("header.from");
        if (verdict.method != "dmarc" || (about != verdict.properties.end() && about->second == from))
            out.verdicts.push_back(verdict);
    }
    if (believed == nullptr) return out;
    for (const AuthVerdict& verdict : believed->verdicts)
        if (find_verdict(verified, verdict.method) == nullptr) out.verdicts.push_back(verdict);
    return out;
}

}  // namespace tocsin::mail
