#include "mail/authentication.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/arc.hpp"
#include "mail/ascii.hpp"
#include "mail/authentication_results.hpp"
#include "mail/dkim.hpp"

namespace tocsin::mail {

namespace {

/// The name under which our own results stand.
constexpr const char* own_name = "tocsin";

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

/// RFC 7489 section 3.1.
enum class Alignment : std::uint8_t { relaxed, strict };

bool is_aligned(const std::string& domain, const Domain& from, Alignment alignment,
                DomainNames& domain_names) {
    if (domain.empty()) return false;
    const Domain parsed = domain_names.parse(domain);
    return alignment == Alignment::strict ? parsed.domain == from.domain
                                          : parsed.root_domain == from.root_domain;
}

std::string property_of(const AuthVerdict& verdict, const char* name) {
    const auto found = verdict.properties.find(name);
    return found == verdict.properties.end() ? std::string() : found->second;
}

/// Asks for what a message needs, in rounds, and keeps what DNS said.
class DnsRounds {
public:
    explicit DnsRounds(const AskDns& ask) : ask_(ask) {}

    /// False: nothing of it was asked, for all is known, or there may be no further round or question.
    bool ask(const std::vector<DnsQuestion>& wanted) {
        std::vector<DnsQuestion> questions;
        const std::size_t most = std::min(limits::dns_round_questions, limits::dns_questions - asked_);
        for (const DnsQuestion& question : wanted) {
            if (known_.contains(question)) continue;
            // What cannot be a name does not exist: a sender must not choose that DNS be silent.
            if (!is_dns_name(question.name))
                known_[question] = {DnsStatus::none, {}};
            else if (questions.size() < most && std::ranges::find(questions, question) == questions.end())
                questions.push_back(question);
        }
        if (questions.empty() || rounds_ >= limits::dns_rounds) return false;
        ++rounds_;
        asked_ += questions.size();
        std::vector<DnsAnswer> answers = ask_(questions);
        answers.resize(questions.size());
        for (std::size_t index = 0; index < questions.size(); ++index)
            known_[questions[index]] = std::move(answers[index]);
        return true;
    }

    [[nodiscard]] const DnsKnown& known() const { return known_; }
    [[nodiscard]] TxtTexts texts(const std::string& name) const {
        const auto found = known_.find({DnsType::txt, name});
        return found == known_.end() ? TxtTexts{} : read_texts(found->second);
    }

private:
    const AskDns& ask_;
    DnsKnown known_;
    std::size_t rounds_ = 0, asked_ = 0;
};

/// All that is verified of one message.
class Authentication {
public:
    Authentication(const AuthenticationSubject& subject, TimePoint now, DomainNames& domain_names,
                   const AskDns& ask)
        : subject_(subject), domain_names_(domain_names), raw_(split_message(subject.message)),
          signatures_(find_dkim_signatures(raw_)), chain_(find_arc_chain(raw_)), verifier_(raw_, now),
          rounds_(ask) {
        if (!subject.sender) return;
        sender_ = *subject.sender;
        // RFC 8616 section 4: names are asked for, and compared, in their ASCII form.
        const std::size_t at = sender_->mail_from.rfind('@');
        if (at != std::string::npos)
            sender_->mail_from =
                sender_->mail_from.substr(0, at + 1) + ascii(sender_->mail_from.substr(at + 1));
        sender_->helo = ascii(sender_->helo);
    }

    AuthenticationResults run() {
        const std::optional<SpfStep> spf = ask_all();
        AuthenticationResults out{own_name, {}};
        for (const DkimSignature& signature : signatures_)
            out.verdicts.push_back(verifier_.verify(signature, key_of(signature)));
        if (signatures_.empty()) out.verdicts.push_back({"dkim", "none", {}});
        if (spf) out.verdicts.push_back(spf_verdict(*spf));
        if (std::optional<AuthVerdict> dmarc = decide_dmarc(out.verdicts))
            out.verdicts.push_back(std::move(*dmarc));
        out.verdicts.push_back(verify_arc(
            raw_, chain_, verifier_, [this](const DkimSignature& signature) { return key_of(signature); }));
        hear_sealer(out);
        return out;
    }

private:
    /// Policies and keys with the first of SPF's questions, the rest of these behind each other.
    std::optional<SpfStep> ask_all() {
        std::vector<DnsQuestion> wanted;
        const auto want = [&](std::string name) { wanted.push_back({DnsType::txt, std::move(name)}); };
        for (std::string& name : dmarc_names(subject_.from)) want(std::move(name));
        if (sender_) std::ranges::copy(step_spf(*sender_, {}).asks, std::back_inserter(wanted));
        for (const DkimSignature& signature : signatures_)
            if (signature.problem.empty()) want(key_name(signature));
        for (const DkimSignature* signature : chain_.signatures())
            if (signature->problem.empty()) want(key_name(*signature));
        rounds_.ask(wanted);
        if (!sender_) return std::nullopt;
        SpfStep step = step_spf(*sender_, rounds_.known());
        while (!step.asks.empty() && rounds_.ask(step.asks)) step = step_spf(*sender_, rounds_.known());
        if (!step.asks.empty())
            step = {{}, SpfResult::temperror, "it needs more questions than are asked for one message"};
        return step;
    }

