#include "mail/subject.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

constexpr std::size_t prefixes_max = 32;
constexpr std::size_t tag_bytes_max = 40;

enum class Prefix { none, reply, forward };
struct KnownPrefix {
    std::string_view word;
    Prefix prefix;
};
/// What clients write in front of the colon (RFC 5322 section 3.6.5 knows "Re" alone).
constexpr std::array<KnownPrefix, 25> known_prefixes = {{
    {"re", Prefix::reply},       {"aw", Prefix::reply},     {"antw", Prefix::reply},
    {"sv", Prefix::reply},       {"vs", Prefix::reply},     {"ref", Prefix::reply},
    {"rif", Prefix::reply},      {"res", Prefix::reply},    {"odp", Prefix::reply},
    {"ynt", Prefix::reply},      {"r", Prefix::reply},      {"回复", Prefix::reply},
    {"答复", Prefix::reply},     {"回覆", Prefix::reply},   {"fw", Prefix::forward},
    {"fwd", Prefix::forward},    {"wg", Prefix::forward},   {"tr", Prefix::forward},
    {"rv", Prefix::forward},     {"enc", Prefix::forward},  {"i", Prefix::forward},
    {"doorst", Prefix::forward}, {"转发", Prefix::forward}, {"轉寄", Prefix::forward},
    {"vb", Prefix::forward},
}};

/// "Re:", "RE[2]:", "Fwd (3):", "Re :" or a full-width colon at the start of `text`; taken off when it is
/// one.
Prefix take_prefix(std::string_view& text) {
    std::size_t colon = text.find(':');
    std::size_t colon_bytes = 1;
    if (const std::size_t wide = text.find("："); wide < colon) {
        colon = wide;
        colon_bytes = 3;
    }
    if (colon == std::string_view::npos || colon > 16) return Prefix::none;
    std::string_view word = trim(text.substr(0, colon));
    if (word.ends_with(']') || word.ends_with(')')) {
        const std::size_t open = word.find_first_of("[(");
        if (open == std::string_view::npos) return Prefix::none;
        const std::string_view counter = word.substr(open + 1, word.size() - open - 2);
        if (counter.empty() || !std::ranges::all_of(counter, is_ascii_digit)) return Prefix::none;
        word = trim(word.substr(0, open));
    }
    const auto* known = std::ranges::find_if(
        known_prefixes, [word](const KnownPrefix& p) { return equals_ignoring_case(p.word, word); });
    if (known == known_prefixes.end()) return Prefix::none;
    text = trim(text.substr(colon + colon_bytes));
    return known->prefix;
}

bool take_tag(std::string_view& text) {
    if (!text.starts_with('[')) return false;
    const std::size_t close = text.substr(0, tag_bytes_max).find(']');
    if (close == std::string_view::npos || close + 1 == text.size()) return false;
    text = trim(text.substr(close + 1));
    if (text.starts_with(':')) text = trim(text.substr(1));
    return true;
}

}  // namespace

Subject parse_subject(std::string text) {
    Subject subject;
    std::string_view rest = trim(text);
    for (std::size_t count = 0; count < prefixes_max; ++count) {
        const Prefix prefix = take_prefix(rest);
        subject.is_reply = subject.is_reply || prefix == Prefix::reply;
        subject.is_forward = subject.is_forward || prefix == Prefix::forward;
        if (prefix == Prefix::none && !take_tag(rest)) break;
    }
    subject.base = rest;
    subject.subject = std::move(text);
    return subject;
}

}  // namespace tocsin::mail
