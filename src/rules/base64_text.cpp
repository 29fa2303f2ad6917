#include "rules/base64_text.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "mail/base64.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

/// Characters that three bytes take, and bits of one character.
constexpr std::size_t quad = 4;
constexpr unsigned character_bits = 6;
/// Lengths of lines at which encoders break.
constexpr std::size_t mime_line = 76, pem_line = 64;

/// One format's alphabet, told by its two signs beside letters and digits.
struct Alphabet {
    char sign_62, sign_63;

    [[nodiscard]] bool is_sign(char c) const { return c == sign_62 || c == sign_63; }
    [[nodiscard]] std::uint8_t value(char c) const {
        if (c == sign_62) return 62;
        if (c == sign_63) return 63;
        return c == '+' || c == '/' ? mail::base64_foreign
                                    : mail::base64_value[static_cast<unsigned char>(c)];
    }
    [[nodiscard]] bool has(char c) const { return value(c) != mail::base64_foreign; }
};
constexpr Alphabet standard_alphabet{'+', '/'};
constexpr Alphabet url_alphabet{'-', '_'};

/// The bytes of a run of characters of the alphabet. Bits left over behind the last byte are not looked at.
std::string decode(std::string_view run, const Alphabet& alphabet) {
    std::string out;
    out.reserve(run.size() / quad * 3 + 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : run) {
        bits = (bits << character_bits) | alphabet.value(c);
        held += character_bits;
        if (held < 8) continue;
        held -= 8;
        out.push_back(static_cast<char>((bits >> held) & 0xFFU));
    }
    return out;
}

/// UTF-16 of the lesser byte first as UTF-8 (RFC 2781 section 2.2); nullopt for an odd byte or half a pair of surrogates.
std::optional<std::string> from_utf16_le(std::string_view bytes) {
    if (bytes.size() % 2 != 0) return std::nullopt;
    const auto unit = [bytes](std::size_t at) {
        return static_cast<char32_t>(static_cast<unsigned char>(bytes[at]) |
                                     static_cast<unsigned char>(bytes[at + 1]) << 8U);
    };
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        char32_t code_point = unit(at);
        if (code_point >= 0xD800 && code_point <= 0xDFFF) {
            if (code_point >= 0xDC00 || at + 2 >= bytes.size()) return std::nullopt;
            const char32_t low = unit(at + 2);
            if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
            code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
            at += 2;
        }
        mail::append_utf8(out, code_point);
    }
    return out;
}

/// One run: where its characters stand, and how many `=` follow.
struct Run {
    std::string characters;
    std::size_t padding = 0;
};

/// Reads runs one after the other.
class RunReader {
public:
    RunReader(std::string_view text, const Alphabet& alphabet) : text_(text), alphabet_(alphabet) {}

    /// The next run of any length; nullopt at the end of the text.
    std::optional<Run> next() {
        while (at_ < text_.size() && !alphabet_.has(text_[at_])) ++at_;
        if (at_ >= text_.size()) return std::nullopt;
        Run run;
        do {
            const std::size_t begin = at_;
            while (at_ < text_.size() && alphabet_.has(text_[at_])) ++at_;
            run.characters.append(text_.substr(begin, at_ - begin));
            line_ = at_ - begin;
        } while (goes_on_after_line_end());
        while (const std::size_t bytes = padding_bytes()) {
            at_ += bytes;
            ++run.padding;
        }
        return run;
    }

private:
    bool goes_on_after_line_end() {
        if (line_ != mime_line && line_ != pem_line) return false;
        std::size_t after = at_;
        if (after < text_.size() && text_[after] == '\r') ++after;
        if (after >= text_.size() || text_[after] != '\n') return false;
        ++after;
        if (after >= text_.size() || !alphabet_.has(text_[after])) return false;
        at_ = after;
        return true;
    }
    [[nodiscard]] std::size_t padding_bytes() const {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with('=')) return 1;
        return rest.starts_with("%3D") || rest.starts_with("%3d") ? 3 : 0;
    }

    std::string_view text_;
    const Alphabet& alphabet_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;
};

class Scan {
public:
    explicit Scan(const Base64Options& options)
        : options_(options),
          alphabet_(options.format == Base64Format::standard ? standard_alphabet : url_alphabet) {}

    std::vector<std::string> run(std::string_view text) {
        RunReader reader(text, alphabet_);
        while (const std::optional<Run> found = reader.next())
            if (!take(found->characters, found->padding)) take_pieces(*found);
        return std::move(texts_);
    }

private:
    /// Keeps the texts that the characters may stand for; false when they stand for none.
    bool take(std::string_view characters, std::size_t padding) {
        if (characters.size() < base64_run_characters_min) return false;
        const std::size_t left_over = characters.size() % quad;
        if (left_over == 1 || (left_over != 0 && !options_.ignore_padding && left_over + padding < quad))
            return false;
        std::string bytes = decode(characters, alphabet_);
        const bool is_text =
            (options_.ascii && mail::is_ascii(bytes)) || (options_.utf8 && mail::is_valid_utf8(bytes));
        std::optional<std::string> wide;
        // ASCII without zeros would be Chinese in UTF-16, but nobody meant that.
        if (options_.utf16_le && (!is_text || bytes.contains('\0'))) wide = from_utf16_le(bytes);
        if (is_text) texts_.push_back(std::move(bytes));
        if (wide) texts_.push_back(*std::move(wide));
        return is_text || wide;
    }

    void take_pieces(const Run& run) {
        const std::string_view whole = run.characters;
        for (std::size_t begin = 0; begin < whole.size();) {
            const auto sign =
                std::ranges::find_if(whole.substr(begin), [this](char c) { return alphabet_.is_sign(c); });
            const auto length = static_cast<std::size_t>(sign - whole.substr(begin).begin());
            const bool is_last = begin + length == whole.size();
            if (length < whole.size()) take(whole.substr(begin, length), is_last ? run.padding : 0);
            begin += length + 1;
        }
    }

    const Base64Options& options_;
    const Alphabet& alphabet_;
    std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> scan_base64(std::string_view text, const Base64Options& options) {
    return Scan(options).run(text);
}

std::optional<std::string> decode_base64(std::string_view text) {
    text = trim(text);
    const std::string_view characters = text.substr(0, text.find_last_not_of('=') + 1);
    const bool is_url = characters.find_first_of("-_") != std::string_view::npos;
    const Alphabet& alphabet = is_url ? url_alphabet : standard_alphabet;
    const bool has_known_characters =
        std::ranges::all_of(characters, [&](char c) { return alphabet.has(c); });
    if (characters.size() % quad == 1 || !has_known_characters) return std::nullopt;
    std::string bytes = decode(characters, alphabet);
    return mail::is_valid_utf8(bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace tocsin::rules
