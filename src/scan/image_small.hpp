// GIF and BMP, simple enough to read ourselves.
#pragma once

#include <optional>

#include "scan/image.hpp"
#include "scan/image_size.hpp"

namespace tocsin::scan {

/// Zero when the header is not one.
[[nodiscard]] ImageSize gif_size(ByteView bytes);
[[nodiscard]] ImageSize bmp_size(ByteView bytes);

/// The caller has judged the size. GIF89a: the first frame. BMP: 1, 4, 8, 24 or 32 bits without compression.
[[nodiscard]] std::optional<GreyImage> decode_gif(ByteView bytes);
[[nodiscard]] std::optional<GreyImage> decode_bmp(ByteView bytes);

}  // namespace tocsin::scan
