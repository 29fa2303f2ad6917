#include "scan/text_fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "scan/simhash.hpp"

namespace tocsin::scan {

namespace {

/// Letters, digits, and bytes of any other script.
constexpr bool is_word_character(char c) {
    return mail::is_ascii_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::array<bool, 256> word_characters = [] {
    std::array<bool, 256> table{};
    for (std::size_t value = 0; value < 256; ++value)
        table[value] = is_word_character(static_cast<char>(value));
    return table;
}();

/// Takes the text word by word, and every three words in a row as one group.
class Groups {
public:
    void word(std::string_view word) {
        // One letter alone is no word, but an initial or a list mark; what has digits differs from copy to copy.
        if (word.size() < 2 || std::ranges::any_of(word, mail::is_ascii_digit)) return;
        const std::uint64_t hash = word_hash(word);
        if (words_ >= 2) counts_.add(mixed(before_last_ * 3 + last_ * 5 + hash * 7));
        before_last_ = last_;
        last_ = hash;
        ++words_;
    }
    [[nodiscard]] std::uint64_t fingerprint() {
        if (counts_.hashes() < limits::fingerprint_groups_min) return 0;
        return std::max<std::uint64_t>(counts_.majority(), 1);
    }

private:
    BitCounts counts_;
    std::uint64_t last_ = 0, before_last_ = 0;
    std::size_t words_ = 0;
};

/// Where the text goes on behind the tag that begins at `at`; styles and scripts belong to their tag.
std::size_t behind_tag(std::string_view html, std::size_t at) {
    const std::string_view tag = html.substr(at + 1);
    for (const std::string_view name : {"style", "script"}) {
        if (!mail::starts_with_ignoring_case(tag, name)) continue;
        const std::size_t end = mail::find_ignoring_case(html, name == "style" ? "</style" : "</script", at);
        at = std::min(end, html.size());
    }
    if (html.substr(at).starts_with("<!--")) at = std::min(html.find("-->", at), html.size());
    return std::min(html.find('>', at), html.size() - 1) + 1;
}

/// Where the text goes on behind a character reference, or at the ampersand's next character when it is none.
std::size_t behind_reference(std::string_view html, std::size_t at) {
    constexpr std::size_t reference_bytes = 10;
    const std::size_t end = html.substr(at, reference_bytes).find(';');
    return end == std::string_view::npos ? at + 1 : at + end + 1;
}

}  // namespace

std::uint64_t text_fingerprint(std::string_view text, TextKind kind) {
    text = text.substr(0, limits::fingerprint_text_bytes);
    Groups groups;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (word_characters[static_cast<unsigned char>(c)]) {
            std::size_t end = at + 1;
            while (end < text.size() && word_characters[static_cast<unsigned char>(text[end])]) ++end;
            groups.word(text.substr(at, end - at));
            at = end;
            continue;
        }
        if (kind == TextKind::html && c == '<')
            at = behind_tag(text, at);
        else if (kind == TextKind::html && c == '&')
            at = behind_reference(text, at);
        else
            ++at;
    }
    return groups.fingerprint();
}

}  // namespace tocsin::scan
