// The bytes of a banner, in the form of the part in which it shall stand. From the operator's words alone.
#pragma once

#include <string>
#include <string_view>

#include "gate/banner.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::gate {

/// What stands around a place.
struct BannerSurroundings {
    bool at_line_start = false;
    bool before_line_end = false;  ///< behind the group, if that is encoded anew
    std::string_view group;        ///< for base64: the four characters at the place
    std::string_view random;       ///< lower-case letters and digits that nobody could foresee
};

/// What is put in. For a page behind the banner's first bytes in a base64 group (`group_bytes`), it takes the place of that
/// group; `group` is then four characters of base64.
///
/// A text has each line behind "# ", so that none can be a boundary (RFC 2046 section 5.1.1), with CRLF. A page has elements
/// whose every property is set by themselves with !important, without class and id, and with the largest z-index; where the
/// banner stands in front of a page, it opens <html> and <body> before the page does, and an element under a name that nobody
/// knows, of which the rest of the page becomes a part. Pages have character references for what is not ASCII.
[[nodiscard]] std::string banner_bytes(const BannerWords& words, const scan::BannerPlace& place,
                                       const BannerSurroundings& around);

}  // namespace tocsin::gate
