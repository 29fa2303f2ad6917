// Bodies that Outlook keeps as compressed RTF ([MS-OXRTFCP]), often with the HTML or plain text of the sender hidden inside
// ([MS-OXRTFEX]).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "mail/charset.hpp"

namespace tocsin::reported {

struct UnpackedRtf {
    std::string text;
    bool cut = false;  ///< the stream ended early, or limits::rtf_text_bytes was reached
};
/// nullopt: neither the compressed nor the plain form. Its checksum is not looked at: who reports, reports what Outlook showed.
[[nodiscard]] std::optional<UnpackedRtf> unpack_rtf(ByteView compressed);

enum class RtfContent : std::uint8_t {
    html,  ///< \fromhtml1: the HTML that the sender wrote
    text,  ///< \fromtext, or RTF from the beginning, whose text is all that is taken
};
struct RtfText {
    RtfContent content = RtfContent::text;
    std::string text;  ///< UTF-8, CRLF line ends
};
/// Best effort: what is no text of the sender is left out, fonts and pictures are. Linear time; groups deeper than
/// limits::rtf_depth are left out.
[[nodiscard]] RtfText read_rtf_text(std::string_view rtf, mail::CharsetConverters& converters);

}  // namespace tocsin::reported
