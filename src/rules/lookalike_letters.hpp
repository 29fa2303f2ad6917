// What two labels of domains have to do with each other, letter by letter. ASCII in lower case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

/// How `text` looks in a hurry: digits as the letters they replace (0 o, 1 l, 3 e, 4 a, 5 s, 7 t, 8 b, 9 g), "i" and "l" as
/// one, "rn" as m, "vv" as w, "cl" as d. For names on both sides of a comparison; other bytes stay.
[[nodiscard]] std::string hurried_look(std::string_view text);

/// The one edit that makes `written` of `name`.
enum class Slip : std::uint8_t {
    none,       ///< equal, or more than one edit
    neighbour,  ///< a key beside the right one, on a QWERTY, QWERTZ or AZERTY keyboard
    doubled,    ///< a letter twice
    dropped,    ///< a letter missing
    swapped,    ///< two letters in the wrong order
    hyphen,     ///< a hyphen added or missing
    added,      ///< another character more
    bit_flip,   ///< another character that differs in one bit
    replaced,   ///< any other character instead
};
[[nodiscard]] Slip slip_of(std::string_view name, std::string_view written);

/// Whether two keys touch on one of the three keyboards, or lie in the same place of two: hands remember another keyboard (y
/// and z).
[[nodiscard]] bool are_neighbours(char left, char right);

/// Words that make a stranger's domain sound like a service of the name beside them: "login", "billing", "paket".
[[nodiscard]] bool is_lure(std::string_view word);

/// `text` without one lure of four letters or more at its begin, at its end, or at both; "" where nothing is left.
[[nodiscard]] std::vector<std::string_view> without_lures(std::string_view text);

}  // namespace tocsin::rules
