// Where our warning banner can be put into a message, and in which form: what a reader says, and the daemon checks
// (docs/design/banner.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tocsin::scan {

enum class BannerShape : std::uint8_t {
    text,  ///< lines at the top of a text/plain part
    page,  ///< behind the <body> tag of a text/html part
    page_in_front,  ///< before all of a text/html part, which is wrapped: its own way to <body>, or its styles, may hide a banner
    count_,
};
/// Transfer encoding of the part (RFC 2045 section 6).
enum class BannerEncoding : std::uint8_t { identity, quoted_printable, base64, count_ };
/// What the part's charset and encoding can carry.
enum class BannerLetters : std::uint8_t { ascii, latin1, utf8, count_ };
/// How browsers lay the page out, by its doctype (WHATWG HTML "quirks mode"); for page_in_front.
enum class PageMode : std::uint8_t { quirks, limited_quirks, standards, count_ };

struct BannerPlace {
    BannerShape shape{};
    BannerEncoding encoding{};
    BannerLetters letters{};
    PageMode mode{};
    /// Decoded bytes of the base64 group at `offset` that stand before the banner: 0 to 2. Not 0: the group is encoded anew.
    std::uint8_t group_bytes = 0;
    std::uint64_t offset = 0;  ///< in the message as received
    bool operator==(const BannerPlace&) const = default;
};

/// Why some, or all, that a person may be shown has no place for a banner.
enum class BannerHindrance : std::uint8_t {
    none,
    not_asked,
    is_signed,
    is_encrypted,
    ambiguous,
    no_text,          ///< pictures or files only
    encoding,         ///< a form of base64 that programs read in different ways
    charset,          ///< one that does not begin with ASCII
    other_view,       ///< programs may show another alternative than text and page
    too_many_places,  ///< limits::banner_places
    cut_off,          ///< a limit of the parser was reached
    count_,
};
[[nodiscard]] std::string_view to_string(BannerHindrance hindrance);
/// In plain words: "the message is signed".
[[nodiscard]] std::string_view explain(BannerHindrance hindrance);

/// Whether the message itself shows one of the banner's texts.
enum class BannerCopy : std::uint8_t {
    none,
    in_quotation,  ///< in older mail that it quotes: an answer to mail that had the banner does
    in_text,
    count_,
};

struct BannerPlan {
    std::vector<BannerPlace> places;  ///< in order of their offsets
    BannerHindrance hindrance = BannerHindrance::not_asked;
    BannerCopy copy = BannerCopy::none;
};

}  // namespace tocsin::scan
