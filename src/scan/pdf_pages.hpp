// Pages of a PDF as grey pixels (poppler): for QR codes that are drawn, not pictures.
#pragma once

#include <functional>

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
};

}  // namespace tocsin::scan
