#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "qr_fixture.hpp"
#include "scan/image.hpp"
#include "scan/qr.hpp"
#include "scan/qr_finder.hpp"
#include "scan/scan_message.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

GreyImage inverted(GreyImage image) {
    for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    return image;
}

}  // namespace

TEST_CASE("a QR code is read at every readable size, and the cheap look before agrees") {
    const QrReader reader = QrReader::load().value();
    for (const std::uint32_t pixels : {2U, 3U, 4U, 7U, 12U}) {
        CAPTURE(pixels);
        const GreyImage image = qr_image(pixels);
        CHECK(may_hold_qr_code(image).dark);
        CHECK(reader.read(image) == std::vector<std::string>{std::string(qr_text)});
        CHECK(may_hold_qr_code(inverted(image)).light);
    }
}

TEST_CASE("pictures without a code are passed over") {
    GreyImage flat{200, 200, std::vector<std::uint8_t>(40000, 200)};
    CHECK_FALSE(may_hold_qr_code(flat).any());
    for (std::size_t i = 0; i < flat.pixels.size(); ++i) flat.pixels[i] = static_cast<std::uint8_t>(i % 200);
    CHECK_FALSE(may_hold_qr_code(flat).any());
}

TEST_CASE("PNG and BMP come out as they went in") {
    const GreyImage image = qr_image(3);
    for (const auto& [type, file] : {std::pair{"png", as_png(image)}, std::pair{"bmp", as_bmp(image)}}) {
        CAPTURE(type);
        const ExactBuffer buffer(file);
        const DecodedImage decoded = decode_image(buffer.view(), type);
        REQUIRE(decoded.end == ImageEnd::decoded);
        CHECK(decoded.image.width == image.width);
        CHECK(decoded.image.pixels == image.pixels);
        for (std::size_t size = 0; size < file.size(); size += 53) {
            const ExactBuffer cut(std::string_view(file).substr(0, size));
            CHECK(decode_image(cut.view(), type).end != ImageEnd::too_large);
        }
    }
}

TEST_CASE("a GIF with one frame is read; noise in its data does no harm") {
    // 48 x 48, two colours, LZW code size 2: clear, then zeros by growing copies is tedious; a clear code before every pixel
    // keeps
    // the codes 3 bits wide.
    std::string bits;
    for (int i = 0; i < 48 * 48; ++i)
        bits += std::string("001") + (i % 2 == 0 ? "000" : "100");  // least significant bit first
    bits += "101";
    std::string data;
    for (std::size_t i = 0; i < bits.size(); i += 8) {
        int byte = 0;
        for (std::size_t k = 0; k < 8 && i + k < bits.size(); ++k) byte |= (bits[i + k] == '1' ? 1 : 0) << k;
        data += static_cast<char>(byte);
    }
    std::string blocks;
    for (std::size_t i = 0; i < data.size(); i += 255) {
        const std::string piece = data.substr(i, 255);
        blocks += static_cast<char>(piece.size()) + piece;
    }
    const std::string head =
        "GIF89a" + le(48, 2) + le(48, 2) + std::string("\x80\0\0", 3) + std::string("\0\0\0\xFF\xFF\xFF", 6);
    const std::string gif = head + "," + le(0, 2) + le(0, 2) + le(48, 2) + le(48, 2) +
                            std::string("\0\x02", 2) + blocks + '\0' + ";";
    const ExactBuffer buffer(gif);
    const DecodedImage decoded = decode_image(buffer.view(), "gif");
    REQUIRE(decoded.end == ImageEnd::decoded);
    CHECK(decoded.image.pixels[0] == 0);
    CHECK(decoded.image.pixels[1] == 255);
    for (std::size_t at = 10; at < gif.size(); at += 3) {
        std::string noisy = gif;
        noisy[at] = static_cast<char>(noisy[at] ^ 0x5A);
        const ExactBuffer noise(noisy);
        CHECK(decode_image(noise.view(), "gif").image.pixels.size() <= limits::qr_pixels);
    }
}

