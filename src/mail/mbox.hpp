// Mailbox files: several messages in one file, each behind a line "From sender date" (RFC 4155).
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::mail {

/// The messages of a mailbox, each with its "From " line; at most `messages_max`, the last of which then holds the rest. Empty
/// when the bytes do not begin with a "From " line and a header field. A "From " line counts where a header field follows it,
/// with or without a blank line before: programs differ, and a message cut in two is looked at whole as well by the caller.
[[nodiscard]] std::vector<ByteView> split_mbox(ByteView bytes, std::size_t messages_max);

}  // namespace tocsin::mail
