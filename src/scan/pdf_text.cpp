#include "scan/pdf_text.hpp"

#include <poppler-document.h>
#include <poppler-page.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "base/limits.hpp"

namespace tocsin::scan {

namespace {

/// Larger documents are books; poppler takes seconds for them.
constexpr std::size_t read_bytes_max = 32U << 20;

/// False: the text is full.
bool append_page(const poppler::page& page, std::size_t bytes_max, std::string& text) {
    const poppler::byte_array words =
        page.text(poppler::rectf(), poppler::page::non_raw_non_physical_layout).to_utf8();
    const std::size_t room = bytes_max - text.size();
    text.append(words.data(), std::min(room, words.size()));
    if (words.size() > room) return false;
    if (!text.empty() && text.back() != '\n' && text.size() < bytes_max) text += '\n';
    return true;
}

void read_pages(const poppler::document& document, std::size_t bytes_max, const std::function<bool()>& go_on,
                PdfText& result) {
    const int pages = std::max(document.pages(), 0);
    const int read = std::min(pages, static_cast<int>(limits::pdf_text_pages));
    result.cut = read < pages;
    for (int i = 0; i < read; ++i) {
        const std::unique_ptr<poppler::page> page(go_on() ? document.create_page(i) : nullptr);
        if (!page || !append_page(*page, bytes_max, result.text)) {
            result.cut = true;
            return;
        }
    }
}

}  // namespace

PdfText read_pdf_text(ByteView pdf, std::size_t bytes_max, const std::function<bool()>& go_on) {
    PdfText result;
    if (pdf.size() > read_bytes_max) {
        result.cut = true;
        return result;
    }
    try {
        const char* data = reinterpret_cast<const char*>(pdf.data());
        const std::unique_ptr<poppler::document> document(
            poppler::document::load_from_raw_data(data, static_cast<int>(pdf.size())));
        if (document && !document->is_locked()) read_pages(*document, bytes_max, go_on, result);
    } catch (const std::exception&) {
        result.cut = true;
    }
    return result;
}

}  // namespace tocsin::scan
