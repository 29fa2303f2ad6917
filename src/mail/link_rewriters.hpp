// Links that a gateway, a tracker or an open redirector has put itself in front of.
#pragma once

#include "mail/domain_names.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// Makes of `url` where it leads when known rewriters around it are taken away, from its own text alone: nothing is asked of the
/// network. At most limits::link_rewriters of them; `rewrite` then says what stood in the mail and who had rewritten it. A URL
/// that is none of theirs, or whose target only the rewriter's server knows, stays as it is.
///
/// Names are those that public rules use: proofpoint (versions 1 to 3), azure_safelink, barracuda, mandrill, mailjet, aws_ses,
/// postmark, convertkit, monday_tracker, google_tag_manager, google_open_redirect, bing_open_redirect, indeed_open_redirect.
void unravel(Url& url, DomainNames& domain_names);

}  // namespace tocsin::mail
