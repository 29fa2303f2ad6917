// What a part's charset and transfer encoding can carry.
#pragma once

#include <optional>
#include <string_view>

#include "mail/mime.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::banner {

/// Which letters lines at the top of this text can have; nullopt: not even ASCII can be put there, because the charset does not
/// begin with it (UTF-16, UTF-7, EBCDIC) or is unknown.
[[nodiscard]] std::optional<scan::BannerLetters> letters_of(const mail::Entity& entity);

/// Whether ASCII in the middle of the text means itself, and `<` and `>` are never part of another character.
[[nodiscard]] bool has_ascii_throughout(const mail::Entity& entity);

}  // namespace tocsin::banner
