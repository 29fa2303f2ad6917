// The text in pictures: `scan.ocr` of a picture, and of the pages of a PDF.
#include <algorithm>

#include "rules/explosion_node.hpp"
#include "scan/picture_text.hpp"

namespace tocsin::rules {

namespace {

/// Behind what was read before, as a line of its own; what is beyond the limit is cut.
void append(std::string_view text, OcrScan& into) {
    if (text.empty()) return;
    if (!into.raw.empty()) into.raw += '\n';
    into.raw += text;
    if (into.raw.size() <= limits::picture_text_bytes) return;
    std::size_t end = limits::picture_text_bytes;
    while (end > 0 && (static_cast<unsigned char>(into.raw[end]) & 0xC0U) == 0x80U) --end;
    into.raw.resize(end);
    into.cut = true;
}

}  // namespace

/// Pictures cost more than everything else that a rule may ask for: few are read, and for a few seconds all together.
bool Explosion::may_read_picture() const {
    const std::chrono::milliseconds time = std::min(time_left(), budget_.pictures_time_left);
    return budget_.pictures_left > 0 && time >= std::chrono::milliseconds(limits::picture_begin_ms);
}

/// What `work` gives; its time is taken from that for pictures.
template <typename Work>
auto Explosion::charged(const Work& work) {
    const std::chrono::milliseconds before = time_left();
    auto made = work();
    budget_.pictures_time_left -= before - time_left();
    return made;
}

/// `draw` decodes or draws it, which takes time as well; an empty picture: that could not be done.
void Explosion::read_picture(const std::function<scan::GreyImage()>& draw, OcrScan& into) {
    if (!may_read_picture()) {
        into.cut = true;
        return;
    }
    --budget_.pictures_left;
    const scan::GreyImage picture = charged(draw);
    if (picture.empty()) {
        into.cut = true;
        return;
    }
    const scan::PictureText found = charged(
        [&] { return tools_.pictures->read(picture, std::min(time_left(), budget_.pictures_time_left)); });
    into.cut = into.cut || found.cut;
    append(found.text, into);
}

/// A page that holds much text is not drawn. What else may stand on it was not looked at, and that is told: "not found" is
/// undecided.
void Explosion::read_pages(ByteView pdf, OcrScan& into) {
    const bool all =
        tools_.inspection.pages.read(pdf, [&](std::string_view text, const scan::PageDrawer::DrawPage& draw) {
            append(text, into);
            if (text.size() < limits::page_text_told)
                read_picture(draw, into);
            else
                into.cut = true;
            return into.raw.size() < limits::picture_text_bytes;
        });
    into.cut = into.cut || !all;
}

/// Of a transparent picture nobody knows what it lies on: it is read on white, and on black where that is another picture.
void Explosion::read_file(const Node& node, OcrScan& into) {
    std::optional<scan::GreyImage> on_white;
    for (const std::uint8_t background : {0xFF, 0x00}) {
        const bool again = on_white.has_value();
        if (again && node.file.file_type != "png") return;
        if (!again && !may_read_picture()) {
            into.cut = true;
            return;
        }
        scan::DecodedImage decoded = charged([&] {
            return scan::decode_image(node.bytes, node.file.file_type,
                                      {.side_min = limits::picture_side_min, .background = background});
        });
        if (decoded.end == scan::ImageEnd::too_small) return;
        if (again && decoded.image.pixels == on_white->pixels) return;
        if (!again) on_white = decoded.image;
        read_picture([&] { return std::move(decoded.image); }, into);
    }
}

void Explosion::compute_ocr(Node& node) {
    if (tools_.pictures == nullptr) return;
    OcrScan scan;
    if (node.file.file_type == "pdf")
        read_pages(node.bytes, scan);
    else
        read_file(node, scan);
    // Its other pictures, which follow the first by themselves, are not decoded.
    if (node.file.file_type == "gif") scan.cut = true;
    if (!scan.raw.empty() || scan.cut) node.file.scan.ocr = std::move(scan);
}

}  // namespace tocsin::rules
