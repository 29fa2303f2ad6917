// A place in the decoded bytes of a part, as a place in the bytes that were sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mail/mime.hpp"

namespace tocsin::banner {

struct RawPlace {
    std::size_t offset = 0;        ///< in the encoded bytes; of the group that holds the place, for base64
    std::uint8_t group_bytes = 0;  ///< decoded bytes of that group before the place: 0 to 2
};

/// Where decoded byte `at` begins. nullopt where decoders disagree, or where nothing can be put: the encoding is another than
/// none, quoted-printable and base64; the bytes up to the place do not decode to the same as `decoded` in the simplest way; a
/// base64 group is torn by a line end or is the last one, with padding. Linear up to the place, for base64 in the whole part.
[[nodiscard]] std::optional<RawPlace> raw_place_of(std::string_view raw, mail::TransferEncoding encoding,
                                                   std::string_view decoded, std::size_t at);

}  // namespace tocsin::banner
