#include "scan/pdf_document.hpp"

#include "base/limits.hpp"

namespace tocsin::scan {

namespace {

/// One bit for each pixel, rows padded to bytes, as bytes.
Bytes widened(const Bytes& packed, std::uint32_t width, std::uint32_t height) {
    const std::size_t row_bytes = (std::size_t{width} + 7) / 8;
    Bytes wide(std::size_t{width} * height);
    for (std::size_t i = 0; i < wide.size(); ++i) {
        const std::size_t x = i % width, row = i / width * row_bytes;
        const bool set = (std::to_integer<unsigned>(packed[row + x / 8]) >> (7 - x % 8) & 1U) != 0;
        wide[i] = set ? std::byte{255} : std::byte{0};
    }
    return wide;
}

}  // namespace

void BoundedSink::write(unsigned char const* data, size_t size) {
    if (size > bytes_max_ - bytes_.size()) throw TooMuch();
    const auto* begin = reinterpret_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
}

PdfOpening open_pdf(QPDF& document, ByteView bytes, const char* password) {
    try {
        document.setSuppressWarnings(true);
        document.processMemoryFile("part", reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                                   password);
        return PdfOpening::opened;
    } catch (const QPDFExc& error) {
        return error.getErrorCode() == qpdf_e_password ? PdfOpening::locked : PdfOpening::broken;
    } catch (const std::exception&) {
        return PdfOpening::broken;
    }
}

std::uint32_t pdf_dimension(QPDFObjectHandle dictionary, const char* key) {
    QPDFObjectHandle value = dictionary.getKey(key);
    constexpr long long side_max = 100'000;
    if (!value.isInteger()) return 0;
    const long long number = value.getIntValue();
    return number > 0 && number < side_max ? static_cast<std::uint32_t>(number) : 0;
}

std::optional<GreyImage> grey_from_pdf(const Bytes& pixels, QPDFObjectHandle dictionary) {
    const std::uint32_t width = pdf_dimension(dictionary, "/Width"),
                        height = pdf_dimension(dictionary, "/Height");
    const std::size_t count = std::size_t{width} * height;
    if (count == 0 || count > limits::qr_pixels) return std::nullopt;
    if (pixels.size() >= count) return grey_from_raw(pixels, width, height, pixels.size() / count);
    const bool bits = pdf_dimension(dictionary, "/BitsPerComponent") == 1;
    if (!bits || pixels.size() < (std::size_t{width} + 7) / 8 * height) return std::nullopt;
    return grey_from_raw(widened(pixels, width, height), width, height, 1);
}

}  // namespace tocsin::scan
