#include "rules/confusables.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

constexpr char32_t first_not_ascii = 0x80;
constexpr char32_t last_code_point = 0x10FFFF;
/// UTF-16 units and bytes that ICU may make of one character; the longest is 18 units (UAX #15 section 12).
constexpr std::int32_t expansion_max = 128;

/// Prototypes that are not ASCII although a reader takes them for it: small capitals above all. Without their marks.
struct Likeness {
    char32_t prototype;
    char letter;
};
constexpr auto likenesses = std::to_array<Likeness>({
    {U'\u1D00', 'a'}, {U'\u0299', 'b'}, {U'\u1D05', 'd'}, {U'\u1D07', 'e'}, {U'\uA730', 'f'},
    {U'\u0262', 'g'}, {U'\u029C', 'h'}, {U'\u1D0A', 'j'}, {U'\u0138', 'k'}, {U'\u029F', 'l'},
    {U'\u028D', 'm'}, {U'\u0274', 'n'}, {U'\u1D18', 'p'}, {U'\uA7AF', 'q'}, {U'\u0280', 'r'},
    {U'\u1D1B', 't'}, {U'\u0185', 'b'}, {U'\u03C9', 'w'}, {U'\uA793', 'e'}, {U'\uA792', 'E'},
});

/// Characters that confusables.txt takes for something else than readers do.
struct Exception {
    char32_t character;
    char letter;
};
constexpr auto exceptions = std::to_array<Exception>({
    {U'\u04CF', 'l'},  // the small palochka of "apple" and "paypal" in Cyrillic; "i" there
    {U'\u2014', '-'},  // dashes; a Japanese sign for long vowels there
    {U'\u2015', '-'},
});

/// White letters in dark circles and squares, A to Z, which NFKC leaves alone.
constexpr auto dark_alphabets = std::to_array<char32_t>({0x1F150, 0x1F170});
constexpr char32_t alphabet_letters = 26;

