// Canaries: addresses that nobody has and logins that nobody uses. Mail that touches one shows that a list, or what sends, is in
// other hands.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "respond/event.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// Looked up for every message, so by hash: without canaries it costs nothing.
class Canaries {
public:
    /// `settings` outlives it.
    explicit Canaries(const config::Settings& settings);

    /// The canaries that this message hits, each once. Mail to an address in a customer's list is none when it comes from that
    /// customer: outbound as his, inbound with one of his domains in the envelope. A forger of his domain is overlooked, then;
    /// leave `customer` out for an address that he never writes to.
    [[nodiscard]] std::vector<const config::Canary*> hit_by(const store::Record& record) const;
    /// Its place among the rows, for the name of the fact.
    [[nodiscard]] std::size_t number_of(const config::Canary& canary) const;
    /// What the response is told.
    /// Whether a hit is told: limits::canary_hits_told of each canary in canary_window_us. A flood to one address must not fill
    /// the time line of its incident.
    [[nodiscard]] bool is_worth_telling(const config::Canary& canary, TimePoint now);
    [[nodiscard]] static respond::CanaryHit what_happened(const config::Canary& canary);

private:
    [[nodiscard]] bool is_expected(const config::Canary& canary, const store::Record& record) const;

    const config::Settings& settings_;
    struct Told {
        TimePoint since;
        std::size_t hits = 0;
    };
    std::unordered_map<std::string, const config::Canary*> addresses_, logins_;
    std::unordered_map<std::size_t, Told> told_;  ///< by the number of the canary
};

}  // namespace tocsin::app
