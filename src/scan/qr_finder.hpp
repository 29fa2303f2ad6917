// Is there anything in this picture that could be a corner of a QR code? Cheap enough to ask for every logo.
#pragma once

#include "scan/image.hpp"

namespace tocsin::scan {

/// True when rows of the picture show the run lengths 1:1:3:1:1 of a finder pattern (ISO/IEC 18004 section 6.3.3), dark on light
/// or light on dark, at one place in several rows. Real codes have it in every direction; hardly anything else does.
[[nodiscard]] bool may_hold_qr_code(const GreyImage& image);

}  // namespace tocsin::scan
