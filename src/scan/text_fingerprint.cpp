#include "scan/text_fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

/// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
constexpr std::uint64_t fnv_offset = 0xCBF29CE484222325ULL, fnv_prime = 0x100000001B3ULL;

/// The final mix of MurmurHash3: FNV's high bits are poor for short words, and every bit counts here.
constexpr std::uint64_t mixed(std::uint64_t hash) {
    hash ^= hash >> 33U;
    hash *= 0xFF51AFD7ED558CCDULL;
    hash ^= hash >> 33U;
    hash *= 0xC4CEB9FE1A85EC53ULL;
    return hash ^ (hash >> 33U);
}

/// For each byte value, its eight bits as the lowest bits of eight bytes.
constexpr std::array<std::uint64_t, 256> spread_bits = [] {
    std::array<std::uint64_t, 256> table{};
    for (std::size_t value = 0; value < 256; ++value)
        for (std::size_t bit = 0; bit < 8; ++bit)
            if ((value >> bit & 1U) != 0) table[value] |= 1ULL << (8 * bit);
    return table;
}();

/// Counts for each of 64 bits how many hashes have it set: eight counters of one byte in a word, emptied before they overflow.
class BitCounts {
public:
    void add(std::uint64_t hash) {
        for (std::size_t byte = 0; byte < 8; ++byte) lanes_[byte] += spread_bits[hash >> (8 * byte) & 0xFFU];
        ++hashes_;
        if (hashes_ % 255 == 0) empty();
    }
    [[nodiscard]] std::size_t hashes() const { return hashes_; }
    /// The bits that more than half of the hashes have.
    [[nodiscard]] std::uint64_t majority() {
        empty();
        std::uint64_t out = 0;
        for (std::size_t bit = 0; bit < 64; ++bit)
            if (2 * counts_[bit] > hashes_) out |= 1ULL << bit;
        return out;
    }

private:
    void empty() {
        for (std::size_t byte = 0; byte < 8; ++byte)
            for (std::size_t bit = 0; bit < 8; ++bit)
                counts_[8 * byte + bit] += lanes_[byte] >> (8 * bit) & 0xFFU;
        lanes_ = {};
    }
    std::array<std::uint64_t, 8> lanes_{};
    std::array<std::size_t, 64> counts_{};
    std::size_t hashes_ = 0;
};

/// Takes the text letter by letter, and every three words in a row as one group.
class Groups {
public:
    void letter(char c) {
        digits_ = digits_ || (c >= '0' && c <= '9');
        word_ = (word_ ^ static_cast<unsigned char>(mail::ascii_lower(c))) * fnv_prime;
        ++length_;
    }
    void word_ends() {
        // One letter alone is no word, but an initial or a list mark.
        if (length_ > 1 && !digits_) {
            if (words_ >= 2) counts_.add(mixed(before_last_ * 3 + last_ * 5 + word_ * 7));
            before_last_ = last_;
            last_ = word_;
            ++words_;
        }
        word_ = fnv_offset;
        length_ = 0;
        digits_ = false;
    }
    [[nodiscard]] std::uint64_t fingerprint() {
        word_ends();
        if (counts_.hashes() < limits::fingerprint_groups_min) return 0;
        return std::max<std::uint64_t>(counts_.majority(), 1);
    }

private:
    BitCounts counts_;
    std::uint64_t word_ = fnv_offset, last_ = 0, before_last_ = 0;
    std::size_t length_ = 0, words_ = 0;
    bool digits_ = false;
};

/// Letters, digits, and bytes of any other script.
bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
}

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
        if (is_word_character(c)) {
            groups.letter(c);
            ++at;
            continue;
        }
        groups.word_ends();
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
