#include "rules/strings.hpp"

#include <string.h>  // memmem
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

constexpr unsigned char first_not_ascii = 0x80;
constexpr char32_t replacement = 0xFFFD;
/// Bytes of a code point in UTF-8.
constexpr std::size_t code_point_bytes_max = 4;

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < first_not_ascii;
}

char32_t folded(char32_t code_point) {
    return static_cast<char32_t>(u_foldCase(static_cast<UChar32>(code_point), U_FOLD_CASE_DEFAULT));
}

/// Reads texts character by character, folded. Bytes that are no UTF-8 become values above all code points, so that they equal
/// themselves only.
class FoldedReader {
public:
    explicit FoldedReader(std::string_view text) : text_(text) {}
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    char32_t next() {
        constexpr char32_t broken = 0x8000'0000;
        const char c = text_[at_];
        if (is_ascii(c)) {
            ++at_;
            return static_cast<unsigned char>(ascii_lower(c));
        }
        const std::size_t begin = at_;
        const char32_t code_point = mail::next_code_point(text_, at_);
        const std::string_view bytes = text_.substr(begin, at_ - begin);
        if (code_point != replacement || bytes == "\xEF\xBF\xBD") return folded(code_point);
        char32_t value = broken;  // a piece of a broken sequence has three bytes at most
        for (const char byte : bytes) value = broken | (value << 8U) | static_cast<unsigned char>(byte);
        return value;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// How many bytes of ASCII stand at `at`, up to the first that is none.
std::size_t ascii_run(std::string_view text, std::size_t at) {
    constexpr std::uint64_t high = 0x8080'8080'8080'8080;
    const std::size_t begin = at;
    std::uint64_t word = 0;
    for (; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high) != 0) break;
    }
    while (at < text.size() && is_ascii(text[at])) ++at;
    return at - begin;
}

/// Appends what begins at `at`, in lower case, eight bytes at a time, as long as all eight are ASCII.
void append_lower_ascii(std::string& out, std::string_view text, std::size_t& at) {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101, high = 0x80 * each;
    // Added to a byte of ASCII, the first sets its high bit from 'A' on, the second behind 'Z'.
    constexpr std::uint64_t from_a = (0x80 - 'A') * each, behind_z = (0x7F - 'Z') * each;
    std::uint64_t word = 0;
    for (; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high) != 0) return;
        const std::uint64_t capital = ((word + from_a) ^ (word + behind_z)) & high;
        word |= capital >> 2U;  // 0x20 makes a small letter of a capital one
        out.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
}

}  // namespace

std::string fold(std::string_view text) {
    std::string out;
    fold_into(out, text);
    return out;
}

void fold_into(std::string& out, std::string_view text) {
    out.clear();
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        append_lower_ascii(out, text, at);
        if (at == text.size()) break;
        if (is_ascii(text[at])) {
            out.push_back(ascii_lower(text[at++]));
            continue;
        }
        const std::size_t begin = at;
        const char32_t code_point = mail::next_code_point(text, at);
        const char32_t other = folded(code_point);
        if (other == code_point)  // bytes that are no UTF-8, too: they read as U+FFFD, which has no case
            out.append(text.substr(begin, at - begin));
        else
            mail::append_utf8(out, other);
    }
}

bool equal_folded(std::string_view left, std::string_view right) {
    FoldedReader a(left), b(right);
    while (!a.at_end() && !b.at_end())
        if (a.next() != b.next()) return false;
    return a.at_end() && b.at_end();
}

std::size_t find(std::string_view text, std::string_view needle, std::size_t from) {
    if (from > text.size() || needle.size() > text.size() - from) return std::string_view::npos;
    if (needle.empty()) return from;
    const void* found = ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
    return found == nullptr ? std::string_view::npos
                            : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool contains(std::string_view text, std::string_view needle, Case mode) {
    if (mode == Case::exact) return find(text, needle) != std::string_view::npos;
    return find(fold(text), fold(needle)) != std::string_view::npos;
}

bool starts_with(std::string_view text, std::string_view prefix, Case mode) {
    if (mode == Case::exact) return text.starts_with(prefix);
    FoldedReader whole(text), part(prefix);
    while (!part.at_end())
        if (whole.at_end() || whole.next() != part.next()) return false;
    return true;
}

bool ends_with(std::string_view text, std::string_view suffix, Case mode) {
    if (mode == Case::exact) return text.ends_with(suffix);
    // Folding keeps the number of characters: so many bytes hold the end, and perhaps a piece of a character before it.
    const std::size_t bytes = std::min(text.size(), suffix.size() * code_point_bytes_max);
    return fold(text.substr(text.size() - bytes)).ends_with(fold(suffix));
}

std::size_t count(std::string_view text, std::string_view needle, Case mode) {
    if (mode == Case::folded) return count(fold(text), fold(needle), Case::exact);
    if (needle.empty()) return length(text) + 1;
    std::size_t hits = 0;
    for (std::size_t at = find(text, needle); at != std::string_view::npos;
         at = find(text, needle, at + needle.size()))
        ++hits;
    return hits;
}

std::size_t length(std::string_view text) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t plain = ascii_run(text, at);
        characters += plain;
        at += plain;
        if (at == text.size()) break;
        (void)mail::next_code_point(text, at);
        ++characters;
    }
    return characters;
}

}  // namespace tocsin::rules
