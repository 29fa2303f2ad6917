// `strings.scan_base64` and `strings.decode_base64`: texts that hide in base64, in links and scripts above all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

enum class Base64Format : std::uint8_t {
    standard,  ///< RFC 4648 section 4: `+` and `/`
    url,       ///< section 5: `-` and `_`
};

/// The texts that may stand in a run; the defaults are those of the language.
struct Base64Options {
    bool ascii = true, utf8 = true, utf16_le = false;
    /// Take runs that lack their final `=`, as links do.
    bool ignore_padding = false;
    Base64Format format = Base64Format::standard;
};

/// Fewest characters of a run that is decoded. The shortest text that public rules look for is an address: six bytes (a@b.co)
/// are eight characters. Shorter runs are ordinary words, which are everywhere.
inline constexpr std::size_t base64_run_characters_min = 8;

/// Every run of base64 in `text` that is text in one of the encodings, decoded to UTF-8, in order.
///
/// A run goes over line ends where encoders break lines (after 76 characters: RFC 2045 section 6.8, or 64: RFC 7468 section
/// 2). `%3D` is padding, too, for links. The two signs of the alphabet that are no letters and digits also separate what is no
/// base64 ("/login/" before a run in a path): where the whole run is no text, its pieces are tried. Where UTF-16 was asked
/// for, a run that is ASCII with zeros yields both readings.
///
/// Linear: at most two texts of each nine bytes, twice the bytes of `text` in all.
[[nodiscard]] std::vector<std::string> scan_base64(std::string_view text, const Base64Options& options = {});

/// `text`, white space around it aside, decoded as a whole: either alphabet, with or without padding. nullopt when it is no
/// base64, or not UTF-8 behind it.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace tocsin::rules
