// The subject line without what clients and gateways put in front.
#pragma once

#include <string>

#include "mail/message.hpp"

namespace tocsin::mail {

/// `text` (decoded) with its reply and forward prefixes (in the languages that clients write) and leading
/// [TAGS] told apart.
[[nodiscard]] Subject parse_subject(std::string text);

}  // namespace tocsin::mail
