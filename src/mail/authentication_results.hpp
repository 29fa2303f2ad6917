// What other servers said about a message's authenticity: Authentication-Results (RFC 8601), Received-SPF
// (RFC 7208 section 9.1), and the tags of a DKIM-Signature (RFC 6376 section 3.5). Nothing here is verified
// by us.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/message.hpp"

namespace tocsin::mail {

/// One unfolded Authentication-Results value. Microsoft's form without an authserv-id is read, too. A comment
/// "domain of X designates" becomes the property "designator". Never fails; at most 64 verdicts.
[[nodiscard]] AuthenticationResults parse_authentication_results(std::string_view value);

/// One unfolded Received-SPF value; method is "spf".
[[nodiscard]] AuthVerdict parse_received_spf(std::string_view value);

/// A tag of a DKIM-Signature or another tag=value list, without white space inside; nullopt when it is not
/// there.
[[nodiscard]] std::optional<std::string> tag_of_list(std::string_view value, std::string_view tag);

/// The first verdict of that method, or nullptr.
[[nodiscard]] const AuthVerdict* find_verdict(const AuthenticationResults& results, std::string_view method);

}  // namespace tocsin::mail