TEST_CASE("size is judged before memory is taken") {
    const std::string huge =
        "BM" + std::string(16, '\0') + le(100'000, 4) + le(100'000, 4) + std::string(40, '\0');
    std::string file = huge;
    file.replace(14, 4, le(40, 4));
    CHECK(decode_image(as_bytes(file), "bmp").end == ImageEnd::too_large);
    file.replace(18, 8, le(20, 4) + le(20, 4));
    CHECK(decode_image(as_bytes(file), "bmp").end == ImageEnd::too_small);
}

TEST_CASE("raw pixels must fill their size") {
    const std::string pixels(64 * 64, '\x80');
    CHECK(grey_from_raw(as_bytes(pixels), 64, 64, 1)->pixels.size() == 64 * 64);
    CHECK_FALSE(grey_from_raw(as_bytes(pixels), 64, 64, 3));
    CHECK_FALSE(grey_from_raw(as_bytes(pixels), 64, 64, 0));
}

TEST_CASE("the address in a QR code is reported; too many pixels are a named limit") {
    const ScanReport report = scan_text(as_png(qr_image(5)), "poster.png");
    CHECK(has_flag(report, PartFlag::qr_code));
    CHECK(has_url(report, qr_text, "qr"));
    std::string file = "BM" + std::string(16, '\0') + le(100'000, 4) + le(100'000, 4) + std::string(40, '\0');
    file.replace(14, 4, le(40, 4));
    CHECK(has_limit(scan_text(file, "huge.bmp"), ScanLimit::qr_pixels));
}

TEST_CASE("at most so many pictures of one message are searched") {
    std::vector<ZipPart> parts;
    for (std::size_t i = 0; i <= limits::qr_images; ++i)
        parts.push_back({std::to_string(i) + ".png", as_png(qr_image(3 + static_cast<std::uint32_t>(i)))});
    const ScanReport report = scan_text(make_zip(parts), "album.zip");
    CHECK(has_limit(report, ScanLimit::qr_pixels));
    CHECK(report.verdict == Verdict::suspicious);
}

TEST_CASE("codes of a message's own files are handed on, with whether there may be more") {
    const auto attached = [](const std::string& name, const std::string& type, const std::string& bytes) {
        return "--b\r\nContent-Type: " + type + "; name=" + name +
               "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + testing::base64_encode(bytes) + "\r\n";
    };
    const std::string code = as_png(qr_image(6)),
                      white = as_png({64, 64, std::vector<std::uint8_t>(64 * 64, 255)});
    const std::string mail =
        "From: a@a.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
        attached("a.png", "image/png", code) + attached("b.png", "image/png", white) +
        attached("c.txt", "text/plain", "Hello, Anna") + "--b--\r\n";
    std::size_t pictures = 0;
    ScanOptions options;
    options.examine = [&](const mail::MimeTree& tree, ContentDigests&, const FoundCodes& codes, ScanReport&) {
        for (const mail::Entity& entity : tree.entities) {
            const FoundCodes::OfFile* const found = entity.is_leaf() ? codes.find(entity.content) : nullptr;
            if (entity.type != "image") CHECK(found == nullptr);
            if (entity.type != "image") continue;
            ++pictures;
            REQUIRE(found != nullptr);
            CHECK(found->texts.size() == (entity.content.size() == code.size() ? 1 : 0));
            if (!found->texts.empty()) CHECK(found->texts[0] == qr_text);
            CHECK_FALSE(found->cut);
        }
    };
    CHECK(scan_message(engines(), as_bytes(mail), options).verdict != Verdict::unscannable);
    CHECK(pictures == 2);
}

TEST_CASE("a limit of the file says that there may be more codes, one of another file does not") {
    ScanReport report;
    report.parts.resize(2);
    ScanBudget budget;
    PartInput first, second;
    second.part = 1;
    Inspection one(first, budget, report), other(second, budget, report);
    one.code("a");
    one.code("a");
    CHECK(one.codes() == std::vector<std::string>{"a"});
    CHECK_FALSE(one.codes_cut());
    one.limit(ScanLimit::qr_pixels, "too large");
    CHECK(one.codes_cut());
    CHECK_FALSE(other.codes_cut());
    // So many limits that further ones are not told.
    while (report.limits_hit.size() < limits::findings)
        report.limits_hit.push_back({ScanLimit::links, 0, "more"});
    CHECK(other.codes_cut());
}
