// The text in pictures, by the real Tesseract.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/limits/pictures.hpp"
#include "scan/picture_text.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

constexpr std::chrono::milliseconds long_enough(60'000);

GreyImage lure() {
    std::ifstream file(TOCSIN_PICTURES "/lure.png", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    DecodedImage decoded = decode_image(as_bytes(std::string_view(bytes)), "png");
    REQUIRE(decoded.end == ImageEnd::decoded);
    return std::move(decoded.image);
}

bool holds(const PictureText& found, std::string_view words) {
    return found.text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("the text in a picture is read") {
    REQUIRE(PictureReader::installed());
    const PictureReader reader = PictureReader::load(OnStall::wait).value();
    GreyImage picture = lure();
    const PictureText found = reader.read(picture, long_enough);
    CHECK_FALSE(found.cut);
    CHECK(holds(found, "Copperfield Looms"));
    CHECK(holds(found, "Your mailbox password expires today."));
    CHECK(holds(found, "Scan the QR code with your camera to keep it."));

    SUBCASE("white on black, too") {
        for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
        CHECK(holds(reader.read(picture, long_enough), "password expires"));
    }
    SUBCASE("the same picture is not read twice") {
        // There is no time to read it again.
        const PictureText again = reader.read(picture, std::chrono::milliseconds(0));
        CHECK(again.text == found.text);
        CHECK_FALSE(again.cut);
    }
    SUBCASE("as many are remembered as the limit says") {
        for (std::size_t at = 0; at <= limits::picture_texts_remembered; ++at) {
            GreyImage blank{50, 50, std::vector<std::uint8_t>(2500, 0xFF)};
            blank.pixels[at] = 0;
            CHECK(reader.read(blank, long_enough).text.size() < 4);
        }
        // The first is forgotten by now: it cannot be read in no time.
        CHECK(reader.read(picture, std::chrono::milliseconds(0)).cut);
        CHECK(reader.read(picture, long_enough).text == found.text);
    }
}

TEST_CASE("a picture for which there is no time is cut, and is read when there is") {
    const PictureReader reader = PictureReader::load(OnStall::wait).value();
    for (const int time_ms : {-1, 0, 1}) CHECK(reader.read(lure(), std::chrono::milliseconds(time_ms)).cut);
    CHECK_FALSE(reader.read(lure(), long_enough).cut);
}

TEST_CASE("what is no picture has no text") {
    const PictureReader reader = PictureReader::load(OnStall::wait).value();
    CHECK(reader.read({}, long_enough).text.empty());
    const GreyImage too_few{100, 100, std::vector<std::uint8_t>(9999)};
    CHECK(reader.read(too_few, long_enough).text.empty());
}
