// Mail that goes round the filters, on its way through the gate: found, held, counted.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "gate/judgement.hpp"
#include "gate/services.hpp"

namespace tocsin::gate {

/// Sets `judgement.detour` where a message that would pass goes round the filters; in mode hold, `decisions` (one for each
/// recipient) become stricter. Looks at the scan and the customer.
void look_for_detour(const GateServices& services, const Envelope& envelope, Judgement& judgement,
                     std::vector<Decision>& decisions, TimePoint now);

/// Behind its record: a file that was held back is remembered, a detour is counted for a group of people, never for a person.
void note_detour(GateServices& services, const store::Record& record, const Judgement& judgement);

}  // namespace tocsin::gate
