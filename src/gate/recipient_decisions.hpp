// One message, several recipients, perhaps several fates: puts the decisions of all recipients together into what one transaction
// can do. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gate/policy.hpp"

namespace tocsin::gate {

/// What is done with the message as a whole. A transaction after DATA has one answer for all recipients, so:
/// one tempfail is tempfail for all; a rejection beside other fates becomes quarantine; who gets it and who does not are split.
struct TransactionDecision {
    Decision decision;                 ///< the strictest that is carried out, for the record and the answer
    std::vector<std::string> passing;  ///< recipients who get the message
    std::vector<std::string> kept;     ///< recipients for whom it is held or quarantined
    /// The strictest of those who get it: what the copies that go on say of themselves. Nothing when nobody does.
    std::optional<Decision> of_passing;
    /// True when some get it and for others it is kept: the next hop must be told of the former only.
    [[nodiscard]] bool split() const { return !passing.empty() && !kept.empty(); }
};

/// `decisions[i]` is for `recipients[i]`; there is at least one decision. With no recipients (a check without an
/// envelope) the one decision is for the message.
[[nodiscard]] TransactionDecision combine(std::span<const std::string> recipients,
                                          std::span<const Decision> decisions);

}  // namespace tocsin::gate
