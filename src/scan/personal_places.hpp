// Where in a text or page a copy for another reader may differ without becoming anything but a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::scan {

enum class PlaceKind : std::uint8_t {
    words,      ///< text that a person reads: names, numbers
    link_path,  ///< of a web link in an attribute, behind its host
};

/// A range of the text, [begin, end).
struct PersonalPlace {
    std::size_t begin = 0, end = 0;
    PlaceKind kind = PlaceKind::words;
};

/// The places of an HTML page, in order; nullopt for a page that holds what programs disagree about or what runs: scripts, forms,
/// foreign content, a "<" that begins no tag, a charset in which letters are markup. HTML Living Standard, section 13.2.5, in the
/// part that everybody reads alike.
[[nodiscard]] std::optional<std::vector<PersonalPlace>> personal_places(std::string_view page);

/// True when these bytes may stand in such a place: letters, digits and what stands in names and numbers; never what could begin
/// or end markup, a quotation, a character reference or a call.
[[nodiscard]] bool harmless_there(PlaceKind kind, std::string_view bytes);

/// True for charsets whose ASCII bytes are ASCII and nothing else; empty counts as one. UTF-7, UTF-16, HZ and ISO-2022 are none.
[[nodiscard]] bool plain_charset(std::string_view lower_case_name);

}  // namespace tocsin::scan
