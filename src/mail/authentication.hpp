// Who wrote a message, verified by us: DKIM, SPF, DMARC (RFC 7489) and ARC. A pass is a fact for rules, never a reason
// to call mail good.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/dns.hpp"
#include "mail/dns_records.hpp"
#include "mail/domain_names.hpp"
#include "mail/message.hpp"
#include "mail/spf.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {

/// Asks DNS, all at once; one answer for each question, in order. Asked limits::dns_rounds times at most, for
/// limits::dns_round_questions at once and limits::dns_questions in all.
using AskDns = std::function<std::vector<DnsAnswer>(const std::vector<DnsQuestion>& questions)>;

/// The domain in the From field, as the likeliest reading has it: of its first mailbox with an address.
[[nodiscard]] Domain from_domain(const MimeTree& tree, MailTools& tools);

/// What a domain wants to be done with mail in its name.
struct DmarcPolicy {
    std::string policy;            ///< none, quarantine, reject
    std::string subdomain_policy;  ///< the same; of subdomains
    bool strict_dkim = false;      ///< adkim=s
    bool strict_spf = false;       ///< aspf=s
};

/// nullopt: no record, or several, or one that is not valid (RFC 7489 section 6.6.3).
[[nodiscard]] std::optional<DmarcPolicy> read_dmarc(const TxtTexts& answer);

struct AuthenticationSubject {
    ByteView message;
    Domain from;                        ///< from_domain(); without a registrable domain there is no DMARC
    std::optional<SpfSender> sender{};  ///< nullopt: who sends is not known, and SPF not told
    std::vector<std::string>
        trusted_sealers{};  ///< domains whose word about the hop before them counts, lower case
};

/// Verdicts, our own:
/// - "dkim": one for each signature, or "none";
/// - "spf" where the sender is known (properties smtp.mailfrom or smtp.helo, client-ip, reason);
/// - "dmarc" with header.from where it can be told: `none` (no policy), `pass` (a signature of that domain is right, or SPF
///   passes for it), `fail` (neither, and both were told), `temperror` (DNS does not say the policy, or what might have made
///   it pass);
/// - "arc": `none`, `pass`, `fail`, `temperror`.
/// Where ARC passes and its newest sealer is trusted, a pass of SPF or DMARC that it saw takes the place of ours that
/// failed or could not be told; such a verdict has the property "sealer".
[[nodiscard]] AuthenticationResults verify_authentication(const AuthenticationSubject& subject, TimePoint now,
                                                          DomainNames& domain_names, const AskDns& ask);

/// What counts of a message whose From field has the domain `from`: ours first, then of `believed` (what a trusted server said)
/// the methods that we did not verify. A "dmarc" of ours about another domain is left out.
[[nodiscard]] AuthenticationResults join_results(const AuthenticationResults& verified,
                                                 const AuthenticationResults* believed,
                                                 const std::string& from);

}  // namespace tocsin::mail
