// What pictures that are not decoded here say about their size: enough to name a picture bomb.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace tocsin::scan {

struct ImageSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    [[nodiscard]] std::uint64_t pixels() const { return std::uint64_t{width} * height; }
};

struct DeclaredSize {
    ImageSize largest;  ///< of all pictures in the file; zero when no header can be read
    bool more = false;  ///< there were more pages or boxes than are read (limits::picture_pages)
};

/// The size that a file of type tif, j2k, jp2, webp, heic, avif or psd declares. Reads headers only.
[[nodiscard]] DeclaredSize declared_size(ByteView bytes, std::string_view file_type);

}  // namespace tocsin::scan
