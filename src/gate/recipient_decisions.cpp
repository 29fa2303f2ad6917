#include "gate/recipient_decisions.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tocsin::gate {

namespace {

/// From harmless to strict, as one transaction can carry them out.
int strictness(Disposition disposition) {
    switch (disposition) {
        case Disposition::accept: return 0;
        case Disposition::tag: return 1;
        case Disposition::quarantine: return 2;
        case Disposition::hold: return 3;
        case Disposition::reject: return 4;
        case Disposition::tempfail: return 5;
    }
    return 5;
}

bool less_strict(const Decision& left, const Decision& right) {
    return strictness(left.disposition) < strictness(right.disposition);
}

}  // namespace

TransactionDecision combine(std::span<const std::string> recipients, std::span<const Decision> decisions) {
    ASSERT(!decisions.empty(), "somebody decided");
    ASSERT(recipients.empty() || recipients.size() == decisions.size(), "one decision for each recipient");
    TransactionDecision out;
    out.decision = *std::ranges::max_element(decisions, less_strict);
    bool all_rejected = std::ranges::all_of(
        decisions, [](const Decision& one) { return one.disposition == Disposition::reject; });
    if (out.decision.disposition == Disposition::tempfail || all_rejected) return out;
    if (out.decision.disposition == Disposition::reject) {
        // After DATA nobody can be refused alone. What one may not have is kept, what another may have goes on.
        out.decision.disposition = Disposition::quarantine;
        for (const Decision& one : decisions)
            if (one.disposition == Disposition::hold) out.decision = one;
    }
    for (std::size_t index = 0; index < recipients.size(); ++index) {
        bool gets_it = passes(decisions[index].disposition);
        (gets_it ? out.passing : out.kept).push_back(recipients[index]);
        if (gets_it && (!out.of_passing || less_strict(*out.of_passing, decisions[index])))
            out.of_passing = decisions[index];
    }
    return out;
}

}  // namespace tocsin::gate
