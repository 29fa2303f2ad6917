// Pages of a PDF as grey pixels (poppler): for QR codes that are drawn, not pictures, and for text that is a picture.
#pragma once

#include <functional>
#include <string_view>

#include "base/bytes.hpp"
#include "scan/image.hpp"

namespace tocsin::scan {

/// Draws pages. Made once, before the process is confined: poppler sets up its fonts at the first drawing.
class PageDrawer {
public:
    PageDrawer();

    /// Draws up to limits::pdf_pages_drawn pages that hold little text, at low resolution, and hands each to `page`, which may
    /// say "enough" by returning false. A document that cannot be drawn yields nothing.
    void draw(ByteView pdf, const std::function<bool(const GreyImage&)>& page) const;

    /// Hands over, of up to limits::pdf_pages_drawn pages, what a person can read: the page's own text where it holds at least
    /// limits::page_text_told bytes, else the page drawn so that its letters can be told. `page` may say "enough" by returning
    /// false. Returns false where there are more pages, or the document cannot be drawn.
    bool read(ByteView pdf, const std::function<bool(std::string_view text, const GreyImage&)>& page) const;
};

}  // namespace tocsin::scan
