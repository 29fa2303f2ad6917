// What pictures that are not decoded declare, and that a picture bomb of every kind is told.
#include "scan/image_size.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "qr_fixture.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

std::string be(std::uint64_t value, std::size_t width) {
    const std::string little = le(value, width);
    return {little.rbegin(), little.rend()};
}

std::string ordered(bool little, std::uint64_t value, std::size_t width) {
    return little ? le(value, width) : be(value, width);
}

/// A TIFF whose directories follow each other; `last_next` is what the last one says about the next.
std::string tiff(bool little, const std::vector<ImageSize>& pages, std::uint32_t last_next = 0) {
    std::string file = (little ? "II" : "MM") + ordered(little, 42, 2) + ordered(little, 8, 4);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        file += ordered(little, 2, 2);
        for (const auto& [tag, value] : {std::pair{256U, pages[i].width}, std::pair{257U, pages[i].height}})
            file += ordered(little, tag, 2) + ordered(little, 4, 2) + ordered(little, 1, 4) +
                    ordered(little, value, 4);
        file += ordered(little, i + 1 < pages.size() ? file.size() + 4 : last_next, 4);
    }
    return file;
}

std::string big_tiff(std::uint64_t width, std::uint64_t height) {
    std::string file = "II" + le(43, 2) + le(8, 2) + le(0, 2) + le(16, 8) + le(2, 8);
    for (const auto& [tag, value] : {std::pair{256U, width}, std::pair{257U, height}})
        file += le(tag, 2) + le(16, 2) + le(1, 8) + le(value, 8);
    return file + le(0, 8);
}

std::string box(const std::string& kind, const std::string& content) {
    return be(content.size() + 8, 4) + kind + content;
}

std::string codestream(std::uint32_t width, std::uint32_t height, std::uint32_t left = 0) {
    return "\xFF\x4F\xFF\x51" + be(41, 2) + be(0, 2) + be(width, 4) + be(height, 4) + be(left, 4) + be(0, 4) +
           std::string(22, '\0');
}

std::string jp2(std::uint32_t width, std::uint32_t height, const std::string& stream) {
    return box("jP  ", "\r\n\x87\n") + box("ftyp", "jp2 ") +
           box("jp2h", box("ihdr", be(height, 4) + be(width, 4))) + box("jp2c", stream);
}

std::string heif(const std::string& brand, std::uint32_t width, std::uint32_t height) {
    const std::string sizes = box("ispe", be(0, 4) + be(512, 4) + be(512, 4)) +
                              box("hvcC", std::string(30, '\1')) +
                              box("ispe", be(0, 4) + be(width, 4) + be(height, 4));
    return box("ftyp", brand + be(0, 4)) +
           box("meta", be(0, 4) + box("hdlr", std::string(20, '\0')) + box("iprp", box("ipco", sizes))) +
           box("mdat", "data");
}

std::string webp(const std::string& kind, const std::string& chunk) {
    return "RIFF" + le(chunk.size() + 12, 4) + "WEBP" + kind + le(chunk.size(), 4) + chunk;
}
std::string webp_lossless(std::uint32_t width, std::uint32_t height) {
    return webp("VP8L", "\x2F" + le((width - 1) | (height - 1) << 14U, 4));
}
std::string webp_lossy(std::uint32_t width, std::uint32_t height) {
    return webp("VP8 ", "\1\2\3\x9D\x01\x2A" + le(width, 2) + le(height, 2));
}
std::string webp_extended(std::uint32_t width, std::uint32_t height) {
    return webp("VP8X", le(0, 4) + le(width - 1, 3) + le(height - 1, 3));
}

std::string psd(std::uint32_t width, std::uint32_t height) {
    return "8BPS" + be(1, 2) + std::string(6, '\0') + be(3, 2) + be(height, 4) + be(width, 4);
}

/// A JPEG up to its frame header: enough to declare a size.
std::string jpeg_header(std::uint32_t width, std::uint32_t height, char frame) {
    return "\xFF\xD8\xFF\xE0" + be(16, 2) + std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14) + "\xFF" + frame +
           be(11, 2) + "\x08" + be(height, 2) + be(width, 2) + std::string("\1\1\x11\0", 4) + "\xFF\xDA" +
           be(8, 2) + std::string("\1\1\0\0\x3F\0", 6);
}

struct Sized {
    const char* type;
    std::string file;
    std::uint32_t width, height;
};

