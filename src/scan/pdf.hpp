// PDF documents (qpdf): what they do by themselves, and what they carry.
#pragma once

#include "scan/inspection.hpp"
#include "scan/pdf_pages.hpp"
#include "scan/qr.hpp"

namespace tocsin::scan {

/// Flags scripts, launches and embedded files; hands scripts and embedded files over as members; URLs; QR codes in pictures and
/// on drawn pages.
void inspect_pdf(Inspection& inspection, const QrReader& reader, const PageDrawer& drawer);

}  // namespace tocsin::scan
