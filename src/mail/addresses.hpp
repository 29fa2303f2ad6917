// Mailbox lists of From, To, Cc, Reply-To … (RFC 5322 sections 3.4 and 4.4), as lenient as the clients that
// show them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/charset.hpp"
#include "mail/domain_names.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// All mailboxes of a field value as it stands in the bytes, at most limits::mailboxes. Groups are flattened;
/// an empty group is a mailbox with the group's name and no address ("Undisclosed recipients"). Text without
/// an address is a mailbox with that display name and an empty, invalid address. Never fails; linear time.
[[nodiscard]] std::vector<Mailbox> parse_mailboxes(std::string_view raw_value, CharsetConverters& converters,
                                                   DomainNames& domain_names);

/// One addr-spec without angle brackets: comments and white space outside quotes are dropped, an obsolete
/// route is skipped, the last `@` outside quotes parts local part and domain. Without `@` all is local part.
[[nodiscard]] EmailAddress parse_email(std::string_view addr_spec, DomainNames& domain_names);

/// The mailbox as RFC 5322 text in UTF-8 that parses to the same mailbox again.
[[nodiscard]] std::string to_address_text(const Mailbox& mailbox);

}  // namespace tocsin::mail
