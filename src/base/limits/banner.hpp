// Limits of the warning in mail that passes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Places of one message at which the banner stands: a text and a page, and some more where programs choose another part.
inline constexpr std::size_t banner_places = 8;
/// One text of the banner, and how many of them are looked for in mail that may imitate it.
inline constexpr std::size_t banner_text_bytes = 400;
inline constexpr std::size_t banner_looked_for = 10;
/// Bytes of letters and digits from which on a text is looked for: fewer stand in honest mail.
inline constexpr std::size_t banner_letters_min = 12;
/// How long earlier mail must have been remembered before a sender counts as new, at most.
inline constexpr std::int64_t banner_learn_days_max = 365;

}  // namespace tocsin::limits
