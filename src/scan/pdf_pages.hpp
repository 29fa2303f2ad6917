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

    /// Draws one page so that its letters can be told; an empty picture where it cannot be drawn.
    using DrawPage = std::function<GreyImage()>;
    /// Hands over up to limits::pdf_pages_drawn pages: the text that the page holds, and how to draw it. `page` may say "enough"
    /// by returning false. Returns false where there are more pages, or one that cannot be opened.
    bool read(ByteView pdf,
              const std::function<bool(std::string_view text, const DrawPage& draw)>& page) const;
};

}  // namespace tocsin::scan
