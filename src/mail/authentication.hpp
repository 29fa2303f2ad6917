// Who wrote a message, verified by us: DKIM, and DMARC (RFC 7489) as far as DKIM alone tells. A pass is a fact for rules, never a
// reason to call mail good.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "mail/dkim.hpp"
#include "mail/domain_names.hpp"
#include "mail/message.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {

/// Asks DNS for the TXT records of limits::txt_names names at most, all at once; one answer for each, in order. Asked once.
using AskTxt = std::function<std::vector<TxtTexts>(const std::vector<std::string>& names)>;

/// The domain in the From field, as the likeliest reading has it: of its first mailbox with an address.
[[nodiscard]] Domain from_domain(const MimeTree& tree, MailTools& tools);

/// What a domain wants to be done with mail in its name.
struct DmarcPolicy {
    std::string policy;            ///< none, quarantine, reject
    std::string subdomain_policy;  ///< the same; of subdomains
    bool strict_dkim = false;      ///< adkim=s
};

/// nullopt: no record, or several, or one that is not valid (RFC 7489 section 6.6.3).
[[nodiscard]] std::optional<DmarcPolicy> read_dmarc(const TxtTexts& answer);

/// `from`: the domain in the From field; one without a registrable domain has no DMARC. Verdicts: one "dkim" for each signature,
/// or "none"; one "dmarc" with header.from, where it can be told: `none` (no policy), `pass` (a signature of that domain is
/// right), `temperror`. That DKIM does not pass does not mean that DMARC fails, for SPF may: then there is no verdict "dmarc".
[[nodiscard]] AuthenticationResults verify_authentication(ByteView message, const Domain& from, TimePoint now,
                                                          DomainNames& domain_names, const AskTxt& ask);

/// What counts of a message whose From field has the domain `from`: ours first, then of `believed` (what a trusted server said)
/// the methods that we did not verify. A "dmarc" of ours about another domain is left out.
[[nodiscard]] AuthenticationResults join_results(const AuthenticationResults& verified,
                                                 const AuthenticationResults* believed,
                                                 const std::string& from);

}  // namespace tocsin::mail