std::vector<Sized> files_of(std::uint32_t width, std::uint32_t height) {
    return {{"tif", tiff(true, {{width, height}}), width, height},
            {"tif", tiff(false, {{16, 16}, {width, height}, {32, 32}}), width, height},
            {"tif", big_tiff(width, height), width, height},
            {"j2k", codestream(width, height), width, height},
            {"jp2", jp2(width, height, codestream(8, 8)), width, height},
            {"jp2", jp2(8, 8, codestream(width, height)), width, height},
            {"heic", heif("heic", width, height), width, height},
            {"avif", heif("avif", width, height), width, height},
            {"webp", webp_lossless(width, height), width, height},
            {"webp", webp_lossy(width, height), width, height},
            {"webp", webp_extended(width, height), width, height},
            {"psd", psd(width, height), width, height}};
}

}  // namespace

TEST_CASE("every kind of header gives its size, and any cut or changed one some size") {
    for (const Sized& file : files_of(1234, 567)) {
        CAPTURE(file.type);
        const ExactBuffer buffer(file.file);
        const DeclaredSize declared = declared_size(buffer.view(), file.type);
        CHECK(declared.largest.width == file.width);
        CHECK(declared.largest.height == file.height);
        CHECK_FALSE(declared.more);
        CHECK(declared_size(buffer.view(), "png").largest.pixels() == 0);
        for (std::size_t size = 0; size < file.file.size(); ++size) {
            const ExactBuffer cut(std::string_view(file.file).substr(0, size));
            CHECK(declared_size(cut.view(), file.type).largest.pixels() <= std::uint64_t{1234} * 567);
        }
        for (std::size_t at = 0; at < file.file.size(); ++at) {
            std::string noisy = file.file;
            noisy[at] = static_cast<char>(noisy[at] ^ 0xA5);
            const ExactBuffer noise(noisy);
            CHECK_FALSE(declared_size(noise.view(), file.type).more);
        }
    }
    CHECK(declared_size(as_bytes(codestream(100, 50, 20)), "j2k").largest.width == 80);
    CHECK(declared_size(as_bytes(codestream(100, 50, 200)), "j2k").largest.pixels() == 0);
}

TEST_CASE("pages in a circle and boxes without end are bounded, and told") {
    CHECK(declared_size(as_bytes(tiff(true, {{16, 16}}, 8)), "tif").more);
    std::string boxes = box("ftyp", "heic");
    for (std::size_t i = 0; i <= limits::picture_pages; ++i) boxes += box("free", "");
    CHECK(declared_size(as_bytes(boxes), "heic").more);
    std::string nested = box("ispe", be(0, 4) + be(9, 4) + be(9, 4));
    for (int i = 0; i < 50; ++i) nested = box("ipco", nested);
    CHECK(declared_size(as_bytes(nested), "heic").largest.pixels() == 0);
    CHECK(has_limit(scan_text(tiff(true, {{16, 16}}, 8), "a.tif"), ScanLimit::qr_pixels));
}

TEST_CASE("a picture of any kind that declares more pixels than are decoded names the limit, and a smaller "
          "one does not") {
    constexpr std::uint32_t bomb_side = 10'000, photo_width = 8160, photo_height = 6144;
    static_assert(std::size_t{bomb_side} * bomb_side > limits::qr_pixels);
    static_assert(std::size_t{photo_width} * photo_height <= limits::qr_pixels);
    std::vector<Sized> bombs = files_of(bomb_side, bomb_side), photos = files_of(photo_width, photo_height);
    for (const char frame : {'\xC0', '\xC2'}) {  // baseline, progressive
        bombs.push_back({"jpg", jpeg_header(bomb_side, bomb_side, frame), 0, 0});
        photos.push_back({"jpg", jpeg_header(photo_width, photo_height, frame), 0, 0});
    }
    bombs.push_back(
        {"gif", "GIF89a" + le(bomb_side, 2) + le(bomb_side, 2) + std::string(3, '\0') + ",", 0, 0});
    std::string bmp = as_bmp(GreyImage{48, 48, std::vector<std::uint8_t>(48 * 48)});
    bmp.replace(18, 8, le(bomb_side, 4) + le(bomb_side, 4));
    bombs.push_back({"bmp", bmp, 0, 0});
    std::string png = as_png(GreyImage{48, 48, std::vector<std::uint8_t>(48 * 48)});
    png.replace(16, 8, be(bomb_side, 4) + be(bomb_side, 4));
    png.replace(29, 4, be(crc_of(png.substr(12, 17)), 4));
    bombs.push_back({"png", png, 0, 0});
    for (const Sized& bomb : bombs) {
        const ScanReport report = scan_text(bomb.file, "picture");
        CAPTURE(bomb.type);
        CHECK(report.parts[0].file_type == bomb.type);
        CHECK(has_limit(report, ScanLimit::qr_pixels));
        CHECK(report.verdict == Verdict::suspicious);
    }
    for (const Sized& photo : photos) {
        const ScanReport report = scan_text(photo.file, "picture");
        CAPTURE(photo.type);
        CHECK_FALSE(has_limit(report, ScanLimit::qr_pixels));
        CHECK(report.verdict == Verdict::clean);
    }
}
