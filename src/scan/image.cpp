#include "scan/image.hpp"

#include <csetjmp>
#include <cstdio>

// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>
#include <png.h>

#include <algorithm>

#include "base/limits.hpp"
#include "scan/image_small.hpp"

namespace tocsin::scan {

namespace {

ImageEnd judge_size(std::uint64_t width, std::uint64_t height, std::uint32_t side_min) {
    if (width < side_min || height < side_min) return ImageEnd::too_small;
    return width * height > limits::qr_pixels ? ImageEnd::too_large : ImageEnd::decoded;
}

/// libpng's simple interface does all error handling by itself.
DecodedImage decode_png(ByteView bytes, const DecodeWish& wish) {
    DecodedImage result;
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) return result;
    result.end = judge_size(png.width, png.height, wish.side_min);
    if (result.end == ImageEnd::decoded) {
        png.format = PNG_FORMAT_GRAY;
        result.image = {png.width, png.height,
                        std::vector<std::uint8_t>(std::size_t{png.width} * png.height)};
        const png_color behind = {wish.background, wish.background, wish.background};
        if (png_image_finish_read(&png, &behind, result.image.pixels.data(), 0, nullptr) == 0)
            result.end = ImageEnd::unreadable;
    }
    png_image_free(&png);
    return result;
}

struct JpegErrors {
    jpeg_error_mgr manager;
    std::jmp_buf out;
};

void leave_jpeg(j_common_ptr info) {
    std::longjmp(reinterpret_cast<JpegErrors*>(info->err)->out, 1);
}
void keep_silent(j_common_ptr) {}
void keep_silent_level(j_common_ptr, int) {}

/// The part that longjmp may leave: no object with a destructor lives here. What was decoded before an error stays.
void run_jpeg(jpeg_decompress_struct& jpeg, JpegErrors& errors, ByteView bytes, std::uint32_t side_min,
              DecodedImage& result) {
    if (setjmp(errors.out) != 0) return;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    if (jpeg_read_header(&jpeg, TRUE) != JPEG_HEADER_OK) return;
    jpeg.out_color_space = JCS_GRAYSCALE;
    // The library shrinks while it decodes; the limit is for what the picture declares, as with every other format.
    const std::uint64_t pixels = std::uint64_t{jpeg.image_width} * jpeg.image_height;
    if (pixels > limits::qr_pixels) {
        result.end = ImageEnd::too_large;
        return;
    }
    jpeg.scale_num = 1;
    jpeg.scale_denom = pixels > 16'000'000 ? 8 : pixels > 8'000'000 ? 4 : pixels > 2'000'000 ? 2 : 1;
    jpeg_calc_output_dimensions(&jpeg);
    result.end = judge_size(jpeg.output_width, jpeg.output_height, side_min);
    if (result.end != ImageEnd::decoded || jpeg_start_decompress(&jpeg) == FALSE) return;
    result.image.width = jpeg.output_width;
    result.image.height = jpeg.output_height;
    result.image.pixels.assign(std::size_t{jpeg.output_width} * jpeg.output_height, 255);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = result.image.pixels.data() + std::size_t{jpeg.output_scanline} * jpeg.output_width;
        if (jpeg_read_scanlines(&jpeg, &row, 1) != 1) return;
    }
}

DecodedImage decode_jpeg(ByteView bytes, std::uint32_t side_min) {
    DecodedImage result;
    jpeg_decompress_struct jpeg{};
    JpegErrors errors{};
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = leave_jpeg;
    errors.manager.output_message = keep_silent;
    errors.manager.emit_message = keep_silent_level;
    run_jpeg(jpeg, errors, bytes, side_min, result);
    jpeg_destroy_decompress(&jpeg);
    if (result.end == ImageEnd::decoded && result.image.empty()) result.end = ImageEnd::unreadable;
    return result;
}

DecodedImage from_small(std::optional<GreyImage> image) {
    if (!image) return {.end = ImageEnd::unreadable, .image = {}};
    return {.end = ImageEnd::decoded, .image = std::move(*image)};
}

}  // namespace

DecodedImage decode_image(ByteView bytes, std::string_view file_type, const DecodeWish& wish) {
    if (file_type == "png") return decode_png(bytes, wish);
    if (file_type == "jpg") return decode_jpeg(bytes, wish.side_min);
    if (file_type != "gif" && file_type != "bmp") {
        const DeclaredSize declared = declared_size(bytes, file_type);
        const bool too_large = declared.more || declared.largest.pixels() > limits::qr_pixels;
        return {.end = too_large ? ImageEnd::too_large : ImageEnd::unreadable, .image = {}};
    }
    const ImageSize size = file_type == "gif" ? gif_size(bytes) : bmp_size(bytes);
    if (size.width == 0) return {.end = ImageEnd::unreadable, .image = {}};
    const ImageEnd end = judge_size(size.width, size.height, wish.side_min);
    if (end != ImageEnd::decoded) return {.end = end, .image = {}};
    return from_small(file_type == "gif" ? decode_gif(bytes) : decode_bmp(bytes));
}

std::optional<GreyImage> grey_from_raw(ByteView pixels, std::uint32_t width, std::uint32_t height,
                                       std::size_t bytes_per_pixel) {
    if (judge_size(width, height, code_side_min) != ImageEnd::decoded || bytes_per_pixel == 0 ||
        bytes_per_pixel > 4)
        return std::nullopt;
    const std::size_t count = std::size_t{width} * height;
    if (pixels.size() < count * bytes_per_pixel) return std::nullopt;
    GreyImage image{width, height, std::vector<std::uint8_t>(count)};
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* pixel = pixels.data() + i * bytes_per_pixel;
        const auto channel = [pixel](std::size_t c) { return std::to_integer<unsigned>(pixel[c]); };
        // Green is two thirds of what an eye sees; good enough for black squares. CMYK counts ink, not light.
        unsigned grey = channel(0);
        if (bytes_per_pixel == 3) grey = (channel(0) + 2 * channel(1) + channel(2)) / 4;
        if (bytes_per_pixel == 4)
            grey = 255 - std::min(255U, channel(3) + (channel(0) + channel(1) + channel(2)) / 3);
        image.pixels[i] = static_cast<std::uint8_t>(grey);
    }
    return image;
}

GreyImage shrunk(GreyImage image, std::size_t pixels_max) {
    while (std::size_t{image.width} * image.height > pixels_max && image.width >= 2 && image.height >= 2) {
        GreyImage half{image.width / 2, image.height / 2, {}};
        half.pixels.resize(std::size_t{half.width} * half.height);
        for (std::size_t y = 0; y < half.height; ++y) {
            const std::uint8_t* upper = image.pixels.data() + 2 * y * image.width;
            const std::uint8_t* lower = upper + image.width;
            for (std::size_t x = 0; x < half.width; ++x) {
                const unsigned sum = 0U + upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
                half.pixels[y * half.width + x] = static_cast<std::uint8_t>(sum / 4);
            }
        }
        image = std::move(half);
    }
    return image;
}

}  // namespace tocsin::scan
