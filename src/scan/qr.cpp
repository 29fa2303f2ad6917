#include "scan/qr.hpp"

#include <fmt/format.h>
#include <iconv.h>
#include <zbar.h>

#include <algorithm>

#include "base/limits.hpp"
#include "mail/urls.hpp"
#include "scan/qr_finder.hpp"

namespace tocsin::scan {

namespace {

using namespace zbar;  // its C functions, when the compiler is one for C++

/// More pixels than this find no more codes, they only take longer (about 10 ms for each million).
constexpr std::size_t searched_pixels_max = 2'000'000;

struct ScannerDeleter {
    void operator()(zbar_image_scanner_t* scanner) const { zbar_image_scanner_destroy(scanner); }
};
struct PictureDeleter {
    void operator()(zbar_image_t* picture) const { zbar_image_destroy(picture); }
};
struct ConverterDeleter {
    void operator()(iconv_t converter) const { iconv_close(converter); }
};

/// The pixels stay ours.
void keep_pixels(zbar_image_t*) {}

}  // namespace

struct QrReader::Impl {
    std::unique_ptr<zbar_image_scanner_t, ScannerDeleter> scanner;
    /// zbar converts a code's text through iconv, whose tables glibc reads from files at the first use. Converters that stay
    /// open keep those tables in memory, so that a confined process needs no file.
    std::vector<std::unique_ptr<void, ConverterDeleter>> converters;
};

Result<QrReader> QrReader::load() {
    auto impl = std::make_unique<Impl>();
    impl->scanner.reset(zbar_image_scanner_create());
    if (!impl->scanner) return fail(ErrorCode::unavailable, "zbar: out of memory");
    zbar_set_verbosity(0);
    zbar_image_scanner_set_config(impl->scanner.get(), ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(impl->scanner.get(), ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    for (const char* charset : {"ISO8859-1", "SJIS", "BIG-5", "UTF-8", "CP437"}) {
        const iconv_t converter = iconv_open("UTF-8", charset);
        if (reinterpret_cast<std::intptr_t>(converter) != -1) impl->converters.emplace_back(converter);
    }
    return QrReader(std::move(impl));
}

QrReader::QrReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QrReader::QrReader(QrReader&&) noexcept = default;
QrReader& QrReader::operator=(QrReader&&) noexcept = default;
QrReader::~QrReader() = default;

std::vector<std::string> QrReader::read(const GreyImage& image) const {
    std::vector<std::string> texts;
    const std::unique_ptr<zbar_image_t, PictureDeleter> picture(zbar_image_create());
    if (!picture || image.pixels.size() < std::size_t{image.width} * image.height) return texts;
    // In a large picture every second line is enough for codes that a camera can read, at half the time.
    constexpr std::size_t large_pixels = 500'000;
    const int density = image.pixels.size() > large_pixels ? 2 : 1;
    zbar_image_scanner_set_config(impl_->scanner.get(), ZBAR_NONE, ZBAR_CFG_X_DENSITY, density);
    zbar_image_scanner_set_config(impl_->scanner.get(), ZBAR_NONE, ZBAR_CFG_Y_DENSITY, density);
    zbar_image_set_format(picture.get(), zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(picture.get(), image.width, image.height);
    zbar_image_set_data(picture.get(), image.pixels.data(), image.pixels.size(), keep_pixels);
    if (zbar_scan_image(impl_->scanner.get(), picture.get()) <= 0) return texts;
    const zbar_symbol_t* symbol = zbar_image_first_symbol(picture.get());
    for (; symbol != nullptr && texts.size() < qr_codes_max; symbol = zbar_symbol_next(symbol))
        texts.emplace_back(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol));
    return texts;
}

void search_picture(Inspection& inspection, const QrReader& reader, const DecodedImage& picture) {
    if (picture.end == ImageEnd::too_large)
        inspection.limit(ScanLimit::qr_pixels, fmt::format("more than {} pixels", limits::qr_pixels));
    if (picture.end != ImageEnd::decoded || !inspection.time_left()) return;
    const GreyImage searched = shrunk(picture.image, searched_pixels_max);
    const QrHint hint = may_hold_qr_code(searched);
    if (!hint.any()) return;
    if (inspection.budget().qr_images_left == 0) {
        inspection.limit(ScanLimit::qr_pixels, fmt::format("more than {} pictures", limits::qr_images));
        return;
    }
    --inspection.budget().qr_images_left;
    std::vector<std::string> texts;
    if (hint.dark) texts = reader.read(searched);
    if (texts.empty() && hint.light) {
        // White on black: phones read it, zbar does not.
        GreyImage inverted = searched;
        for (std::uint8_t& pixel : inverted.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
        texts = reader.read(inverted);
    }
    if (texts.empty()) return;
    inspection.flag(PartFlag::qr_code);
    for (const std::string& text : texts) {
        inspection.code(text);
        for (const mail::FoundInText& found : mail::find_urls(text, qr_codes_max))
            inspection.url(found.url, "qr");
        // What a phone would read is content like any other.
        inspection.claim_and_scan({.name = "QR code", .media_type = "text/plain", .bytes = as_bytes(text)});
    }
}

void inspect_picture(Inspection& inspection, const QrReader& reader) {
    search_picture(inspection, reader, decode_image(inspection.bytes(), inspection.file_type()));
}

}  // namespace tocsin::scan
