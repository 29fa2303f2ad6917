// Whose names are protected against look-alikes: what the lists say.
#pragma once

#include <string>

#include "mail/domain_names.hpp"
#include "rules/confusables.hpp"
#include "rules/lists.hpp"
#include "rules/load_notices.hpp"
#include "rules/lookalike.hpp"

namespace tocsin::rules {

/// The names of `$org_domains`, `$tenant_domains`, `$customer_domains`, `$brand_domains`, `$org_vips` and
/// `$org_display_names`, and those that `$lookalike_allowed` lets alone. A list that is not there protects nobody.
///
/// `notices` tells what is not protected, with the reason: what is no domain or no name; and customers' domains that imitate
/// the organisation or a brand themselves, unless they are allowed: whoever signs up with such a name must not be exempted by
/// being a customer.
///
/// `confusables` must outlive the result. Errors: limit (limits::protected_names).
[[nodiscard]] Result<LookAlikes> look_alikes_of(const Lists& lists, mail::DomainNames& domain_names,
                                                const Confusables& confusables, LoadNotices& notices);

/// Whether a display name is a team's, not a person's: a word in it is that of an office ("IT Helpdesk", "Billing").
[[nodiscard]] bool is_team_name(std::string_view name);

}  // namespace tocsin::rules
