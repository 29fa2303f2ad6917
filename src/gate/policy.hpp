// What happens to a judged message. Pure: verdict in, disposition out. The table becomes configurable with the rest of the gate;
// its defaults are closed: malware is never delivered, and what could not be scanned is not treated as clean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mail/direction.hpp"
#include "sandbox/outcome.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// What the gate does with a message.
enum class Disposition : std::uint8_t {
    accept,      ///< passed on as it is
    tag,         ///< passed on with a header field that says what was found
    quarantine,  ///< kept as evidence, not delivered
    hold,        ///< kept until a person decides
    reject,      ///< refused for good (5xx)
    tempfail,    ///< refused for now (4xx): the sender keeps it and tries again
};
[[nodiscard]] std::string_view to_string(Disposition disposition);

enum class DecidedBy : std::uint8_t { policy, order };

struct Decision {
    Disposition disposition = Disposition::tempfail;
    std::string reason;  ///< in plain words, for the record; for the sender too unless an order decided
    DecidedBy by = DecidedBy::policy;
};

/// The disposition of a message that was scanned, or could not be. `report` counts only when `outcome` is verdict.
[[nodiscard]] Decision decide(mail::Direction direction, sandbox::Outcome outcome,
                              const scan::ScanReport& report);

}  // namespace tocsin::gate
