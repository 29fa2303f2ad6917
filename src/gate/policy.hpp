// What happens to a judged message. Pure: what is known in, disposition out. The operator's rows come first; behind them stands a
// table of our own, which is closed: malware is never delivered, and what could not be scanned is not treated as clean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/direction.hpp"
#include "sandbox/outcome.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// What the gate does with a message.
enum class Disposition : std::uint8_t {
    accept,      ///< passed on; a banner (banner.hpp) may be put on it all the same
    tag,         ///< passed on with header fields that say what was found
    quarantine,  ///< kept as evidence, not delivered
    hold,        ///< kept until a person decides
    reject,      ///< refused for good (5xx)
    tempfail,    ///< refused for now (4xx): the sender keeps it and tries again
};
[[nodiscard]] std::string_view to_string(Disposition disposition);
[[nodiscard]] std::optional<Disposition> disposition_from(std::string_view name);
/// Accept or tag.
[[nodiscard]] bool passes(Disposition disposition);
/// Hold or quarantine.
[[nodiscard]] bool keeps(Disposition disposition);

enum class DecidedBy : std::uint8_t {
    policy,
    order,
    watch,
    report,  ///< it is addressed to where people report mail: whatever it carries, it is what they want to show
};

struct Decision {
    Disposition disposition = Disposition::tempfail;
    std::string reason;  ///< in plain words, for the record; for the sender too unless an order decided
    DecidedBy by = DecidedBy::policy;
};

/// One row of the operator's table. Every member that is set must fit; of the values of a list one is enough.
struct PolicyRow {
    std::optional<mail::Direction> direction;
    std::vector<scan::Verdict> verdicts;
    std::vector<sandbox::Outcome> outcomes;
    std::optional<bool> ambiguous;
    std::vector<scan::PartFlag> flags;    ///< of any part
    std::uint64_t larger_than_bytes = 0;  ///< 0: any size
    std::vector<std::string> customers;
    std::vector<std::string> recipients;  ///< addresses, or "@domain"
    Disposition disposition = Disposition::tempfail;
    std::string reason;  ///< empty: what was found
};

struct PolicyTable {
    std::vector<PolicyRow> rows;
    Disposition unknown_sender = Disposition::accept;
    std::uint32_t inbound_tries = 3;  ///< unscannable mail from outside is kept at this try
};

/// One recipient's message, and what is known of it.
struct PolicySubject {
    mail::Direction direction = mail::Direction::inbound;
    sandbox::Outcome outcome = sandbox::Outcome::unavailable;
    const scan::ScanReport* report = nullptr;  ///< counts only when `outcome` is verdict
    std::uint64_t size_bytes = 0;
    std::string_view customer;
    std::string_view recipient;
    std::uint32_t tries = 1;  ///< how often this message has come, when it could not be scanned
};

/// The first row that fits, or else our own table. A row that lets malware or an unscanned message pass does not count: `config
/// check` refuses it, and here our own table answers in its place.
[[nodiscard]] Decision decide(const PolicyTable& table, const PolicySubject& subject);

/// Some row looks at recipients: each has to be asked about alone.
[[nodiscard]] bool looks_at_recipients(const PolicyTable& table);

/// Our own table alone.
[[nodiscard]] Decision decide(mail::Direction direction, sandbox::Outcome outcome,
                              const scan::ScanReport& report);

}  // namespace tocsin::gate
