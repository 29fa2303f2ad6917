// The message inside winmail.dat ([MS-OXTNEF]): Outlook's properties as a stream of attributes.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "reported/mapi.hpp"

namespace tocsin::reported {

/// nullopt: no TNEF. Bounded by limits::mapi_objects, and limits::report_depth for messages attached to messages.
[[nodiscard]] std::optional<MapiMessage> read_tnef_message(ByteView bytes);

}  // namespace tocsin::reported
