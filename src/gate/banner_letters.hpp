// The banner's words in what a charset can show.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "scan/banner_place.hpp"

namespace tocsin::gate {

/// `text` (UTF-8) in these letters. ASCII and Latin-1 get plain quotes and dashes; ASCII gets "ae" for "ä" and "e" for "é".
/// nullopt: a letter that has no such form, or no UTF-8.
[[nodiscard]] std::optional<std::string> in_letters(std::string_view text, scan::BannerLetters letters);

/// The character at `at` of UTF-8 text (RFC 3629), and `at` moves behind it. nullopt: there is none that is well-formed.
[[nodiscard]] std::optional<char32_t> next_character(std::string_view text, std::size_t& at);

}  // namespace tocsin::gate