    std::string ascii(const std::string& name) {
        const bool is_ascii =
            std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        return is_ascii ? name : domain_names_.to_ascii(name).value_or(name);
    }
    std::string key_name(const DkimSignature& signature) { return ascii(signature.key_name()); }
    TxtTexts key_of(const DkimSignature& signature) { return rounds_.texts(key_name(signature)); }

    [[nodiscard]] AuthVerdict spf_verdict(const SpfStep& step) const {
        AuthVerdict out{"spf", std::string(to_string(step.result)), {}};
        if (sender_->mail_from.empty())
            out.properties["smtp.helo"] = sender_->helo;
        else
            out.properties["smtp.mailfrom"] = sender_->mail_from;
        out.properties["client-ip"] = to_text(sender_->client);
        if (!step.reason.empty()) out.properties["reason"] = step.reason;
        return out;
    }

    /// RFC 7489 section 6.6.2: what DNS did not say counts only where it could have made a difference, else a sender
    /// could keep `fail` away with a broken record of a domain of his own.
    std::optional<AuthVerdict> decide_dmarc(const std::vector<AuthVerdict>& verdicts) {
        const std::vector<std::string> names = dmarc_names(subject_.from);
        if (names.empty()) return std::nullopt;
        AuthVerdict out{"dmarc", "none", {{"header.from", subject_.from.domain}}};
        for (const std::string& name : names) {
            const TxtTexts answer = rounds_.texts(name);
            if (answer.status == DnsStatus::failed) {
                out.verdict = "temperror";
                return out;
            }
            const std::optional<DmarcPolicy> policy = read_dmarc(answer);
            if (!policy) continue;
            out.properties["policy"] = name == names.front() ? policy->policy : policy->subdomain_policy;
            const std::optional<std::string> verdict = aligned_verdict(*policy, verdicts);
            if (!verdict) return std::nullopt;
            out.verdict = *verdict;
            return out;
        }
        return out;
    }

    /// pass, temperror, fail; nullopt: SPF was not told, and might have passed.
    std::optional<std::string> aligned_verdict(const DmarcPolicy& policy,
                                               const std::vector<AuthVerdict>& verdicts) {
        bool temporary = false;
        for (const AuthVerdict& verdict : verdicts) {
            const bool is_spf = verdict.method == "spf";
            const std::string domain = is_spf ? spf_domain(*sender_) : property_of(verdict, "header.d");
            const bool strict = is_spf ? policy.strict_spf : policy.strict_dkim;
            if (!is_aligned(domain, subject_.from, strict ? Alignment::strict : Alignment::relaxed,
                            domain_names_))
                continue;
            if (verdict.verdict == "pass") return "pass";
            temporary = temporary || verdict.verdict == "temperror";
        }
        if (temporary) return "temperror";
        if (!sender_) return std::nullopt;
        return "fail";
    }

    /// What a trusted sealer says of the hop before it (RFC 8617 section 7.2.1) counts where ours is no pass.
    void hear_sealer(AuthenticationResults& out) const {
        if (out.verdicts.back().verdict != "pass") return;
        const std::string& sealer = chain_.sets.back().seal.domain;
        if (std::ranges::find(subject_.trusted_sealers, sealer) == subject_.trusted_sealers.end()) return;
        const AuthenticationResults sealed = sealed_results(raw_, chain_);
        for (const char* method : {"spf", "dmarc"}) {
            const AuthVerdict* const theirs = find_verdict(sealed, method);
            if (theirs == nullptr || theirs->verdict != "pass") continue;
            if (theirs->method == "dmarc" &&
                to_lower(property_of(*theirs, "header.from")) != subject_.from.domain)
                continue;
            AuthVerdict heard = *theirs;
            if (heard.method == "dmarc") heard.properties["header.from"] = subject_.from.domain;
            heard.properties["sealer"] = sealer;
            const auto ours = std::ranges::find(out.verdicts, heard.method, &AuthVerdict::method);
            if (ours == out.verdicts.end())
                out.verdicts.push_back(std::move(heard));
            else if (ours->verdict != "pass" && ours->verdict != "none")
                *ours = std::move(heard);
        }
    }

    const AuthenticationSubject& subject_;
    DomainNames& domain_names_;
    RawMessage raw_;
    std::vector<DkimSignature> signatures_;
    ArcChain chain_;
    DkimVerifier verifier_;
    DnsRounds rounds_;
    std::optional<SpfSender> sender_;
};

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
    out.policy = to_lower(tag_of_list(record, "p").value_or(""));
    if (!is_policy(out.policy)) return std::nullopt;
    out.subdomain_policy = to_lower(tag_of_list(record, "sp").value_or(out.policy));
    if (!is_policy(out.subdomain_policy)) out.subdomain_policy = out.policy;
    out.strict_dkim = to_lower(tag_of_list(record, "adkim").value_or("r")) == "s";
    out.strict_spf = to_lower(tag_of_list(record, "aspf").value_or("r")) == "s";
    return out;
}

AuthenticationResults verify_authentication(const AuthenticationSubject& subject, TimePoint now,
                                            DomainNames& domain_names, const AskDns& ask) {
    return Authentication(subject, now, domain_names, ask).run();
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
