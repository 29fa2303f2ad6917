// What the world is asked to do, each with a key that makes a repeat harmless.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "respond/people.hpp"
#include "respond/words.hpp"

namespace tocsin::respond {

/// Made of incident, run, step, purpose and target, never of the attempt: "r-77ab.1.stop.do.8f0e21…". Letters, digits, dots,
/// hyphens and underscores only, so that it can be an id of an order, the left side of a Message-ID, a field of HTTP.
using EffectKey = std::string;

/// One thing to do. Who does it writes EffectAttempted down first, and leaves it when the machine refuses that; looks the key
/// up where it acts; and says afterwards how it went.
struct Effect {
    EffectKey key;
    EffectKind kind{};
    RunKind run_kind = RunKind::real;  ///< dry: say what would be done, and do nothing
    Repeat repeat{};
    Urgency urgency{};
    TimePoint due;
    std::uint32_t attempt = 1;
    std::string incident, step;  ///< step: empty for what no playbook asked for
    std::uint32_t run = 0;       ///< 0: none
    std::string undoes;          ///< key of the effect that this one takes back
    /// By the names of the step's parameters. A notice has: notice (tell, page, all_clear), to (person, customer, address),
    /// whom, channel, address, subject, text. An alarm has: text. find_copies and purge have what to look for: sender, url,
    /// file, text, each with several values on lines of their own.
    std::map<std::string, std::string> parameters;
};

/// Whom a notice is for. Confirmed contacts of a customer are known to who sends it.
struct Target {
    TargetKind kind{};
    std::string whom;  ///< id of a person, a customer, an address
    Channel channel{};
};

}  // namespace tocsin::respond
