// Any bytes as a picture of every kind: what is decoded has the pixels that it claims, and reading twice gives the same.
#include <array>
#include <cstdlib>
#include <string_view>

#include "base/limits.hpp"
#include "scan/image.hpp"
#include "scan/image_size.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin;
    using namespace tocsin::scan;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    constexpr std::array<std::string_view, 6> headers_only = {"tif", "j2k", "jp2", "webp", "heic", "psd"};
    for (const std::string_view type : headers_only) {
        const DeclaredSize once = declared_size(bytes, type), again = declared_size(bytes, type);
        if (once.largest.pixels() != again.largest.pixels() || once.more != again.more) std::abort();
        if (decode_image(bytes, type).end == ImageEnd::decoded) std::abort();
    }
    // A few bytes may declare millions of pixels; what decoders do with that is not what is searched for here.
    constexpr std::uint64_t pixels_max = 1U << 20;
    if (size < 26) return 0;
    const auto side = [data](std::size_t at) {
        return std::uint64_t{data[at]} | std::uint64_t{data[at + 1]} << 8U;
    };
    if (side(6) * side(8) > pixels_max || side(18) * side(22) > pixels_max) return 0;
    for (const std::string_view type : {std::string_view("gif"), std::string_view("bmp")}) {
        const DecodedImage decoded = decode_image(bytes, type);
        const std::size_t claimed = std::size_t{decoded.image.width} * decoded.image.height;
        if (decoded.image.pixels.size() != claimed || claimed > limits::qr_pixels) std::abort();
        if ((decoded.end == ImageEnd::decoded) == decoded.image.empty()) std::abort();
    }
    return 0;
}
