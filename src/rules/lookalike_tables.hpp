// Inside of LookAlikes: the protected names in the forms in which they are looked for. Only lookalike*.cpp include this.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text_hash.hpp"
#include "rules/lookalike.hpp"

namespace tocsin::rules {

using NameSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;
using NameIndex = std::unordered_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>>;

struct DomainName {
    std::string root;     ///< "paypal.com"
    std::string label;    ///< "paypal", an A-label as it is
    std::string unicode;  ///< the same in Unicode
    std::string look;     ///< the label as an English reader takes it: ASCII, small letters
    std::string tld;
    ProtectedKind kind = ProtectedKind::brand;
};

struct PersonName {
    std::string name;
    ProtectedKind kind = ProtectedKind::vip;
    std::string plain;                   ///< its words as they are, sorted
    std::size_t words = 0;               ///< number of words
    std::size_t letters = 0;             ///< number of letters in them
    std::vector<std::string> addresses;  ///< small letters
};

/// The words of a display name.
struct NameWord {
    std::string plain;  ///< small letters
    std::string look;   ///< hurried_look() of it
};

struct LookAlikeTables {
    const Confusables* confusables = nullptr;

    std::vector<DomainName> domains;
    NameIndex by_look;      ///< DomainName::look
    NameIndex by_skeleton;  ///< hurried_look() of it
    NameIndex by_root;
    /// Hash of each look and of each look with one letter left out, sorted.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> by_deletion;
    NameSet known;         ///< protected and allowed domains
    NameSet organisation;  ///< the organisation's own

    std::vector<PersonName> people;
    NameIndex by_words;  ///< sorted looks of a name's words, or its two words without the blank
    std::size_t most_words = 0;

    std::vector<std::string> skipped;

    /// Whether `domain` or a domain above it is in `names`.
    [[nodiscard]] static bool is_below(std::string_view domain, const NameSet& names);
    /// `label` in Unicode as an English reader takes it.
    [[nodiscard]] std::string look_of(std::string_view label) const;
    /// The words of a name without titles and initials.
    [[nodiscard]] std::vector<NameWord> words_of(std::string_view name) const;
};

/// hash of `text` without the character at `left_out`; npos leaves none out.
[[nodiscard]] std::uint64_t deletion_hash(std::string_view text, std::size_t left_out);

/// Labels of a domain, each with its form in Unicode, from the left.
struct Label {
    std::string_view text, unicode;
    std::size_t begin = 0;  ///< in Domain::domain
};
[[nodiscard]] std::vector<Label> labels_of(const mail::Domain& domain);

/// `words` sorted and joined; `look` chooses the form.
[[nodiscard]] std::string joined_sorted(const std::vector<NameWord>& words, std::size_t begin,
                                        std::size_t count, std::string NameWord::* form);

[[nodiscard]] std::optional<LookAlike> judge_domain(const LookAlikeTables& tables,
                                                    const mail::Domain& domain);
[[nodiscard]] std::optional<LookAlike> judge_display_name(const LookAlikeTables& tables,
                                                          std::string_view display_name,
                                                          const mail::EmailAddress& from);

/// Fewest letters of names for which accidents are rare enough; found by measuring against the 10,000 most visited domains.
namespace strictness {
/// "dhl-tracking.example": the word that lures makes up for the short name. Two letters are everywhere ("hp-", "ey-").
inline constexpr std::size_t with_lure = 3;
/// Without a hyphen, with letters replaced, with a slip, or below another top-level domain.
inline constexpr std::size_t glued = 5, hurried = 5, slip = 5, other_tld = 5;
/// Look-alike letters and glued words in labels that anyone may choose, below the registered one.
inline constexpr std::size_t below = 6;
/// Slips below any top-level domain, and slips of any kind.
inline constexpr std::size_t slip_any_tld = 7, any_slip = 8;
/// A dropped letter leaves an ordinary word of four letters too often.
inline constexpr std::size_t dropped = 6;
/// A brand's name and a hyphen beside any word; five letters suffice for our own name and customers'.
inline constexpr std::size_t any_word = 7;
/// People: "Li Wu" must be the whole display name, longer names may have words around them. One word alone must be a name.
inline constexpr std::size_t name_with_words = 7, single_word = 5;
}  // namespace strictness

}  // namespace tocsin::rules
