// What a step of a playbook asks of another system: one form for any program, and KumoMTA's own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tocsin::hooks {

struct StepCall {
    std::string key;     ///< of the effect: the same for each try
    std::string undoes;  ///< key of the call that is taken back; empty: it is none
    std::string incident, step;
    std::string webhook;        ///< its name
    std::uint32_t attempt = 1;  ///< 1: the first
    std::map<std::string, std::string>
        values;  ///< customer, credential, victim, sender, list, reason: as they are, for programs
    TimePoint time;
};

/// The body for any program, JSON.
[[nodiscard]] std::string step_body(const StepCall& step);

/// Why, as KumoMTA's log and its list of suspensions show it. It ends with the key, by which ours is found again: KumoMTA makes
/// ids of its own, and a crash could lose them. `key`: of the call that suspends.
[[nodiscard]] std::string kumomta_reason(const StepCall& step, const std::string& key);
/// POST /api/admin/suspend/v1: all queues of a tenant, who has the customer's name. Errors: invalid_input (no customer).
[[nodiscard]] Result<std::string> kumomta_suspend_body(const StepCall& step, std::uint32_t hours);
/// Of the answer to GET: ids of suspensions whose reason ends with this key. Errors: corrupt.
[[nodiscard]] Result<std::vector<std::string>> kumomta_suspensions(std::string_view answer,
                                                                   const std::string& key);
/// DELETE: one of these.
[[nodiscard]] std::string kumomta_cancel_body(const std::string& id);

}  // namespace tocsin::hooks
