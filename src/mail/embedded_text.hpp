// Shared by the finders of files inside text: walking a text line by line, and the bound on what one search
// gives out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {

/// One line of a text, without its line end.
struct TextLine {
    std::string_view text;
    std::size_t offset = 0;  ///< of its first byte
    std::size_t next = 0;    ///< offset of the line after it, or the size of the text
};

/// The line that begins at `offset`; LF ends it, and CRs before the LF do not belong to it. nullopt at the
/// end of the text.
[[nodiscard]] inline std::optional<TextLine> line_at(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) return std::nullopt;
    const std::size_t line_feed = std::min(text.find('\n', offset), text.size());
    std::size_t stop = line_feed;
    while (stop > offset && text[stop - 1] == '\r') --stop;
    return TextLine{text.substr(offset, stop - offset), offset, std::min(line_feed + 1, text.size())};
}

/// Calls `visit(position)` for each place in `text` where `needle` begins a line, until it returns the
/// position to go on from or npos to stop. Lines that do not begin so cost one search for the needle, not one
/// step per line.
template <typename Visit>
void each_line_beginning(std::string_view text, std::string_view needle, Visit visit) {
    std::size_t at = text.find(needle);
    while (at < text.size()) {
        std::size_t go_on = at + 1;
        if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') go_on = visit(at);
        if (go_on == std::string_view::npos) return;
        at = text.find(needle, std::max(go_on, at + 1));
    }
}

/// Bytes that all files of one search may have together.
[[nodiscard]] inline std::size_t embedded_bytes_max(std::string_view text) {
    return std::max(text.size(), limits::embedded_bytes);
}

}  // namespace tocsin::mail
