// Domains and display names that imitate the names of others: the organisation's own, its customers', its people's, the
// brands'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mail/domain_names.hpp"
#include "mail/message.hpp"
#include "rules/confusables.hpp"

namespace tocsin::rules {

/// Whose name it is.
enum class ProtectedKind : std::uint8_t { organisation, customer, brand, vip, staff, team };

/// How a name imitates another, the surest sign first.
enum class Imitation : std::uint8_t {
    confusable,    ///< looks the same: Unicode, digits for letters (paypa1), rn for m, vv for w
    display_name,  ///< a person's, team's or domain's name as display name of a foreign address
    combo,  ///< the name with words around it (paypal-login.example), or below a foreign domain (paypal.com.evil.example)
    typo,       ///< one slip of the keyboard: a neighbouring, doubled, dropped, swapped or added letter
    bit_flip,   ///< one bit differs, as after an error of memory
    other_tld,  ///< the same name below another top-level domain
};
[[nodiscard]] std::string_view to_string(Imitation imitation);
[[nodiscard]] std::string_view to_string(ProtectedKind kind);

/// A registrable domain ("paypal.com", not "www.paypal.com").
struct ProtectedDomain {
    std::string domain;
    ProtectedKind kind = ProtectedKind::brand;
};

/// A name that mail programs show: "Jane Smith", "IT Helpdesk", "PayPal".
struct ProtectedPerson {
    std::string name;
    ProtectedKind kind = ProtectedKind::vip;
    /// Addresses, or whole domains (without `@`), that may use the name besides the organisation's domains.
    std::vector<std::string> addresses;
};

struct ProtectedNames {
    std::vector<ProtectedDomain> domains;
    std::vector<ProtectedPerson> people;
    /// Domains of legitimate other holders of similar names; they and what is below them imitate nobody.
    std::vector<std::string> allowed;
};

struct LookAlike {
    Imitation imitation = Imitation::confusable;
    ProtectedKind kind = ProtectedKind::brand;
    std::string
        protected_name;  ///< the domain in small letters and A-label form, or the person's name as it was given
    /// Edit distance in code points: of the two labels below the top-level domain; of the whole registrable domains for
    /// `other_tld`; characters around the name for `combo`; look-alike letters undone for `display_name`.
    std::size_t distance = 0;
    std::string words;  ///< one sentence for an employee
};

/// Answers for any domain or display name, in microseconds for thousands of protected names: exact names, skeletons, and all
/// names with one letter less (Garbe's SymSpell) lie in tables, so that a question costs a look-up for each letter.
///
/// Every short name is somebody's by accident, so the shorter the name, the more is asked for (`strictness` in
/// lookalike_tables.hpp has each number with its reason; all were measured against the 50,000 most visited domains):
/// - Below 5 letters: letters of other scripts, the name and a hyphen beside a word that lures ("dhl-tracking"), and the whole
///   protected domain inside a foreign one. Nothing else.
/// - From 5 letters on: look-alike digits and letters, words that lure without a hyphen, another top-level domain, and slips,
///   but those only below the same top-level domain, and none that leaves 4 letters.
/// - From 7 letters on: slips below any top-level domain, a hyphen beside any word.
/// - From 8 letters on: any one edit counts as a slip, for chance does not come so near.
///
/// A name alone in front of a foreign domain ("paypal.software.example") is no sign: services give their customers such names.
class LookAlikes {
public:
    /// Builds the tables. What cannot be used (no registrable domain, no letters in a name) is left out and listed in
    /// skipped(). `limit` past limits::protected_names. `confusables` must outlive the result.
    [[nodiscard]] static Result<LookAlikes>
    build(const ProtectedNames& names, mail::DomainNames& domain_names, const Confusables& confusables);
    ~LookAlikes();
    LookAlikes(LookAlikes&&) noexcept;
    LookAlikes& operator=(LookAlikes&&) noexcept;

    /// Whom `domain` imitates; nullopt for nobody, for protected and allowed domains and all below them, and for what is no
    /// domain.
    [[nodiscard]] std::optional<LookAlike> of_domain(const mail::Domain& domain) const;

    /// Whom a display name in front of the address `from` imitates. Names are compared folded, in any order ("Smith, Jane"),
    /// without titles and initials, with look-alike letters and digits undone; other words around the name do not help. A
    /// protected domain or an address below one, written as the display name of a foreign address, counts, too. Only
    /// limits::display_name_bytes and limits::display_name_words are looked at: mail programs show less.
    [[nodiscard]] std::optional<LookAlike> of_display_name(std::string_view display_name,
                                                           const mail::EmailAddress& from) const;

    [[nodiscard]] const std::vector<std::string>& skipped() const;

private:
    struct Tables;
    explicit LookAlikes(std::unique_ptr<Tables> tables);
    std::unique_ptr<Tables> tables_;
};

}  // namespace tocsin::rules
