#include "scan/qr_finder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tocsin::scan {

namespace {

/// A place where a row shows the pattern.
struct Hit {
    std::int32_t centre;
    std::int32_t length;
};

/// Five runs in the proportions of a finder pattern, each within half a module and a pixel for blurred edges.
bool is_finder(const std::array<std::int32_t, 5>& runs, std::int32_t total) {
    constexpr std::array<std::int32_t, 5> modules = {1, 1, 3, 1, 1};
    constexpr std::int32_t least = 10;  // below 1.5 pixels a module nothing reads it
    if (total < least) return false;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        // In fourteenths of the whole, so that all stays in integers.
        const std::int32_t off = std::abs(14 * runs[i] - 2 * modules[i] * total);
        if (off > modules[i] * total + 14) return false;
    }
    return true;
}

/// The hits of one row, split into dark and light at `threshold`.
void find_in_row(const std::uint8_t* row, std::int32_t width, std::uint8_t threshold,
                 std::vector<Hit>& hits) {
    std::array<std::int32_t, 5> runs{};
    std::int32_t total = 0, run = 0;
    std::size_t known = 0;
    for (std::int32_t x = 0; x <= width; ++x) {
        const bool edge = x == width || (x > 0 && (row[x] < threshold) != (row[x - 1] < threshold));
        if (!edge) {
            ++run;
            continue;
        }
        total += run - runs[0];
        std::shift_left(runs.begin(), runs.end(), 1);
        runs[4] = run;
        run = 1;
        if (++known >= 5 && is_finder(runs, total)) hits.push_back({x - total / 2, total});
    }
}

std::uint8_t middle_of(const std::uint8_t* row, std::int32_t width) {
    const auto [low, high] = std::minmax_element(row, row + width);
    return static_cast<std::uint8_t>((*low + *high + 1) / 2);
}

std::uint8_t mean_of(const std::uint8_t* row, std::int32_t width) {
    std::uint64_t sum = 0;
    for (std::int32_t x = 0; x < width; ++x) sum += row[x];
    return static_cast<std::uint8_t>(sum / static_cast<std::uint64_t>(width));
}

bool confirms(const std::vector<Hit>& before, const Hit& hit) {
    return std::ranges::any_of(before, [&hit](const Hit& other) {
        return std::abs(other.centre - hit.centre) <= 2 + hit.length / 8 &&
               std::abs(other.length - hit.length) <= 2 + hit.length / 4;
    });
}

}  // namespace

bool may_hold_qr_code(const GreyImage& image) {
    const auto width = static_cast<std::int32_t>(image.width);
    if (width < 21 || image.height < 21) return false;
    // Every second row: a readable pattern's middle is at least five rows high, so each of the three corners confirms twice.
    constexpr std::size_t enough = 4;
    std::size_t confirmed = 0;
    std::vector<Hit> before, hits;
    for (std::size_t y = 0; y < image.height; y += 2) {
        const std::uint8_t* row = image.pixels.data() + y * image.width;
        hits.clear();
        const std::uint8_t middle = middle_of(row, width), mean = mean_of(row, width);
        find_in_row(row, width, middle, hits);
        if (std::abs(middle - mean) > 24) find_in_row(row, width, mean, hits);
        for (const Hit& hit : hits)
            if (confirms(before, hit) && ++confirmed >= enough) return true;
        std::swap(before, hits);
    }
    return false;
}

}  // namespace tocsin::scan
