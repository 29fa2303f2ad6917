// Limits of the search for what regular expressions need.
#pragma once

#include <cstddef>

namespace tocsin::limits {

/// Pieces that an expression needs, from this length on; of those groups of which one is needed, so many are looked at.
inline constexpr std::size_t regex_piece_bytes_min = 1;
inline constexpr std::size_t regex_clauses = 4;
/// Learning which takes time with the square of the pieces: of an expression with more, nothing is learnt when rules are loaded,
/// and it is asked exactly for each text.
inline constexpr std::size_t regex_pieces_learnt = 512;
/// Pieces that are looked for among the texts; for pages shorter ones, too (literal_bytes_min). Of those that are not it is told
/// which pairs of bytes a text has.
inline constexpr std::size_t regex_piece_bytes_searched = 4;
/// From this length of a text on it is asked exactly whether an expression can match before it is tried: a shorter one is read
/// as fast.
inline constexpr std::size_t regex_sorted_out_from = 256;

}  // namespace tocsin::limits
