// What the banner needs of its texts.
#include <algorithm>

#include "base/limits.hpp"
#include "config/rows.hpp"

namespace tocsin::config {

namespace {

/// Bytes of letters and digits; what is beyond ASCII counts as letters.
std::size_t count_letters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        const char lower = static_cast<char>(c | 0x20);
        return byte >= 0x80 || (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
    }));
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

void check_banner(const Settings& settings, const Places& places, Problems& problems) {
    const auto rows = places.find("banner");
    if (rows == places.end() || rows->second.empty()) return;
    // Each text by itself, whatever is wrong with the others: what was not taken is still the default, which is good.
    const RowPlaces& row = rows->second[0];
    const BannerSettings& banner = settings.banner;
    if (!is_ascii(banner.fallback))
        problems.add(row.of("fallback"), "banner.fallback",
                     "banner.fallback has a letter beyond ASCII, and stands where only ASCII can be shown",
                     "write it without such letters");
    const auto too_short = [&](std::string_view key, const std::string& text) {
        if (count_letters(text) >= limits::banner_letters_min) return;
        problems.add(row.of(key), "banner." + std::string(key),
                     "banner." + std::string(key) +
                         " is so short that honest mail would be taken for an imitation of it",
                     "write at least " + std::to_string(limits::banner_letters_min) + " letters");
    };
    if (row.has("heading")) too_short("heading", banner.heading);
    if (banner.mark) too_short("mark", *banner.mark);
}

}  // namespace tocsin::config
