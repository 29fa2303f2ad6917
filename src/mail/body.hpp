// The body of a message: which parts are shown, what they say, where they lead.
#pragma once

#include <vector>

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {

/// The parts of one reading, told apart by what a mail client does with them.
struct PartRoles {
    std::vector<std::uint32_t> html;         ///< shown text/html, in order
    std::vector<std::uint32_t> plain;        ///< shown text/plain, in order
    std::vector<std::uint32_t> attachments;  ///< every other leaf, and attached messages as a whole
};

/// What is inside an attached message belongs to that message and is left out, as is text before the first or
/// after the last boundary.
[[nodiscard]] PartRoles find_roles(const MimeTree& tree, const Reading& reading);

/// Text, links and threads of the shown parts. `truncated` is set when a limit cut something off.
[[nodiscard]] Body build_body(const MimeTree& tree, const PartRoles& roles, MailTools& tools,
                              bool& truncated);

}  // namespace tocsin::mail
