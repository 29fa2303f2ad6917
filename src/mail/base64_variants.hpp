// How decoders of the world differ on base64 that is not clean, and a decoder that can behave like any of
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"
#include "mail/base64.hpp"

namespace tocsin::mail {

/// What `=` does. RFC 2045 section 6.8 lets it "be taken as evidence that the end of the data has been
/// reached"; RFC 4648 section 3.3 warns that decoders disagree where it stands elsewhere.
enum class Base64Padding : std::uint8_t {
    ends_data_when_complete,  ///< the data ends once a quad is padded to four; other `=` are skipped
    ends_data,                ///< any `=` ends the data
    ends_quad,   ///< the quad is written as far as it goes, and the next one begins: concatenated streams
    fills_quad,  ///< counts as one of four characters, wherever it stands in the quad
    skipped,
    zero_bits,  ///< a symbol of value 0, as in decoders whose table has `=` at 0
};

/// What a character outside the alphabet does. RFC 2045 section 6.8: "must be ignored by decoding software".
enum class Base64Foreign : std::uint8_t {
    skipped,
    ends_data,
    ends_line,  ///< the rest of its line is skipped
    drops_line,
    drops_quad,   ///< counts as one of four characters, and the four are dropped
    starts_quad,  ///< what was collected of a quad is dropped
    url_safe,     ///< `-` and `_` are 62 and 63 (RFC 4648 section 5), others are skipped
};

enum class Base64Lines : std::uint8_t {
    joined,
    alone_rest_dropped,  ///< each line on its own; an incomplete quad at its end is dropped
    alone_rest_written,  ///< each line on its own; an incomplete quad at its end is decoded as if padded
};

/// Which lines are data at all.
enum class Base64Extent : std::uint8_t {
    all,
    from_second_line,
    from_first_blank_line,
    from_last_blank_line,
    to_first_blank_line,
};

/// One decoder. The default is what most clients do.
struct Base64Variant {
    Base64Padding padding = Base64Padding::ends_data_when_complete;
    Base64Foreign foreign = Base64Foreign::skipped;
    Base64Lines lines = Base64Lines::joined;
    Base64Extent extent = Base64Extent::all;
};

/// What is unusual in a body, and where it stands first.
struct Base64Survey {
    /// The text with line ends as LF and without blanks at the ends of lines, which no decoder minds.
    std::string text;
    std::optional<std::uint64_t> foreign;     ///< a character outside the alphabet
    unsigned char foreign_character = 0;      ///< that one
    bool url_characters = false;              ///< `-` or `_` occur
    bool foreign_on_first_line = false;       ///< text before the data
    std::optional<std::uint64_t> padding;     ///< `=` with data after it
    std::optional<std::uint64_t> blank_line;  ///< a blank line with data before and after it
    std::optional<std::uint64_t> odd_line;    ///< lines whose lengths make line-wise decoders differ
    bool lone_symbol = false;                 ///< one symbol is left over at the end: no byte comes of it
    std::size_t after_first_line = 0;         ///< positions in `text`
    std::size_t after_first_blank_line = 0;
    std::size_t after_last_blank_line = 0;
};

[[nodiscard]] Base64Survey survey_base64(std::string_view text);

/// The decoders that may differ on such a body, likeliest first; the default one is not among them.
[[nodiscard]] std::vector<Base64Variant> base64_variants(const Base64Survey& survey);

/// Output of one decoder; never longer than three quarters of the text, plus two bytes.
[[nodiscard]] Bytes decode_base64_as(const Base64Survey& survey, const Base64Variant& variant);

}  // namespace tocsin::mail
