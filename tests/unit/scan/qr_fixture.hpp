// A QR code of version 1 (ISO/IEC 18004) for "http://a.example/", made for these tests.
#pragma once

#include <array>
#include <string_view>

#include "scan/image.hpp"
#include "scan_fixture.hpp"

namespace tocsin::scan::test {

inline constexpr std::string_view qr_text = "http://a.example/";
inline constexpr std::array<std::string_view, 21> qr_modules = {
    "#######..##...#######", "#.....#.......#.....#", "#.###.#.#.#.#.#.###.#", "#.###.#..##.#.#.###.#",
    "#.###.#..#....#.###.#", "#.....#...#...#.....#", "#######.#.#.#.#######", "........##.#.........",
    "###.#####.#.###...#..", "...###....#.##.##...#", "#.#...###.#######.###", ".#.##...##...#..#..#.",
    ".#...##.#.##...#.#...", "........#.###.###..##", "#######.#..##...#.###", "#.....#.##......#....",
    "#.###.#.##..#..#.#..#", "#.###.#....##..###...", "#.###.#.##.####.#.#.#", "#.....#.####...###.#.",
    "#######.###..#...#.##",
};

/// The code with a quiet zone of four modules.
inline GreyImage qr_image(std::uint32_t pixels_per_module) {
    const std::uint32_t side = 29 * pixels_per_module;
    GreyImage image{side, side, std::vector<std::uint8_t>(std::size_t{side} * side, 255)};
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            const std::uint32_t row = y / pixels_per_module, column = x / pixels_per_module;
            const bool inside = row >= 4 && row < 25 && column >= 4 && column < 25;
            if (inside && qr_modules[row - 4][column - 4] == '#') image.pixels[y * side + x] = 0;
        }
    return image;
}

/// The picture as BMP with 8 bits a pixel.
inline std::string as_bmp(const GreyImage& image) {
    std::string palette, pixels;
    for (int i = 0; i < 256; ++i) palette += std::string(3, static_cast<char>(i)) + '\0';
    const std::size_t row_bytes = (image.width + 3) / 4 * 4;
    for (std::uint32_t y = image.height; y-- > 0;) {
        std::string row(reinterpret_cast<const char*>(image.pixels.data()) + y * image.width, image.width);
        row.resize(row_bytes, '\0');
        pixels += row;
    }
    return "BM" + le(54 + 1024 + pixels.size(), 4) + le(0, 4) + le(54 + 1024, 4) + le(40, 4) +
           le(image.width, 4) + le(image.height, 4) + le(1, 2) + le(8, 2) + le(0, 4) + le(pixels.size(), 4) +
           le(2835, 4) + le(2835, 4) + le(256, 4) + le(0, 4) + palette + pixels;
}

/// The picture as PNG (ISO/IEC 15948), 8-bit grey.
inline std::string as_png(const GreyImage& image) {
    const auto big = [](std::uint32_t value) {
        const std::string little = le(value, 4);
        return std::string(little.rbegin(), little.rend());
    };
    const auto chunk = [&big](const std::string& type, const std::string& data) {
        return big(static_cast<std::uint32_t>(data.size())) + type + data + big(crc_of(type + data));
    };
    std::string rows;
    for (std::uint32_t y = 0; y < image.height; ++y)
        rows += '\0' + std::string(reinterpret_cast<const char*>(image.pixels.data()) + y * image.width,
                                   image.width);
    uLongf size = compressBound(rows.size());
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
             rows.size());
    packed.resize(size);
    return "\x89PNG\r\n\x1A\n" +
           chunk("IHDR", big(image.width) + big(image.height) + std::string("\x08\0\0\0\0", 5)) +
           chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace tocsin::scan::test
