// A message that Outlook saved as a file ([MS-OXMSG]): a compound file with a storage for each recipient and attachment.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "reported/mapi.hpp"

namespace tocsin::reported {

/// nullopt: no compound file, or one without a message's properties. Bounded by limits::mapi_objects for each message,
/// limits::report_originals_bytes of streams together, and limits::report_depth.
[[nodiscard]] std::optional<MapiMessage> read_msg(ByteView bytes);

}  // namespace tocsin::reported
