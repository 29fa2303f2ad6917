#include "mail/visible_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::mail {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};
/// Default-ignorable characters (Unicode DerivedCoreProperties) and the Hangul and Khmer fillers.
constexpr std::array<Range, 14> invisible_ranges = {{
    {0x00AD, 0x00AD},
    {0x034F, 0x034F},
    {0x061C, 0x061C},
    {0x115F, 0x1160},
    {0x17B4, 0x17B5},
    {0x180B, 0x180F},
    {0x200B, 0x200F},
    {0x202A, 0x202E},
    {0x2060, 0x206F},
    {0x3164, 0x3164},
    {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},
    {0xE0000, 0xE0FFF},
}};

/// First bytes of the characters above in UTF-8.
constexpr bool may_be_invisible(char c) {
    switch (static_cast<unsigned char>(c)) {
        case 0xC2:
        case 0xCD:
        case 0xD8:
        case 0xE1:
        case 0xE2:
        case 0xE3:
        case 0xEF:
        case 0xF3: return true;
        default: return false;
    }
}

bool is_invisible(char32_t c) {
    return std::ranges::any_of(invisible_ranges,
                               [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// The first invisible character at or behind `at` and where it ends; {size, size} when there is none.
std::pair<std::size_t, std::size_t> next_invisible(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        if (!may_be_invisible(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        if (is_invisible(next_code_point(text, end))) return {at, end};
        at = end;
    }
    return {text.size(), text.size()};
}

}  // namespace

bool has_invisible_characters(std::string_view text) {
    return next_invisible(text, 0).first < text.size();
}

void TextFlow::flush() {
    if (!text_.empty()) {
        if (pending_newlines_ > 0) {
            text_.append(pending_newlines_, '\n');
        } else if (pending_space_ && text_.back() != '\n') {
            text_ += ' ';
        }
    }
    pending_newlines_ = 0;
    pending_space_ = false;
}

void TextFlow::add_word(std::string_view word) {
    if (full()) {
        cut_ = true;
        return;
    }
    if (invisible_ == Invisible::kept) {
        flush();
        text_ += word;
        return;
    }
    for (std::size_t at = 0; at < word.size();) {
        const auto [start, end] = next_invisible(word, at);
        if (start > at) {
            flush();
            text_ += word.substr(at, start - at);
        }
        if (start < word.size()) pending_space_ = true;
        at = end;
    }
}

void TextFlow::add(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (is_ascii_space(text[at]) || text[at] == '\0') {
            pending_space_ = true;
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        while (end < text.size() && !is_ascii_space(text[end]) && text[end] != '\0') ++end;
        add_word(text.substr(at, end - at));
        at = end;
    }
}

void TextFlow::add_preformatted(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = find_line_end(text, at);
        if (end > at) add_word(text.substr(at, end - at));
        if (end < text.size()) line_break();
        at = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
    }
}

void TextFlow::line_break() {
    pending_space_ = false;
    if (pending_newlines_ < 2) ++pending_newlines_;
}

void TextFlow::block_break() {
    pending_space_ = false;
    pending_newlines_ = std::max<std::size_t>(pending_newlines_, 1);
}

void TextFlow::paragraph_break() {
    pending_space_ = false;
    pending_newlines_ = 2;
}

std::string TextFlow::take() {
    pending_newlines_ = 0;
    pending_space_ = false;
    return std::exchange(text_, {});
}

bool TextFlow::full() const {
    return text_.size() >= limits::text_bytes;
}

std::size_t TextFlow::next_offset() const {
    if (text_.empty()) return 0;
    return text_.size() + (pending_newlines_ > 0                    ? pending_newlines_
                           : pending_space_ && text_.back() != '\n' ? 1
                                                                    : 0);
}

}  // namespace tocsin::mail
