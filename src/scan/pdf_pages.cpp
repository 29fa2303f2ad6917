#include "scan/pdf_pages.hpp"

#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"

namespace tocsin::scan {

namespace {

/// A page full of text is not a poster with a code on it. Phishing pages with a QR code stay below a few hundred characters.
constexpr std::size_t page_text_max = 3000;
/// 100 dpi leaves about 4 pixels for each module of a code that is 3 cm wide; an A4 page takes about 1 million pixels.
constexpr double resolution_dpi = 100;
constexpr double pixels_max = 2'000'000;
/// Larger documents are reports and books.
constexpr std::size_t drawn_bytes_max = 8U << 20;

void keep_silent(const std::string&, void*) {}

/// Letters of 10 points are 20 pixels high at 150 dpi; an A4 page takes 2.2 million pixels.
constexpr double letters_dpi = 150;
constexpr double letters_pixels_max = 2'500'000;
/// Drawn with less, nothing on a page can be told.
constexpr double dpi_min = 10;

/// A resolution at which this page has at most so many pixels.
double resolution_for(const poppler::page& page, double dpi_wanted, double pixels) {
    const poppler::rectf size = page.page_rect();
    const double inches = size.width() / 72 * (size.height() / 72);
    if (!(inches > 0)) return 0;
    return std::min(dpi_wanted, std::sqrt(pixels / inches));
}

GreyImage to_grey(const poppler::image& drawn) {
    if (!drawn.is_valid() || drawn.format() != poppler::image::format_gray8) return {};
    GreyImage image{
        static_cast<std::uint32_t>(drawn.width()), static_cast<std::uint32_t>(drawn.height()), {}};
    image.pixels.reserve(std::size_t{image.width} * image.height);
    for (int y = 0; y < drawn.height(); ++y) {
        const char* row = drawn.const_data() + static_cast<std::ptrdiff_t>(y) * drawn.bytes_per_row();
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(row);
        image.pixels.insert(image.pixels.end(), bytes, bytes + drawn.width());
    }
    return image;
}

void draw_pages(const poppler::document& document, const std::function<bool(const GreyImage&)>& sink) {
    poppler::page_renderer renderer;
    renderer.set_image_format(poppler::image::format_gray8);
    const int pages = std::min(document.pages(), static_cast<int>(limits::pdf_pages_drawn));
    for (int i = 0; i < pages; ++i) {
        const std::unique_ptr<poppler::page> page(document.create_page(i));
        if (!page || page->text().size() > page_text_max) continue;
        const double dpi = resolution_for(*page, resolution_dpi, pixels_max);
        if (dpi < dpi_min) continue;
        const GreyImage image = to_grey(renderer.render_page(page.get(), dpi, dpi));
        if (!image.empty() && !sink(image)) return;
    }
}

std::string text_of(const poppler::page& page) {
    const poppler::byte_array utf8 = page.text().to_utf8();
    return {utf8.begin(), utf8.end()};
}

/// False: there are more pages than are read, or some that cannot be opened.
bool read_pages(const poppler::document& document,
                const std::function<bool(std::string_view, const PageDrawer::DrawPage&)>& sink) {
    poppler::page_renderer renderer;
    renderer.set_image_format(poppler::image::format_gray8);
    const int pages = std::min(document.pages(), static_cast<int>(limits::pdf_pages_drawn));
    bool all = pages == document.pages();
    for (int i = 0; i < pages; ++i) {
        const std::unique_ptr<poppler::page> page(document.create_page(i));
        if (!page) {
            all = false;
            continue;
        }
        // A page of any size is shown as large as a window, so its letters grow with it.
        const auto draw = [&]() -> GreyImage {
            const double dpi = resolution_for(*page, letters_dpi, letters_pixels_max);
            return dpi > 0 ? to_grey(renderer.render_page(page.get(), dpi, dpi)) : GreyImage{};
        };
        if (!sink(text_of(*page), draw)) return false;
    }
    return all;
}

/// One empty page: enough to make poppler and fontconfig read their settings.
constexpr std::string_view smallest_pdf =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 "
    "72]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    "/Contents 4 0 R>>endobj\n4 0 obj<</Length 30>>stream\nBT /F 12 Tf 9 9 Td (Tocsin)Tj ET\nendstream "
    "endobj\n"
    "trailer<</Root 1 0 R>>\n%%EOF\n";

}  // namespace

PageDrawer::PageDrawer() {
    poppler::set_debug_error_function(keep_silent, nullptr);
    draw(as_bytes(smallest_pdf), [](const GreyImage&) { return true; });
}

namespace {

/// The document opened, and done with it what `work` does; false: it is too large, broken or locked.
bool with_document(ByteView pdf, const std::function<bool(const poppler::document&)>& work) {
    if (pdf.size() > drawn_bytes_max) return false;
    try {
        const char* data = reinterpret_cast<const char*>(pdf.data());
        const std::unique_ptr<poppler::document> document(
            poppler::document::load_from_raw_data(data, static_cast<int>(pdf.size())));
        return document && !document->is_locked() && work(*document);
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

void PageDrawer::draw(ByteView pdf, const std::function<bool(const GreyImage&)>& page) const {
    // A document that cannot be drawn draws nothing; its bytes were scanned by the other engines.
    (void)with_document(pdf, [&](const poppler::document& document) {
        draw_pages(document, page);
        return true;
    });
}

bool PageDrawer::read(ByteView pdf,
                      const std::function<bool(std::string_view, const DrawPage&)>& page) const {
    return with_document(pdf, [&](const poppler::document& document) { return read_pages(document, page); });
}

}  // namespace tocsin::scan
