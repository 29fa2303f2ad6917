#include "mail/encoded_words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/base64.hpp"

namespace tocsin::mail {
namespace {

bool is_hex_pair(std::string_view text, std::size_t at) {
    return at + 2 <= text.size() && hex_value(text[at]) >= 0 && hex_value(text[at + 1]) >= 0;
}

/// RFC 2047 section 4.2.
std::string decode_q(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '=' && is_hex_pair(text, at + 1)) {
            out.push_back(static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])));
            at += 2;
        } else {
            out.push_back(text[at] == '_' ? ' ' : text[at]);
        }
    }
    return out;
}

/// Values of the base64 alphabets (RFC 4648 sections 4 and 5); -1 for all other bytes.
constexpr std::array<std::int8_t, 256> make_base64_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    values['-'] = 62;
    values['_'] = 63;
    return values;
}
constexpr std::array<std::int8_t, 256> base64_values = make_base64_values();

struct EncodedWord {
    std::string_view charset;
    char encoding = 'q';
    std::string_view text;
    std::size_t end = 0;  ///< behind "?="
};

/// Where the text of a word that begins at `start` ends ("?="), or npos. In a Q word, "?=" before a hex pair
/// is taken for a bare question mark when another "?=" follows before the next word: senders forget to encode
/// the mark.
std::size_t find_end(std::string_view text, std::size_t start, char encoding) {
    std::size_t end = text.find("?=", start);
    while (encoding == 'q' && end != std::string_view::npos && is_hex_pair(text, end + 2)) {
        const std::size_t next = text.find("?=", end + 2);
        if (next == std::string_view::npos) break;
        if (text.substr(end + 2, next - end - 2).find_first_of("? ") != std::string_view::npos) break;
        end = next;
    }
    return end;
}

/// RFC 2047 section 2 (and RFC 2231 section 5: a language after `*`). `at` stands on "=?".
std::optional<EncodedWord> read_word(std::string_view text, std::size_t at) {
    const std::size_t charset_start = at + 2;
    const std::string_view window = text.substr(charset_start, limits::charset_name_bytes + 16);
    const std::size_t mark = window.find('?');
    if (mark == std::string_view::npos || mark == 0 || mark + 2 >= window.size() || window[mark + 2] != '?') {
        return std::nullopt;
    }
    EncodedWord word;
    word.charset = window.substr(0, mark);
    if (std::ranges::any_of(word.charset, [](char c) { return is_ascii_space(c) || c == '='; }))
        return std::nullopt;
    word.charset = word.charset.substr(0, word.charset.find('*'));
    word.encoding = ascii_lower(window[mark + 1]);
    if (word.encoding != 'q' && word.encoding != 'b') return std::nullopt;
    const std::size_t text_start = charset_start + mark + 3;
    const std::size_t end = find_end(text, text_start, word.encoding);
    if (end == std::string_view::npos) return std::nullopt;
    word.text = text.substr(text_start, end - text_start);
    word.end = end + 2;
    return word;
}

/// Collects decoded bytes of neighbouring words in one charset, because senders cut characters in half
/// between two words.
class WordJoiner {
public:
    WordJoiner(std::string& out, CharsetConverters& converters) : out_(out), converters_(converters) {}

    void add(const EncodedWord& word) {
        if (!equals_ignoring_case(charset_, word.charset)) flush();
        charset_ = word.charset;
        bytes_ += word.encoding == 'b' ? decode_loose_base64(word.text) : decode_q(word.text);
    }
    void flush() {
        if (!bytes_.empty()) out_ += converters_.to_utf8(bytes_, charset_);
        bytes_.clear();
    }

private:
    std::string& out_;
    CharsetConverters& converters_;
    std::string_view charset_;
    std::string bytes_;
};

}  // namespace

std::size_t encoded_word_length(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("=?")) return 0;
    const std::optional<EncodedWord> word = read_word(text, at);
    return word ? word->end - at : 0;
}

std::string decode_loose_base64(std::string_view text) {
    if (std::optional<Bytes> clean = decode_clean_base64(text)) return std::string(as_text(*clean));
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const int value = base64_values[static_cast<unsigned char>(c)];
        if (c == '=') {
            // what follows is another stream: senders join encoded pieces without decoding them first
            count = 0;
            bits = 0;
        }
        if (value < 0) continue;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<char>((bits >> count) & 0xFFU));
    }
    return out;
}

std::string unfold(std::string_view raw_value) {
    std::string out;
    out.reserve(raw_value.size());
    for (std::size_t at = 0; at < raw_value.size();) {
        std::size_t end = find_control(raw_value, at);
        while (end < raw_value.size() && raw_value[end] != '\r' && raw_value[end] != '\n' &&
               raw_value[end] != '\0')
            end = find_control(raw_value, end + 1);
        out.append(raw_value.substr(at, end - at));
        bool at_line_start = false;
        for (at = end; at < raw_value.size(); ++at) {
            const char c = raw_value[at];
            if (c != '\r' && c != '\n' && c != '\0') break;
            at_line_start = at_line_start || c != '\0';
        }
        if (!at_line_start || at >= raw_value.size()) continue;
        // a bare line end still parts two words; a tab that opened the line becomes a blank
        if (raw_value[at] == '\t') {
            ++at;
            out.push_back(' ');
        } else if (raw_value[at] != ' ') {
            out.push_back(' ');
        }
    }
    return out;
}

std::string decode_encoded_words(std::string_view text, CharsetConverters& converters) {
    std::string out;
    WordJoiner joiner(out, converters);
    std::size_t done = 0;  // everything before is in `out`
    bool after_word = false;
    std::size_t at = text.find("=?");
    std::size_t terminator = 0;  // the first "?=" behind `at`, found once for all words before it
    while (at != std::string_view::npos) {
        if (terminator < at + 2) terminator = text.find("?=", at + 2);
        if (terminator == std::string_view::npos) break;
        const std::optional<EncodedWord> word = read_word(text, at);
        if (!word) {
            at = text.find("=?", at + 2);
            continue;
        }
        const std::string_view between = text.substr(done, at - done);
        if (!after_word || !trim(between).empty()) {
            joiner.flush();
            out += utf8_or_windows_1252(between);
        }
        joiner.add(*word);
        after_word = true;
        done = word->end;
        at = text.find("=?", done);
    }
    joiner.flush();
    out += utf8_or_windows_1252(text.substr(done));
    return out;
}

std::string decode_header_text(std::string_view raw_value, CharsetConverters& converters) {
    raw_value = trim(raw_value);
    const bool plain = find_control(raw_value) == raw_value.size();
    const bool may_hold_words = contains(raw_value, "=?", 1);
    if (!may_hold_words) return utf8_or_windows_1252(plain ? raw_value : std::string_view(unfold(raw_value)));
    std::string text = decode_encoded_words(plain ? std::string(raw_value) : unfold(raw_value), converters);
    std::ranges::replace_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    return std::string(trim(text));
}

std::string decode_header_text(std::string_view raw_value) {
    CharsetConverters converters;
    return decode_header_text(raw_value, converters);
}

}  // namespace tocsin::mail
