// Languages by their ISO 639-1 codes, as far as people are told of them.
#pragma once

#include <string_view>

namespace tocsin {

/// "Portuguese" for "pt"; the code itself where no name is known.
[[nodiscard]] std::string_view language_name(std::string_view code);

/// The same, or two whose texts are taken for each other by programs that guess languages: Danish and Norwegian, Croatian and
/// Serbian. Not transitive: Galician is taken for Spanish and for Portuguese, and those two are told apart.
[[nodiscard]] bool languages_alike(std::string_view a, std::string_view b);

}  // namespace tocsin
