// `strings.replace_confusables`: letters that only look like Latin ones become Latin ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"

namespace tocsin::rules {

/// What every character of Unicode looks like. Built once (a tenth of a second, some 15,000 entries), then only read: share it.
class Confusables {
public:
    /// Asks ICU about every character; `unavailable` when ICU has no data for it.
    [[nodiscard]] static Result<Confusables> build();

    /// `text` as an English reader takes it. ASCII stays as it is, so that "m", "1" and "0" keep their meaning (the skeletons
    /// of UTS #39 section 4 would make "rn", "l" and "O" of them). Of the rest,
    /// - compatibility characters become what they stand for (NFKC, UAX #15): full width, mathematical and circled letters;
    /// - what is invisible goes (Default_Ignorable_Code_Point: zero width characters, soft hyphens, variation selectors);
    /// - marks on Latin letters and on ASCII go: "é" and "e" with a combining acute are "e";
    /// - what looks like ASCII (prototype in confusables.txt of UTS #39) becomes that, and so do small capitals and what looks
    ///   like them (Cyrillic "к", "м", "т"), letters in dark circles and squares, and a few more that confusables.txt has
    ///   otherwise. A stroke that can be "I" or "l" is "l" inside a word in small letters, else "I".
    /// All other characters stay, in the form in which they stand. Bytes that are no UTF-8 stay, too. Linear; the result has
    /// at most eleven times the bytes of `text` (NFKC of one Arabic ligature).
    [[nodiscard]] std::string replace(std::string_view text) const;

private:
    enum class Role : unsigned char {
        replaced,  ///< `text` stands for it
        ignored,   ///< invisible
        mark,      ///< goes when it follows ASCII or a Latin letter
        stroke,    ///< "I" or "l"
        latin,     ///< stays; marks on it go
    };
    struct Entry {
        Role role = Role::replaced;
        std::string text;
    };
    class Builder;

    explicit Confusables(std::unordered_map<char32_t, Entry> entries) : entries_(std::move(entries)) {}

    std::unordered_map<char32_t, Entry> entries_;  ///< characters that do not simply stay
};

/// The function of the language.
[[nodiscard]] inline std::string replace_confusables(std::string_view text, const Confusables& confusables) {
    return confusables.replace(text);
}

}  // namespace tocsin::rules
