// What of an incident may leave the house: indicators of the attack, and nothing about whom it hit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/response.hpp"

namespace tocsin::share {

enum class IndicatorKind : std::uint8_t { url, domain, ip, email, sha256 };
[[nodiscard]] std::string_view to_string(IndicatorKind kind);

struct Indicator {
    IndicatorKind kind{};
    std::string value;  ///< ASCII without blanks
    TimePoint first_seen, last_seen;
};

/// Something that the incident knows and that does not go out, for the person who exports.
struct LeftOut {
    std::string kind, value, why;
};

/// Who shares, and what is his own.
struct House {
    std::string organisation;            ///< as others are shown it
    std::string contact;                 ///< where others may ask; empty: nowhere
    std::vector<std::string> domains;    ///< of the house and of its customers; what is below them too
    std::vector<std::string> addresses;  ///< of people who answer for incidents
    /// Whether a host belongs to one of the great providers, which must not be blocked for all; empty: none does.
    std::function<bool(std::string_view host)> is_great;
    /// Whether strangers can put a page or a file there (file stores, forms, shorteners); empty: nowhere.
    std::function<bool(std::string_view host)> is_shared_place;
};

/// Of the house or of a customer, or below such a domain.
[[nodiscard]] bool is_of_house(const House& house, std::string_view host);

/// What is done with names of the house, of its customers and of great providers.
enum class KnownNames : std::uint8_t { left_out, included };

struct SharedIncident {
    std::string id;
    std::uint64_t number = 0;
    respond::Severity severity{};
    bool is_open = true;
    TimePoint opened, changed;
    std::vector<Indicator> indicators;  ///< by kind, then value; at most limits::share_indicators
    std::vector<LeftOut> left_out;
};

/// What may go out. No text that a person or a mail wrote goes out (titles, notes, subjects); neither do customers, recipients,
/// reporters, victims, credentials, lists. Of a link its query and fragment are cut off, since they often say to whom it was
/// sent, and a link, host or sender that names one of them is left out. A sender goes out only if his domain vouched for the
/// mail, a file only if the judge found malware in its mail or a person said so.
/// Errors: conflict (nobody has said yet that the incident is an attack).
[[nodiscard]] Result<SharedIncident> to_share(const respond::Response& response,
                                              const respond::Incident& incident, const House& house,
                                              KnownNames known);

}  // namespace tocsin::share
