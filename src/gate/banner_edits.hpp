// A message with its banner. A reader says where (law 3), and may lie: it is held to what its places may do at worst.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "gate/banner.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::gate {

/// Where the body begins: behind the first empty line. The size where there is none.
[[nodiscard]] std::size_t body_begin(ByteView content);

/// Those of `places` at which a banner may be put: in ascending order, in the body, at most limits::banner_places; a text or
/// the front of a page behind an empty line, what stands behind a <body> tag behind `>` in its encoding, and base64 in front
/// of four characters of base64. The worst that a lying reader can do with them is to have our words put, in our form, at so
/// many such places of its message: nothing else of the message changes, and no word of the sender's or the reader's own is
/// added.
struct CheckedPlaces {
    std::vector<scan::BannerPlace> places;
    std::size_t refused = 0;
};
[[nodiscard]] CheckedPlaces check_places(ByteView content, const std::vector<scan::BannerPlace>& places);

/// The body of `content` with the banner at `places` (checked ones), as pieces in order. They point into `content` and into
/// `inserted`; moving keeps them valid.
struct BanneredBody {
    std::deque<std::string> inserted;
    std::vector<ByteView> pieces;
    [[nodiscard]] std::size_t size_bytes() const;
};
[[nodiscard]] BanneredBody with_banner(ByteView content, const std::vector<scan::BannerPlace>& places,
                                       const BannerWords& words, std::string_view random);

/// For `random`: lower-case letters and digits from a CSPRNG.
[[nodiscard]] std::string unforeseen_name();

}  // namespace tocsin::gate
