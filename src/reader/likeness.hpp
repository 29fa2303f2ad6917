// Is a file a message? Decides for bytes whose sender did not say: an upload, a clamd INSTREAM, `tocsin scan FILE`.
#pragma once

#include "base/bytes.hpp"

namespace tocsin::reader {

enum class Likeness { message, file, unsure };

/// Looks at the first 16 KiB only. `unsure`: a mail client might show it as a message although it looks like a
/// file, or the other way round; the caller then reads it as both.
[[nodiscard]] Likeness likeness_of(ByteView bytes);

}  // namespace tocsin::reader
