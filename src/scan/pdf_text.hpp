// The words on the pages of a PDF (poppler), in reading order.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"

namespace tocsin::scan {

struct PdfText {
    std::string text;  ///< UTF-8, pages one after the other
    bool cut = false;  ///< there were more pages or more text than are read, or a page could not be read
};

/// Reads at most limits::pdf_text_pages pages and `bytes_max` bytes; `go_on` is asked before each page. A document that poppler
/// cannot open, or that is locked, has no text.
[[nodiscard]] PdfText read_pdf_text(ByteView pdf, std::size_t bytes_max, const std::function<bool()>& go_on);

}  // namespace tocsin::scan
