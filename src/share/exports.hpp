// A shared incident in the forms that other houses read: STIX 2.1, MISP, CSV, X-ARF 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "share/incident.hpp"

namespace tocsin::share {

enum class Form : std::uint8_t { stix, misp, csv, xarf };
/// The Traffic Light Protocol 2.0 of FIRST: to whom whoever gets it may hand it on.
enum class Tlp : std::uint8_t { clear, green, amber, amber_strict, red };

inline constexpr std::string_view form_words[] = {"stix", "misp", "csv", "xarf"};
inline constexpr std::string_view tlp_words[] = {"clear", "green", "amber", "amber+strict", "red"};

struct Exported {
    std::string file_name, media_type, content;
};

/// A bundle: who shares, the marking, an indicator with its pattern and the observable for each value, a report that names them.
/// The same value of the same house has the same identifiers in every export.
[[nodiscard]] Exported to_stix(const SharedIncident& incident, const House& house, Tlp tlp);
/// One event, not published: a person does that.
[[nodiscard]] Exported to_misp(const SharedIncident& incident, const House& house, Tlp tlp);
/// type,value,first_seen,last_seen,incident,comment (RFC 4180). No cell is a formula to a spreadsheet.
[[nodiscard]] Exported to_csv(const SharedIncident& incident, const House& house);

/// Whom an abuse report is about, and to whom it goes.
struct AbuseReport {
    std::string host;  ///< of the links that are reported; empty: the only one
    std::string to;    ///< address; empty: abuse@ the host
    TimePoint now;     ///< of the mail
};
/// A mail that a person sends, with a report of X-ARF 4 about the links at one host. Errors: invalid_input (no link, several
/// hosts, a host that has none, an address that is none, nobody whom the receiver may ask).
[[nodiscard]] Result<Exported> to_xarf(const SharedIncident& incident, const House& house,
                                       const AbuseReport& report);

}  // namespace tocsin::share
