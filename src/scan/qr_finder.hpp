// Is there anything in this picture that could be a corner of a QR code? Cheap enough to ask for every logo.
#pragma once

#include "scan/image.hpp"

namespace tocsin::scan {

/// Which codes the picture may hold: dark on light, light on dark.
struct QrHint {
    bool dark = false;
    bool light = false;
    [[nodiscard]] bool any() const { return dark || light; }
};

/// A code has three corners with the run lengths 1:1:3:1:1 in every direction (ISO/IEC 18004 section 6.3.3). Rows are searched
/// for three places of one size that show them in neighbouring rows; text and photographs hardly ever do.
[[nodiscard]] QrHint may_hold_qr_code(const GreyImage& image);

}  // namespace tocsin::scan
