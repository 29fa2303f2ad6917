// A number for a text that stays nearly the same when the text is personalised: names, numbers, one sentence more.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::scan {

enum class TextKind : std::uint8_t {
    plain,
    html,  ///< tags, comments, styles, scripts and character references are left out
};

/// SimHash over groups of three words, in lower case; words with digits are left out, because they differ from copy to
/// copy. Looks at limits::fingerprint_text_bytes; 0: fewer than limits::fingerprint_groups_min groups. For comparing with
/// similar() of base/similarity.hpp. Not a defence by itself: who wants to be different can be.
[[nodiscard]] std::uint64_t text_fingerprint(std::string_view text, TextKind kind);

}  // namespace tocsin::scan