bool is_mark(char32_t character) {
    const auto type = u_charType(static_cast<UChar32>(character));
    return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

bool is_latin(char32_t character) {
    UErrorCode status = U_ZERO_ERROR;
    return u_isalpha(static_cast<UChar32>(character)) &&
           uscript_getScript(static_cast<UChar32>(character), &status) == USCRIPT_LATIN;
}

bool is_ascii_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_ascii_letter(char c) {
    return is_ascii_lower(ascii_lower(c));
}

/// `stroke` stands at `at`: inside a word in small letters, a reader takes it for an "l".
bool reads_as_small_l(std::string_view text, std::size_t at) {
    const bool after_letter = at > 0 && is_ascii_letter(text[at - 1]);
    const bool beside_small =
        (at > 0 && is_ascii_lower(text[at - 1])) || (at + 1 < text.size() && is_ascii_lower(text[at + 1]));
    return after_letter && beside_small;
}

struct CloseSpoofChecker {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

}  // namespace

/// Asks ICU, character by character.
class Confusables::Builder {
public:
    static Result<Builder> open() {
        UErrorCode status = U_ZERO_ERROR;
        Builder builder;
        builder.checker_.reset(uspoof_open(&status));
        builder.compatible_ = unorm2_getNFKCInstance(&status);
        builder.decomposed_ = unorm2_getNFDInstance(&status);
        if (U_FAILURE(status))
            return fail(ErrorCode::unavailable, std::string("look-alike characters: ICU has no data (") +
                                                    u_errorName(status) + "); install its data files");
        builder.learn_ascii();
        return builder;
    }

    std::unordered_map<char32_t, Entry> entries() {
        std::unordered_map<char32_t, Entry> out;
        for (char32_t character = first_not_ascii; character <= last_code_point; ++character)
            if (std::optional<Entry> entry = entry_of(character)) out.emplace(character, *std::move(entry));
        for (const auto& [character, letter] : exceptions)
            out[character] = {Role::replaced, std::string(1, letter)};
        for (const char32_t first : dark_alphabets)
            for (char32_t at = 0; at < alphabet_letters; ++at)
                out[first + at] = {Role::replaced, std::string(1, static_cast<char>('A' + at))};
        return out;
    }

private:
    /// The skeletons of ASCII characters, to read them backwards: "rn" is how "m" is written there, "''" is a quotation mark.
    void learn_ascii() {
        for (char c = '!'; c <= '~'; ++c) {
            const std::string written(1, c);
            const std::string seen = skeleton(written);
            if (seen != written && seen.size() != 1) ascii_of_skeleton_.emplace(seen, written);
        }
    }

    [[nodiscard]] std::string skeleton(std::string_view text) const {
        std::array<char, expansion_max> out{};
        UErrorCode status = U_ZERO_ERROR;
        const std::int32_t size =
            uspoof_getSkeletonUTF8(checker_.get(), 0, text.data(), static_cast<std::int32_t>(text.size()),
                                   out.data(), expansion_max, &status);
        if (U_FAILURE(status) || size > expansion_max) return std::string(text);
        return {out.data(), static_cast<std::size_t>(size)};
    }

    static std::vector<char32_t> normalise(const UNormalizer2* form, char32_t character) {
        std::array<UChar, 2> in{};
        std::array<UChar, expansion_max> out{};
        std::int32_t in_size = 0;
        UErrorCode status = U_ZERO_ERROR;
        // Most characters are made of no others.
        if (unorm2_getDecomposition(form, static_cast<UChar32>(character), out.data(), expansion_max,
                                    &status) < 0)
            return {character};
        status = U_ZERO_ERROR;
        U16_APPEND_UNSAFE(in.data(), in_size, static_cast<std::uint32_t>(character));
        const std::int32_t size =
            unorm2_normalize(form, in.data(), in_size, out.data(), expansion_max, &status);
        std::vector<char32_t> characters;
        for (std::int32_t at = 0; U_SUCCESS(status) && at < size;) {
            UChar32 next = 0;
            U16_NEXT(out.data(), at, size, next);
            characters.push_back(static_cast<char32_t>(next));
        }
        return characters;
    }

    /// nullopt: it stays.
    [[nodiscard]] std::optional<Entry> entry_of(char32_t character) const {
        const auto icu = static_cast<UChar32>(character);
        if (u_hasBinaryProperty(icu, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return Entry{Role::ignored, {}};
        const auto type = u_charType(icu);
        if (type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR || type == U_SURROGATE) return std::nullopt;
        if (is_mark(character)) return Entry{Role::mark, {}};

        Entry entry;
        const Look look{character, look_of(character)};
        for (const char32_t part : normalise(compatible_, character)) add_part(entry, part, look);
        // NFKC makes a sigma of the "c" that Greeks once wrote for it, and a blank with a mark of some apostrophes.
        if (look.ascii && !mail::is_ascii(entry.text)) entry.text = *look.ascii;
        if (entry.text.empty()) return std::nullopt;
        if (entry.text == "I") entry.role = Role::stroke;
        if (entry.text.size() > 1) entry.role = Role::replaced;
        std::string itself;
        mail::append_utf8(itself, character);
        if (entry.text != itself || entry.role == Role::stroke) return entry;
        return is_latin(character) ? std::optional(Entry{Role::latin, {}}) : std::nullopt;
    }

    /// What a character looks like: ICU takes its time, and most characters are the only part of their form.
    struct Look {
        char32_t of;
        std::optional<std::string> ascii;
    };

    /// One character of the NFKC form of another, of which `whole` is known.
    void add_part(Entry& entry, char32_t part, const Look& whole) const {
        if (u_hasBinaryProperty(static_cast<UChar32>(part), UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return;
        const bool on_ascii =
            !entry.text.empty() && static_cast<unsigned char>(entry.text.back()) < first_not_ascii;
        if (is_mark(part) && on_ascii) return;
        if (part < first_not_ascii) {
            entry.text.push_back(static_cast<char>(part));
            return;
        }
        const char32_t base = without_marks(part);
        const std::optional<std::string> seen = base == whole.of ? whole.ascii : look_of(base);
        if (seen == "l" && u_isUUppercase(static_cast<UChar32>(base))) entry.role = Role::stroke;
        if (seen)
            entry.text += *seen;
        else
            mail::append_utf8(entry.text, base);
    }

    /// "e" of "é". Letters of other scripts keep their marks, except where what is below looks Latin ("ё").
    [[nodiscard]] char32_t without_marks(char32_t character) const {
        const std::vector<char32_t> parts = normalise(decomposed_, character);
        const bool has_marks_only =
            parts.size() > 1 && std::ranges::all_of(parts.begin() + 1, parts.end(), is_mark);
        if (!has_marks_only) return character;
        return parts.front() < first_not_ascii || is_latin(parts.front()) || look_of(parts.front())
                   ? parts.front()
                   : character;
    }

    /// The ASCII that a character looks like.
    [[nodiscard]] std::optional<std::string> look_of(char32_t character) const {
        std::string written;
        mail::append_utf8(written, character);
        if (character < first_not_ascii) return written;
        if (const auto digit = u_charDigitValue(static_cast<UChar32>(character)); digit == 0 || digit == 1)
            return std::string(1, static_cast<char>('0' + digit));  // "O" and "l" in confusables.txt
        std::string seen = skeleton(written);
        if (u_isalpha(static_cast<UChar32>(character))) seen = letters_of(seen);
        if (const auto ascii = ascii_of_skeleton_.find(seen); ascii != ascii_of_skeleton_.end())
            return ascii->second;
        return mail::is_ascii(seen) && !seen.empty() ? std::optional(std::move(seen)) : std::nullopt;
    }

    /// A letter's prototype without marks and hooks ("'B" for one with a hook), and small capitals as letters.
    static std::string letters_of(std::string_view prototype) {
        std::string out;
        for (std::size_t at = 0; at < prototype.size();) {
            const char32_t part = mail::next_code_point(prototype, at);
            if (is_mark(part) || (part == '\'' && prototype.size() > 1)) continue;
            const auto like = std::ranges::find(likenesses, part, &Likeness::prototype);
            if (like != likenesses.end())
                out.push_back(like->letter);
            else
                mail::append_utf8(out, part);
        }
        return out.empty() ? std::string(prototype) : out;
    }

    std::unique_ptr<USpoofChecker, CloseSpoofChecker> checker_;
    const UNormalizer2* compatible_ = nullptr;
    const UNormalizer2* decomposed_ = nullptr;
    std::unordered_map<std::string, std::string> ascii_of_skeleton_;
};

Result<Confusables> Confusables::build() {
    return Confusables(TRY(Builder::open()).entries());
}

std::string Confusables::replace(std::string_view text) const {
    if (mail::is_ascii(text)) return std::string(text);
    std::string out;
    out.reserve(text.size());
    std::vector<std::size_t> strokes;  // positions in `out`
    bool is_on_latin = false;
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < first_not_ascii) {
            out.push_back(text[at++]);
            is_on_latin = true;
            continue;
        }
        const std::size_t begin = at;
        const auto found = entries_.find(mail::next_code_point(text, at));
        const Role role = found == entries_.end() ? Role::replaced : found->second.role;
        if (role == Role::ignored || (role == Role::mark && is_on_latin)) continue;
        if (role == Role::stroke) strokes.push_back(out.size());
        if (found == entries_.end() || role == Role::latin || role == Role::mark)
            out.append(text.substr(begin, at - begin));
        else
            out.append(found->second.text);
        is_on_latin = role == Role::latin || static_cast<unsigned char>(out.back()) < first_not_ascii;
    }
    for (const std::size_t at : strokes) out[at] = 'I';
    for (const std::size_t at : strokes)
        if (reads_as_small_l(out, at)) out[at] = 'l';
    return out;
}

}  // namespace tocsin::rules
