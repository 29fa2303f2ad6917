// The text in pictures: `scan.ocr` of a picture, and of the pages of a PDF.
#include <algorithm>

#include "rules/explosion_node.hpp"
#include "scan/picture_text.hpp"

namespace tocsin::rules {

/// Pictures cost more than everything else that a rule may ask for: few are read, and for a few seconds all together.
void Explosion::read_picture(const scan::GreyImage& picture, OcrScan& into) {
    const std::chrono::milliseconds time = std::min(time_left(), budget_.pictures_time_left);
    if (budget_.pictures_left == 0 || time < std::chrono::milliseconds(limits::picture_begin_ms)) {
        into.cut = true;
        return;
    }
    --budget_.pictures_left;
    const std::chrono::milliseconds before = time_left();
    scan::PictureText found = tools_.pictures->read(picture, time);
    budget_.pictures_time_left -= before - time_left();
    into.cut = into.cut || found.cut;
    if (!into.raw.empty() && !found.text.empty()) into.raw += '\n';
    into.raw += found.text;
}

/// A page that holds text is not drawn: what it says is known better than any picture of it tells.
void Explosion::compute_ocr(Node& node) {
    if (tools_.pictures == nullptr) return;
    OcrScan scan;
    if (node.file.file_type == "pdf") {
        const bool all = tools_.inspection.pages.read(
            node.bytes, [&](std::string_view text, const scan::GreyImage& picture) {
                if (!picture.empty()) read_picture(picture, scan);
                if (!scan.raw.empty() && !text.empty()) scan.raw += '\n';
                scan.raw += text;
                return scan.raw.size() < limits::picture_text_bytes;
            });
        scan.cut = scan.cut || !all;
    } else {
        const scan::DecodedImage decoded = scan::decode_image(node.bytes, node.file.file_type);
        if (decoded.end == scan::ImageEnd::decoded) read_picture(decoded.image, scan);
        // What is too small for a code is too small for a sentence.
        if (decoded.end == scan::ImageEnd::unreadable || decoded.end == scan::ImageEnd::too_large)
            scan.cut = true;
    }
    if (!scan.raw.empty() || scan.cut) node.file.scan.ocr = std::move(scan);
}

}  // namespace tocsin::rules
