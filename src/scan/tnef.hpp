// winmail.dat ([MS-OXTNEF]): the container in which Outlook wraps attachments.
//
// Our own reader, not libytnef: that library gives up where a checksum is wrong or a length is odd, and Outlook does not.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

inline constexpr std::size_t tnef_attachments_max = 512;

struct TnefAttachment {
    std::string name;  ///< the long name where there is one
    ByteView bytes;    ///< inside the input
};

struct TnefFindings {
    std::vector<TnefAttachment> attachments;
    bool damaged = false;  ///< a length led outside, or there were too many attachments
};

[[nodiscard]] TnefFindings read_tnef(ByteView bytes);

/// One attribute of the stream ([MS-OXTNEF] section 2.1.3.1): its number without its type. Checksums are ignored, as Outlook
/// does.
struct TnefAttribute {
    std::uint16_t number = 0;
    ByteView data;  ///< inside the input
};
struct TnefAttributes {
    std::vector<TnefAttribute> attributes;
    bool damaged = false;  ///< a length led outside, or there were too many
};
/// nullopt: the bytes do not begin with TNEF's signature.
[[nodiscard]] std::optional<TnefAttributes> read_tnef_attributes(ByteView bytes);

/// One value of a property ([MS-OXTNEF] section 2.1.3.4), of several values the first. Fixed sizes are padded to 4.
struct TnefProperty {
    std::uint16_t id = 0;
    std::uint16_t type = 0;
    ByteView value;  ///< inside the input
};
using UseTnefProperty = std::function<void(const TnefProperty&)>;
/// Reads one list of properties; stops where the layout is not understood. How many bytes the list takes; nullopt when it did not
/// end properly.
std::optional<std::size_t> for_each_tnef_property(ByteView bytes, const UseTnefProperty& use);

}  // namespace tocsin::scan
