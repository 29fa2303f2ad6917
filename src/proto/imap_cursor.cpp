#include "proto/imap_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/ascii.hpp"

namespace tocsin::proto {

namespace {

std::unexpected<Error> malformed(const char* what) {
    return fail(ErrorCode::corrupt,
                std::string("an IMAP answer without ") + what + " where there must be one");
}

bool is_atom_char(char c) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view specials = "(){%*\"[] ";
    return byte > 0x1F && byte != 0x7F && specials.find(c) == std::string_view::npos;
}

}  // namespace

bool announces_literal(std::string_view line, std::uint64_t& bytes) {
    if (!line.ends_with('}')) return false;
    const std::size_t open = line.rfind('{');
    if (open == std::string_view::npos) return false;
    const std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    if (error == std::errc::result_out_of_range) bytes = std::numeric_limits<std::uint64_t>::max();
    return !digits.empty() && end == digits.data() + digits.size() && error != std::errc::invalid_argument;
}

bool ImapCursor::take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
}

bool ImapCursor::take_word(std::string_view word) {
    if (!equals_ignoring_case(rest_.substr(0, word.size()), word)) return false;
    rest_.remove_prefix(word.size());
    return true;
}

Result<void> ImapCursor::expect(char c) {
    if (!take(c)) return malformed(c == ' ' ? "a blank" : c == '(' || c == ')' ? "a parenthesis" : "a mark");
    return {};
}

Result<std::string_view> ImapCursor::atom() {
    std::size_t size = 0;
    while (size < rest_.size() && is_atom_char(rest_[size])) ++size;
    if (size == 0) return malformed("a word");
    if (size > limits::imap_word_bytes) return fail(ErrorCode::limit, "an IMAP answer with too long a word");
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
}

Result<std::uint64_t> ImapCursor::number(std::uint64_t largest) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || value > largest) return malformed("a number");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
}

Result<std::uint32_t> ImapCursor::number32() {
    const std::uint64_t value = TRY(number(std::numeric_limits<std::uint32_t>::max()));
    return static_cast<std::uint32_t>(value);
}

Result<std::string> ImapCursor::quoted(std::uint64_t bytes_max) {
    TRY(expect('"'));
    std::string text;
    while (!rest_.empty() && !at('"')) {
        if (take('\\') && !at('"') && !at('\\')) return malformed("a quoted text");
        if (rest_.front() == '\r' || rest_.front() == '\n') return malformed("a quoted text");
        text += rest_.front();
        rest_.remove_prefix(1);
        if (text.size() > bytes_max) return fail(ErrorCode::limit, "an IMAP answer with too long a text");
    }
    TRY(expect('"'));
    return text;
}

/// The frame was cut by the same rule, so the bytes are there.
Result<std::string_view> ImapCursor::literal(std::uint64_t bytes_max) {
    const std::size_t line_end = rest_.find("\r\n");
    std::uint64_t bytes = 0;
    if (line_end == std::string_view::npos || !announces_literal(rest_.substr(0, line_end), bytes) ||
        rest_.rfind('{', line_end) != 0)
        return malformed("a literal");
    rest_.remove_prefix(line_end + 2);
    if (bytes > rest_.size()) return malformed("a whole literal");
    if (bytes > bytes_max) return fail(ErrorCode::limit, "an IMAP answer with too long a literal");
    const std::string_view text = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return text;
}

Result<std::string> ImapCursor::string(std::uint64_t bytes_max) {
    if (at('"')) return quoted(bytes_max);
    (void)take('~');
    const std::string_view text = TRY(literal(bytes_max));
    return std::string(text);
}

Result<std::string> ImapCursor::astring(std::uint64_t bytes_max) {
    if (at('"') || at('{')) return string(bytes_max);
    // RFC 9051: `]` is allowed here. `[`, `%` and `*` are not, but some servers tell a folder's name with one in this way.
    const auto belongs = [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != 0x7F &&
               std::string_view("(){\"").find(c) == std::string_view::npos;
    };
    const auto end = std::ranges::find_if_not(rest_, belongs);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    if (size == 0) return malformed("a name");
    if (size > bytes_max) return fail(ErrorCode::limit, "an IMAP answer with too long a name");
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return name;
}

Result<void> ImapCursor::skip_value() {
    std::size_t depth = 0;
    do {
        (void)take(' ');
        if (take('(')) {
            if (++depth > limits::imap_nesting)
                return fail(ErrorCode::limit, "an IMAP answer with too many parentheses inside each other");
        } else if (take(')')) {
            if (depth == 0) return malformed("a value");
            --depth;
        } else if (at('"') || at('{') || at('~')) {
            TRY(string(limits::imap_answer_bytes));
        } else {
            std::size_t size = 0;
            while (size < rest_.size() &&
                   std::string_view(" ()\"{\r\n").find(rest_[size]) == std::string_view::npos)
                ++size;
            if (size == 0) return malformed("a value");
            rest_.remove_prefix(size);
        }
    } while (depth > 0);
    return {};
}

}  // namespace tocsin::proto
