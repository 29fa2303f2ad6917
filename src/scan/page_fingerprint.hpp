// A number for how a page is built, which stays nearly the same when its words, links and pictures are others.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::scan {

/// SimHash over groups of three tags in a row, each with the names of its attributes but not their values: two issues of one
/// newsletter are near, whatever they say. Looks at limits::fingerprint_text_bytes; 0: fewer than limits::fingerprint_groups_min
/// groups. Comments, styles and scripts do not count. Not a defence by itself: who wants to look alike copies the page.
[[nodiscard]] std::uint64_t page_fingerprint(std::string_view html);

}  // namespace tocsin::scan
