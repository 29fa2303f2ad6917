// A text and a copy of it: whatever passes for a personalised copy differs in harmless bytes and in nothing else.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/limits.hpp"
#include "scan/campaign_body.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_copy(std::string_view text, std::string_view copy, BodyKind kind) {
    const CampaignBody body{std::string(text), kind};
    const CopyComparison found = body.compare(as_bytes(copy));
    require((found.kind == CopyKind::same) == (text == copy));
    if (found.kind != CopyKind::personalised) return;
    require(!found.differences.empty() && found.differences.size() <= limits::campaign_differences);
    std::size_t done = 0, searched = 0;
    for (const Difference& difference : found.differences) {
        require(difference.begin >= done && difference.end >= difference.begin &&
                difference.end <= copy.size());
        require(difference.end - difference.begin <= limits::campaign_difference_bytes);
        const std::string_view bytes = copy.substr(difference.begin, difference.end - difference.begin);
        require(harmless_there(PlaceKind::words, bytes) || harmless_there(PlaceKind::link_path, bytes));
        // What lies between two differences stands in the text too, in the same order.
        const std::size_t place = text.find(copy.substr(done, difference.begin - done), searched);
        require(place != std::string_view::npos);
        searched = place + (difference.begin - done);
        done = difference.end;
    }
    require(text.ends_with(copy.substr(done)));
    for (const char markup : std::string_view("<>\""))
        require(std::ranges::count(text, markup) == std::ranges::count(copy, markup));
    require(!with_surroundings(as_bytes(copy), found.differences).empty());
}

}  // namespace

/// The first byte says which kind; the second at which part of the rest the copy begins.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t split = rest.size() * data[1] / 256;
    const BodyKind kind = data[0] % 2 == 0 ? BodyKind::text : BodyKind::page;
    check_copy(rest.substr(0, split), rest.substr(split), kind);
    check_copy(rest, rest, kind);
    return 0;
}
