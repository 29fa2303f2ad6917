#include "mail/mbox.hpp"

#include <algorithm>
#include <string_view>

#include "mail/ascii.hpp"
#include "mail/embedded_text.hpp"

namespace tocsin::mail {

namespace {

constexpr std::string_view separator = "From ";

/// A "From " line at `at`, and a header field below it. Some writers put ">From " lines between the two.
bool is_separator(std::string_view text, std::size_t at) {
    constexpr std::size_t escaped_lines_max = 8, name_bytes_max = 80;
    std::optional<TextLine> line = line_at(text, at);
    if (!line || !line->text.starts_with(separator)) return false;
    for (std::size_t lines = 0; lines < escaped_lines_max; ++lines) {
        line = line_at(text, line->next);
        if (!line) return false;
        if (!line->text.starts_with(">From ")) break;
    }
    std::size_t colon = line->text.substr(0, name_bytes_max).find(':');
    return colon != std::string_view::npos && colon > 0 &&
           std::ranges::all_of(line->text.substr(0, colon), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::vector<ByteView> split_mbox(ByteView bytes, std::size_t messages_max) {
    std::vector<ByteView> messages;
    const std::string_view text = as_text(bytes);
    if (!is_separator(text, 0)) return messages;
    std::size_t begin = 0;
    each_line_beginning(text, separator, [&](std::size_t at) {
        if (at == 0 || !is_separator(text, at)) return at + 1;
        if (messages.size() + 1 >= messages_max) return std::string_view::npos;
        messages.push_back(bytes.subspan(begin, at - begin));
        begin = at;
        return at + 1;
    });
    messages.push_back(bytes.subspan(begin));
    return messages;
}

}  // namespace tocsin::mail
