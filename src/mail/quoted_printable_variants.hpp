// How decoders of the world differ on quoted-printable that is not clean, and a decoder that can behave like
// any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::mail {

/// What becomes of `=` before something that is no hex pair. RFC 2045 section 6.7, note (2): a reasonable
/// approach is to include the `=` and what follows in the output; decoders that drop one, two or three
/// characters exist.
enum class IllegalEscape : std::uint8_t {
    kept,
    mark_dropped,
    two_dropped,
    three_dropped,
    removed_first,  ///< a pass before decoding removes `=` and the character after it, unless that is `=` too
};

/// What ends a line after the `=` of a soft line break.
enum class SoftBreak : std::uint8_t {
    lenient,    ///< blanks, any number of CR, then LF (or the end): RFC 2045 section 6.7, rules (3) and (5)
    no_blanks,  ///< blanks after the `=` make it an illegal escape
    one_character,  ///< the CR alone: what follows it is data
    no_bare_cr,     ///< a CR that no LF follows makes it an illegal escape
    to_line_feed,   ///< a CR, and all text up to the next LF is lost
    odd_run,        ///< LF CR, and CR LF LF, are one line end
};

/// RFC 2045 section 6.7, note (1): lower-case digits are illegal; "a robust implementation might choose to
/// recognize them".
enum class LowerCase : std::uint8_t { accepted, illegal };

/// RFC 2045 section 6.7, note (4): a robust decoder "might exclude" control characters and octets above 126.
enum class RawBytes : std::uint8_t { kept, controls_dropped, controls_and_high_dropped };

/// Blanks before a hard line break. RFC 2045 section 6.7, rule (3): they "must be deleted", yet most clients
/// show them.
enum class TrailingBlanks : std::uint8_t { kept, dropped };

/// One decoder. The default is what most clients do.
struct QuotedPrintableVariant {
    IllegalEscape illegal = IllegalEscape::kept;
    SoftBreak soft_break = SoftBreak::lenient;
    LowerCase lower_case = LowerCase::accepted;
    RawBytes raw = RawBytes::kept;
    TrailingBlanks trailing = TrailingBlanks::kept;
};

/// What is unusual in a body, and where it stands first.
struct QuotedPrintableSurvey {
    std::optional<std::uint64_t> illegal;          ///< `=` before no hex pair and no line end
    std::optional<std::uint64_t> blanks_in_break;  ///< soft line break with blanks before the line end
    std::optional<std::uint64_t> cr_in_break;      ///< soft line break with a CR that no LF follows at once
    std::optional<std::uint64_t> odd_run;          ///< soft line break of LF CR, or of CR LF and a lone LF
    std::optional<std::uint64_t> control;          ///< control character other than TAB, CR, LF
    std::optional<std::uint64_t> high;             ///< byte above 126
    std::optional<std::uint64_t> lower_case;       ///< escape with a to f
    std::optional<std::uint64_t> upper_case;       ///< escape with A to F
    std::optional<std::uint64_t> trailing_blanks;  ///< blanks before a hard line break
};

[[nodiscard]] QuotedPrintableSurvey survey_quoted_printable(std::string_view text);

/// Output of one decoder; never longer than the text.
[[nodiscard]] Bytes decode_quoted_printable_as(std::string_view text, const QuotedPrintableVariant& variant);

}  // namespace tocsin::mail
