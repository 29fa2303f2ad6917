#include "rules/text_letters.hpp"

#include <algorithm>
#include <array>

namespace tocsin::rules {

namespace {

struct CodePoint {
    char32_t value = 0xFFFD;
    std::uint8_t size = 1;
};

constexpr char32_t unreadable = 0xFFFD;

/// RFC 3629; what is none of it is one byte of U+FFFD.
CodePoint decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::uint8_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return {};
    char32_t value = first & (0x7FU >> size);
    for (std::uint8_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        value = value << 6U | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[size] || value > 0x10FFFF || surrogate) return {};
    return {value, size};
}

/// The letters U+00C0 to U+017F without accents; '?' is no letter. Upper case where the letter is a capital. Those that fold to
/// two letters ("Æ") have the first one here.
constexpr std::string_view latin_base =
    "AAAAAAACEEEEIIIIDNOOOOO?OUUUUYTs"
    "aaaaaaaceeeeiiiidnooooo?ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTt"
    "UuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(latin_base.size() == 0x180 - 0xC0);

/// The same for U+0180 to U+024F and U+1E00 to U+1EFF.
constexpr std::string_view extended_base =
    "bBBb???CcDDDd????FfG???IKkl??NnOOo??Pp?????tTtTUu?VYyZz??????????????????????AaIiOoUuUuUuUuUu?Aa"
    "Aa??GgGgKkOoOo??j???Gg??NnAa????AaAaEeEeIiIiOoOoRrRrUuUuSsTt??Hh?d??ZzAaEeOoOoOoOoYylnt???ACcLTs"
    "z??BU?EeJjQqRrYy";
constexpr std::string_view additional_base =
    "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRr"
    "SsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyasssS?AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
    "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy??????";
static_assert(extended_base.size() == 0xD0 && additional_base.size() == 0x100);

constexpr char second_letter(char32_t value) {
    switch (value) {
        case 0xC6:
        case 0xE6:
        case 0x152:
        case 0x153: return 'e';  // Æ æ Œ œ
        case 0xDF: return 's';   // ß
        case 0xDE:
        case 0xFE: return 'h';  // Þ þ
        case 0x132:
        case 0x133: return 'j';  // the ligature IJ
        default: return 0;
    }
}

struct LookAlike {
    char32_t value;
    char latin;
};
/// Letters drawn like a Latin one (a small part of UTS 39's confusables: those that mail uses). Sorted; small forms of capitals
/// where the shape is the same.
constexpr std::array look_alikes = {
    LookAlike{0x0131, 'i'}, LookAlike{0x0251, 'a'}, LookAlike{0x0261, 'g'}, LookAlike{0x0269, 'i'},
    LookAlike{0x0391, 'a'}, LookAlike{0x0392, 'b'}, LookAlike{0x0395, 'e'}, LookAlike{0x0396, 'z'},
    LookAlike{0x0397, 'h'}, LookAlike{0x0399, 'i'}, LookAlike{0x039A, 'k'}, LookAlike{0x039C, 'm'},
    LookAlike{0x039D, 'n'}, LookAlike{0x039F, 'o'}, LookAlike{0x03A1, 'p'}, LookAlike{0x03A4, 't'},
    LookAlike{0x03A5, 'y'}, LookAlike{0x03A7, 'x'}, LookAlike{0x03B1, 'a'}, LookAlike{0x03B3, 'y'},
    LookAlike{0x03B5, 'e'}, LookAlike{0x03B7, 'n'}, LookAlike{0x03B9, 'i'}, LookAlike{0x03BA, 'k'},
    LookAlike{0x03BD, 'v'}, LookAlike{0x03BF, 'o'}, LookAlike{0x03C1, 'p'}, LookAlike{0x03C4, 't'},
    LookAlike{0x03C5, 'u'}, LookAlike{0x03C7, 'x'}, LookAlike{0x03F2, 'c'}, LookAlike{0x0405, 's'},
    LookAlike{0x0406, 'i'}, LookAlike{0x0408, 'j'}, LookAlike{0x0410, 'a'}, LookAlike{0x0412, 'b'},
    LookAlike{0x0415, 'e'}, LookAlike{0x041A, 'k'}, LookAlike{0x041C, 'm'}, LookAlike{0x041D, 'h'},
    LookAlike{0x041E, 'o'}, LookAlike{0x0420, 'p'}, LookAlike{0x0421, 'c'}, LookAlike{0x0422, 't'},
    LookAlike{0x0423, 'y'}, LookAlike{0x0425, 'x'}, LookAlike{0x0430, 'a'}, LookAlike{0x0432, 'b'},
    LookAlike{0x0435, 'e'}, LookAlike{0x043A, 'k'}, LookAlike{0x043C, 'm'}, LookAlike{0x043D, 'h'},
    LookAlike{0x043E, 'o'}, LookAlike{0x043F, 'n'}, LookAlike{0x0440, 'p'}, LookAlike{0x0441, 'c'},
    LookAlike{0x0442, 't'}, LookAlike{0x0443, 'y'}, LookAlike{0x0445, 'x'}, LookAlike{0x0455, 's'},
    LookAlike{0x0456, 'i'}, LookAlike{0x0458, 'j'}, LookAlike{0x04AE, 'y'}, LookAlike{0x04AF, 'y'},
    LookAlike{0x04BB, 'h'}, LookAlike{0x04C0, 'l'}, LookAlike{0x04CF, 'l'}, LookAlike{0x0501, 'd'},
    LookAlike{0x051B, 'q'}, LookAlike{0x051D, 'w'}, LookAlike{0x0578, 'n'}, LookAlike{0x057D, 'u'},
    LookAlike{0x0585, 'o'}};
static_assert(std::ranges::is_sorted(look_alikes, {}, &LookAlike::value));

constexpr char look_alike(char32_t value) {
    const auto* found = std::ranges::lower_bound(look_alikes, value, {}, &LookAlike::value);
    return found != look_alikes.end() && found->value == value ? found->latin : '\0';
}

constexpr bool between(char32_t value, char32_t first, char32_t last) {
    return value >= first && value <= last;
}

/// Bengali, Greek or other letter of a script with capitals in small form (simple folding of UAX 44 for these blocks).
constexpr char32_t small_form(char32_t value) {
    if (between(value, 0x0391, 0x03A9)) return value + 0x20;  // Greek
    if (between(value, 0x0410, 0x042F)) return value + 0x20;  // Cyrillic
    if (between(value, 0x0400, 0x040F)) return value + 0x50;
    if (between(value, 0x0531, 0x0556)) return value + 0x30;  // Armenian
    return value;
}

constexpr bool is_invisible(char32_t value) {
    return value == 0xAD || value == 0x34F || value == 0x61C || between(value, 0x300, 0x36F) ||
           between(value, 0x115F, 0x1160) || between(value, 0x180B, 0x180E) ||
           between(value, 0x200B, 0x200F) || between(value, 0x202A, 0x202E) ||
           between(value, 0x2060, 0x206F) || between(value, 0x20D0, 0x20FF) ||
           between(value, 0xFE00, 0xFE0F) || value == 0xFEFF || between(value, 0xE0000, 0xE0FFF);
}

/// Zero-width characters and overlays ("P\u0336e\u0336n"); soft hyphens and accents that stand alone have honest uses.
constexpr bool hides_words(char32_t value) {
    return between(value, 0x200B, 0x200F) || between(value, 0x2060, 0x2064) || between(value, 0x334, 0x338) ||
           value == 0xFEFF;
}

constexpr bool is_space(char32_t value) {
    return value == ' ' || between(value, 0x09, 0x0D) || value == 0x85 || value == 0xA0 || value == 0x1680 ||
           between(value, 0x2000, 0x200A) || value == 0x2028 || value == 0x2029 || value == 0x202F ||
           value == 0x205F || value == 0x3000 || value == 0x2800;
}

constexpr bool is_syllable(char32_t value) {
    return between(value, 0x0E01, 0x0E4E) || between(value, 0x3041, 0x30FF) ||
           between(value, 0x3400, 0x9FFF) || between(value, 0xF900, 0xFAFF) ||
           between(value, 0xFF66, 0xFF9D) || between(value, 0x20000, 0x3134F);
}

/// Letters of scripts that are neither folded nor alike: from Latin Extended-B to Hangul, without the symbol blocks.
constexpr bool is_other_letter(char32_t value) {
    return between(value, 0x0180, 0x02AF) || between(value, 0x0370, 0x1FFF) ||
           between(value, 0x2C00, 0x2DFF) || between(value, 0xA640, 0xA7FF) || between(value, 0xAC00, 0xD7A3);
}

Letter styled(char32_t offset, bool capital) {
    return {.kind = LetterKind::styled, .plain = U'a' + offset, .capital = capital};
}

/// Decorative blocks: every one of them is the alphabet in order.
Letter decorative(char32_t value) {
    if (between(value, 0x1D400, 0x1D6A3)) {  // mathematical alphabets: capitals, then small letters, 13 times
        const char32_t place = (value - 0x1D400) % 52;
        return styled(place % 26, place < 26);
    }
    if (between(value, 0x1D7CE, 0x1D7FF))
        return {.kind = LetterKind::digit, .plain = U'0' + (value - 0x1D7CE) % 10};
    if (between(value, 0xFF21, 0xFF3A)) return styled(value - 0xFF21, true);
    if (between(value, 0xFF41, 0xFF5A)) return styled(value - 0xFF41, false);
    if (between(value, 0xFF10, 0xFF19)) return {.kind = LetterKind::digit, .plain = U'0' + value - 0xFF10};
    if (between(value, 0x24B6, 0x24CF)) return styled(value - 0x24B6, true);
    if (between(value, 0x24D0, 0x24E9)) return styled(value - 0x24D0, false);
    if (between(value, 0x1F110, 0x1F129)) return styled(value - 0x1F110, true);
    if (between(value, 0x1F130, 0x1F149)) return styled(value - 0x1F130, true);
    if (between(value, 0x1F150, 0x1F169)) return styled(value - 0x1F150, true);
    if (between(value, 0x1F170, 0x1F189)) return styled(value - 0x1F170, true);
    return {};
}

Letter ascii_letter(char32_t value) {
    if (between(value, 'a', 'z')) return {.kind = LetterKind::letter, .plain = value};
    if (between(value, 'A', 'Z')) return {.kind = LetterKind::letter, .plain = value + 32, .capital = true};
    if (between(value, '0', '9')) return {.kind = LetterKind::digit, .plain = value};
    if (is_space(value)) return {.kind = LetterKind::space};
    if (value == '\'') return {.kind = LetterKind::apostrophe};
    if (value == '$') return {.kind = LetterKind::currency};
    return {.plain = value};
}

const std::array<Letter, 128>& ascii_letters() {
    static const std::array<Letter, 128> table = [] {
        std::array<Letter, 128> out;
        for (char32_t value = 0; value < 128; ++value) out[value] = ascii_letter(value);
        return out;
    }();
    return table;
}

Letter accented(char32_t value) {
    const bool additional = value >= 0x1E00;
    const char base = additional       ? additional_base[value - 0x1E00]
                      : value >= 0x180 ? extended_base[value - 0x180]
                                       : latin_base[value - 0xC0];
    const bool is_sign = value == 0xD7 || value == 0xF7;
    if (base == '?') return {.kind = is_sign ? LetterKind::other : LetterKind::letter, .plain = value};
    const bool capital = base >= 'A' && base <= 'Z';
    return {.kind = LetterKind::letter,
            .plain = static_cast<char32_t>(capital ? base + 32 : base),
            .second = second_letter(value),
            .capital = capital};
}

Letter read_code_point(char32_t value) {
    if (is_space(value)) return {.kind = LetterKind::space};
    if (is_invisible(value)) return {.kind = LetterKind::invisible, .hides = hides_words(value)};
    if (const char latin = look_alike(value); latin != 0)
        return {.kind = LetterKind::lookalike,
                .plain = small_form(value),
                .latin = latin,
                .capital = small_form(value) != value};
    if (between(value, 0xC0, 0x24F) || between(value, 0x1E00, 0x1EFF)) return accented(value);
    if (value == 0x2019 || value == 0x2018 || value == 0x02BC || value == 0xB4)
        return {.kind = LetterKind::apostrophe};
    if (between(value, 0xA2, 0xA5) || between(value, 0x20A0, 0x20CF)) return {.kind = LetterKind::currency};
    if (is_syllable(value)) return {.kind = LetterKind::syllable, .plain = value};
    if (between(value, 0x0660, 0x0669)) return {.kind = LetterKind::digit, .plain = U'0' + value - 0x0660};
    if (is_other_letter(value))
        return {
            .kind = LetterKind::letter, .plain = small_form(value), .capital = small_form(value) != value};
    return decorative(value);
}

/// "Ã©" and "â€™": UTF-8 that somebody took for Latin-1 or Windows-1252, and wrote as UTF-8 once more.
CodePoint undo_double_encoding(std::string_view text, std::size_t at, CodePoint first) {
    const std::size_t next_at = at + first.size;
    if (next_at >= text.size()) return first;
    const CodePoint next = decode(text, next_at);
    const auto size = static_cast<std::uint8_t>(first.size + next.size);
    if ((first.value == 0xC3 || first.value == 0xC2) && between(next.value, 0x80, 0xBF))
        return {(first.value == 0xC3 ? 0x40U : 0U) + next.value, size};
    if (first.value == 0xE2 && (next.value == 0x20AC || next.value == 0x80) &&
        next_at + next.size < text.size()) {
        const CodePoint third = decode(text, next_at + next.size);
        if (third.value == 0x2122 || third.value == 0x99 || third.value == 0x02DC || third.value == 0x98)
            return {0x2019, static_cast<std::uint8_t>(size + third.size)};
    }
    return first;
}

}  // namespace

Letter letter_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return ascii_letters()[first];
    CodePoint point = decode(text, at);
    if (point.value == 0xC2 || point.value == 0xC3 || point.value == 0xE2)
        point = undo_double_encoding(text, at, point);
    // A lost character within a word is like one that is not seen.
    Letter letter =
        point.value == unreadable ? Letter{.kind = LetterKind::invisible} : read_code_point(point.value);
    letter.size = point.size;
    return letter;
}

std::size_t encode_letter(char32_t letter, char* out) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | (letter >> shift & 0x3FU)); };
    if (letter < 0x80) {
        out[0] = static_cast<char>(letter);
        return 1;
    }
    if (letter < 0x800) {
        out[0] = static_cast<char>(0xC0U | letter >> 6U), out[1] = tail(0);
        return 2;
    }
    if (letter < 0x10000) {
        out[0] = static_cast<char>(0xE0U | letter >> 12U), out[1] = tail(6), out[2] = tail(0);
        return 3;
    }
    out[0] = static_cast<char>(0xF0U | letter >> 18U), out[1] = tail(12), out[2] = tail(6), out[3] = tail(0);
    return 4;
}

}  // namespace tocsin::rules
