// Which bytes of a message are scanned as they were received.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mail/mime.hpp"

namespace tocsin::scan {

/// A body longer than this is not scanned a second time as received: it was scanned decoded.
inline constexpr std::size_t long_body_bytes = 64U << 10;
/// The same for base64 in a message that everybody reads alike: what no decoder disputes hides nothing between its letters.
inline constexpr std::size_t long_base64_bytes = 4U << 10;

/// The message without the bodies of leaf parts that are longer than that, and without those of `compared` (indices of entities),
/// in order. One span: nothing was cut. Only bodies of the reading that most clients take are cut; a disputed body stays.
[[nodiscard]] std::vector<ByteView> bytes_beside_long_bodies(const mail::MimeTree& tree,
                                                             const std::vector<std::uint32_t>& compared = {});

/// A field to stand before a message that begins with another: signatures for mail are looked for in what begins like mail, and
/// ClamAV knows but some names. Empty: it begins with one that it knows.
[[nodiscard]] std::string_view beginning_of_mail(ByteView message);

/// The spans one after the other, with a line end between them so that no new text arises at the seams.
[[nodiscard]] std::string join(const std::vector<ByteView>& spans);

}  // namespace tocsin::scan
