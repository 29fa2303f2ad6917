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
    bool dark;  ///< the outer runs are dark
};

/// A place where neighbouring rows show it.
struct Corner {
    std::int32_t centre;
    std::int32_t length;
    std::int32_t last_row;
    bool dark;
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
        if (++known >= 5 && is_finder(runs, total))
            hits.push_back({x - total / 2, total, row[x - 1] < threshold});
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

bool near(std::int32_t one, std::int32_t other, std::int32_t distance) {
    return std::abs(one - other) <= distance;
}

bool confirms(const std::vector<Hit>& before, const Hit& hit) {
    return std::ranges::any_of(before, [&hit](const Hit& other) {
        return other.dark == hit.dark && near(other.centre, hit.centre, 2 + hit.length / 8) &&
               near(other.length, hit.length, 2 + hit.length / 4);
    });
}

/// Adds the hit to the corner it belongs to, or makes a new one.
void add_corner(std::vector<Corner>& corners, const Hit& hit, std::int32_t row) {
    constexpr std::size_t corners_max = 256;
    for (Corner& corner : corners) {
        if (corner.dark != hit.dark || !near(corner.centre, hit.centre, hit.length / 2)) continue;
        if (!near(corner.last_row, row, hit.length)) continue;
        corner.last_row = row;
        return;
    }
    if (corners.size() < corners_max) corners.push_back({hit.centre, hit.length, row, hit.dark});
}

/// Three corners of about one size.
bool three_alike(const std::vector<Corner>& corners, bool dark) {
    return std::ranges::any_of(corners, [&](const Corner& one) {
        return one.dark == dark && std::ranges::count_if(corners, [&](const Corner& other) {
                                       return other.dark == dark &&
                                              near(one.length, other.length, 2 + one.length / 3);
                                   }) >= 3;
    });
}

}  // namespace

QrHint may_hold_qr_code(const GreyImage& image) {
    const auto width = static_cast<std::int32_t>(image.width),
               height = static_cast<std::int32_t>(image.height);
    if (width < 21 || height < 21) return {};
    // Every second row: the middle of a readable corner is at least five rows high.
    std::vector<Hit> before, hits;
    std::vector<Corner> corners;
    for (std::int32_t y = 0; y < height; y += 2) {
        const std::uint8_t* row = image.pixels.data() + static_cast<std::ptrdiff_t>(y) * width;
        hits.clear();
        const std::uint8_t middle = middle_of(row, width), mean = mean_of(row, width);
        find_in_row(row, width, middle, hits);
        if (std::abs(middle - mean) > 24) find_in_row(row, width, mean, hits);
        for (const Hit& hit : hits)
            if (confirms(before, hit)) add_corner(corners, hit, y);
        std::swap(before, hits);
    }
    return {.dark = three_alike(corners, true), .light = three_alike(corners, false)};
}

}  // namespace tocsin::scan
