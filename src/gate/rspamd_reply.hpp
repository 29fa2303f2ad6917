// A judgement in the words of rspamd's protocol (/checkv2).
#pragma once

#include <string>
#include <vector>

#include "gate/judgement.hpp"

namespace tocsin::gate {

/// rspamd's action for a disposition. The caller keeps the message, so what we would keep is `reject`, with `quarantine` named
/// beside it for callers that can: nothing that did not pass here passes there.
[[nodiscard]] std::string_view rspamd_action(Disposition disposition);

/// The JSON object that answers /checkv2. `fields` are the header fields to add, `forged` the names of those under our own names
/// that are to go first. Scores: 0 passes, 8 is marked, 15 and more is
/// refused; every finding is a symbol with a description, because some callers read nothing else.
[[nodiscard]] std::string rspamd_reply(const Judgement& judgement, const std::vector<HeaderField>& fields,
                                       const std::vector<std::string>& forged = {});

/// The same in lines, as rspamd answered before HTTP: metric, action, symbols, why. The first line and its form are what Exim
/// reads; it has at most 16 KiB.
[[nodiscard]] std::string rspamc_reply(const Judgement& judgement);

}  // namespace tocsin::gate
