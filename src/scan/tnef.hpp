// winmail.dat ([MS-OXTNEF]): the container in which Outlook wraps attachments.
//
// Our own reader, not libytnef: that library gives up where a checksum is wrong or a length is odd, and Outlook does not.
#pragma once

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

}  // namespace tocsin::scan
