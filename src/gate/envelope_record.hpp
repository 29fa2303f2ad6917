// What the journal keeps of an envelope, whatever became of the message.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "gate/envelope.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

/// A record with its id, its time and the envelope; everything else is still empty.
[[nodiscard]] store::Record envelope_record(std::string id, const Envelope& envelope, TimePoint now);

}  // namespace tocsin::gate
