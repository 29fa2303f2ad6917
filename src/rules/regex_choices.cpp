#include "rules/regex_choices.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"

namespace tocsin::rules {

namespace {

bool is_plain(char c) {
    const char small = ascii_lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9');
}

/// Bytes of the escape at the beginning of `rest`: `\d`, `\x{1F600}`, `\x41`, `\pL`, `\p{Greek}`, `\012`.
std::size_t escape_bytes(std::string_view rest) {
    if (rest.size() < 3) return rest.size();
    const char kind = rest[1];
    const bool long_form = kind == 'x' || kind == 'p' || kind == 'P';
    if (long_form && rest[2] == '{') return std::min(rest.find('}'), rest.size() - 1) + 1;
    if (kind == 'p' || kind == 'P') return 3;
    if (kind == 'x') return std::min<std::size_t>(rest.size(), 4);
    if (kind < '0' || kind > '9') return 2;
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    return std::min(end, rest.size());
}

/// Bytes of the class at the beginning of `rest`, with both brackets. It holds no named class such as `[:alpha:]`.
std::size_t class_bytes(std::string_view rest) {
    std::size_t at = rest.starts_with("[^") ? 2 : 1;
    if (at < rest.size() && rest[at] == ']') ++at;
    while (at < rest.size() && rest[at] != ']') at += rest[at] == '\\' ? escape_bytes(rest.substr(at)) : 1;
    return std::min(at, rest.size() - 1) + 1;
}

/// Bytes of what a quantifier behind it would stand for, as far as that can be told from its beginning.
std::size_t token_bytes(std::string_view rest) {
    if (rest.front() == '\\') return escape_bytes(rest);
    if (rest.front() == '[') return class_bytes(rest);
    return 1;
}

bool may_be_chosen(std::string_view token) {
    if (token.size() == 1) return is_plain(token[0]) || token[0] == ' ' || token[0] == '-';
    return token == "[ -]" || token == "[- ]" || token == "[ ]" || token == "[-]";
}

/// `(?U)` makes `x?` prefer nothing to x.
bool swaps_greediness(std::string_view pattern) {
    for (std::size_t at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 2)) {
        const std::size_t end = pattern.find_first_of("):<", at);
        if (pattern.substr(at, end - at).find('U') != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

std::string with_choices(std::string_view pattern) {
    // Where a class with "[:" in it ends is a science of its own (re2/parse.cc): "[[:]", "[+-[:a:]".
    for (const std::string_view left_alone : {"\\Q", "[:"})
        if (pattern.find(left_alone) != std::string_view::npos) return std::string(pattern);
    if (swaps_greediness(pattern)) return std::string(pattern);
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::string_view rest = pattern.substr(at), token = rest.substr(0, token_bytes(rest));
        const std::string_view behind = rest.substr(token.size());
        at += token.size();
        if (behind.size() >= 2 && behind[0] == '?' && is_plain(behind[1]) && may_be_chosen(token)) {
            ((out += "(?:") += token) += "|)";
            ++at;
        } else {
            out += token;
        }
    }
    return out;
}

}  // namespace tocsin::rules
