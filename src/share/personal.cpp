#include "share/personal.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "share/text.hpp"

namespace tocsin::share {

namespace {

/// RFC 2142, and what is usual beside it.
constexpr std::array<std::string_view, 24> offices = {
    "abuse",      "accounts",   "admin", "billing",  "contact",   "desk",  "hello",   "help",
    "hostmaster", "info",       "login", "mail",     "marketing", "news",  "noc",     "office",
    "phish",      "postmaster", "sales", "security", "service",   "staff", "support", "webmaster"};
/// A shorter piece of a name stands in too many words to mean anybody.
constexpr std::size_t name_bytes_min = 4;
/// The same of a whole name, which is looked for inside of words.
constexpr std::size_t whole_name_bytes_min = 6;
/// Escapes in escapes that are looked through.
constexpr int escape_depth = 3;

bool is_letter(char c) {
    const char lower_c = ascii_lower(c);
    return (lower_c >= 'a' && lower_c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_character(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

/// "anna2" and "adler" of "anna2.adler": pieces of letters and digits.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_word_character(text[end])) ++end;
        if (end > at) use(text.substr(at, end - at));
        at = end + 1;
    }
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = hex_value(text[at]), low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

/// Text that a decoder made of what may have been no code at all: only what is all printable means something.
bool is_printable(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
    });
}

}  // namespace

void PersonalNames::add(std::string_view address) {
    const std::string whole = ascii_lower(trim(address));
    if (whole.empty()) return;
    addresses_.insert(whole);
    const std::string_view local = std::string_view(whole).substr(0, whole.find('@'));
    if (local.size() >= name_bytes_min && !contains(offices, local)) names_.insert(std::string(local));
    std::string joined;
    for_each_word(local, [&](std::string_view word) {
        joined += word;
        if (word.size() >= name_bytes_min && !contains(offices, word)) names_.insert(std::string(word));
    });
    if (joined != local && joined.size() >= whole_name_bytes_min) {
        whole_name_lengths_.insert(joined.size());
        whole_names_.insert(joined);
    }
}

bool PersonalNames::is_known(std::string_view address) const {
    return addresses_.contains(ascii_lower(trim(address)));
}

bool PersonalNames::holds_name(std::string_view plain) const {
    const std::string text = ascii_lower(plain);
    if (text.find('@') != std::string::npos) return true;
    // zelda.quux as zelda-quux, zeldaquux, or inside of a longer word.
    std::string joined;
    for_each_word(text, [&](std::string_view word) { joined += word; });
    // Pieces of each length that a name has are looked up: there may be many people, and a text is short.
    for (const std::size_t length : whole_name_lengths_)
        for (std::size_t at = 0; at + length <= joined.size(); ++at)
            if (whole_names_.contains(std::string_view(joined).substr(at, length))) return true;
    bool named = false;
    for_each_word(text, [&](std::string_view word) { named = named || names_.contains(word); });
    return named || names_.contains(text);
}

bool PersonalNames::names_somebody(std::string_view text) const {
    std::string plain(text);
    for (int depth = 0; depth < escape_depth; ++depth) {
        if (holds_name(plain)) return true;
        std::string decoded = percent_decoded(plain);
        if (decoded == plain) break;
        plain = std::move(decoded);
    }
    bool named = false;
    const auto look = [&](std::string_view piece) {
        for (const std::optional<std::string>& decoded : {from_base64(piece), from_hex(piece)})
            named = named || (decoded && is_printable(*decoded) && holds_name(*decoded));
    };
    look(plain);
    // A code between other things, such as "track.YW5uYUBlc3AuZXhhbXBsZQ.html"; base64 may hold - and _.
    for (std::size_t at = 0; at < plain.size();) {
        std::size_t end = at;
        while (end < plain.size() && (is_word_character(plain[end]) ||
                                      std::string_view("-_+/=").find(plain[end]) != std::string_view::npos))
            ++end;
        if (end > at) look(std::string_view(plain).substr(at, end - at));
        at = end + 1;
    }
    for_each_word(plain, look);
    return named;
}

}  // namespace tocsin::share
