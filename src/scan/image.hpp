// Pictures as grey pixels, for the search for QR codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// 8 bits a pixel, row by row, 0 is black.
struct GreyImage {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> pixels;

    [[nodiscard]] bool empty() const { return pixels.empty(); }
};

enum class ImageEnd : std::uint8_t {
    decoded,
    unreadable,  ///< broken, or of a kind that is not decoded
    too_large,   ///< declares more pixels than limits::qr_pixels, decoded here or not
    too_small,   ///< a side is shorter than DecodeWish::side_min
};

struct DecodedImage {
    ImageEnd end = ImageEnd::unreadable;
    GreyImage image;
};

/// The smallest QR code is 21 modules wide (ISO/IEC 18004); with less than two pixels a module no camera reads it.
inline constexpr std::uint32_t code_side_min = 48;

struct DecodeWish {
    std::uint32_t side_min = code_side_min;  ///< what has a shorter side is too small
    std::uint8_t background = 0xFF;          ///< behind what is transparent in a png
};

/// Decodes png, jpg, gif (first frame) and bmp by the content's type. Large pictures come out smaller. Of other kinds only the
/// declared size is judged (image_size.hpp).
[[nodiscard]] DecodedImage decode_image(ByteView bytes, std::string_view file_type,
                                        const DecodeWish& wish = {});

/// Pixels as another format holds them (1 or 3 or 4 bytes each); nullopt when the buffer does not fit the size.
[[nodiscard]] std::optional<GreyImage> grey_from_raw(ByteView pixels, std::uint32_t width,
                                                     std::uint32_t height, std::size_t bytes_per_pixel);

/// Halved until no more than `pixels_max` are left.
[[nodiscard]] GreyImage shrunk(GreyImage image, std::size_t pixels_max);

}  // namespace tocsin::scan
