// The body of a message: which parts are shown, what they say, where they lead.
#pragma once

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/part_roles.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {

/// Text, links and threads of the shown parts. `truncated` is set when a limit cut something off, Body::cut when that was
/// something that a person would see.
[[nodiscard]] Body build_body(const MimeTree& tree, const PartRoles& roles, MailTools& tools,
                              bool& truncated);

}  // namespace tocsin::mail
