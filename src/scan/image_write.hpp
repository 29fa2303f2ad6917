// Grey pixels as a picture file, for what carries pictures that are no files: the pages of a PDF.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "scan/image.hpp"

namespace tocsin::scan {

/// PNG with 8 bits a pixel; nullopt when the pixels do not fit the size, or libpng refuses.
[[nodiscard]] std::optional<Bytes> write_png(const GreyImage& image);

}  // namespace tocsin::scan
