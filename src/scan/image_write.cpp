#include "scan/image_write.hpp"

#include <png.h>

namespace tocsin::scan {

std::optional<Bytes> write_png(const GreyImage& image) {
    const std::size_t pixels = std::size_t{image.width} * image.height;
    if (pixels == 0 || image.pixels.size() < pixels) return std::nullopt;
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = image.width;
    png.height = image.height;
    png.format = PNG_FORMAT_GRAY;
    png.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
    Bytes file(size);
    if (png_image_write_to_memory(&png, file.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0)
        return std::nullopt;
    file.resize(size);
    return file;
}

}  // namespace tocsin::scan
