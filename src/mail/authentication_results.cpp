#include "mail/authentication_results.hpp"

#include <algorithm>
#include <utility>

#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

constexpr std::size_t verdicts_max = 64;
constexpr std::size_t properties_max = 64;
constexpr std::size_t value_bytes_max = 16U << 10;

/// One piece between semicolons: its words without comments, and the comments.
struct Piece {
    std::string words;
    std::string comments;
};

/// Cuts the first piece off `text`; semicolons in comments and quotes do not count.
Piece take_piece(std::string_view& text) {
    Piece piece;
    std::size_t depth = 0;
    bool quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"' && depth == 0) {
            quoted = !quoted;
        } else if (quoted) {
            piece.words += c;
        } else if (c == '(') {
            if (depth++ == 0) piece.words += ' ';
        } else if (c == ')' && depth > 0) {
            if (--depth == 0) piece.comments += ' ';
        } else if (depth > 0) {
            piece.comments += c;
        } else if (c == ';') {
            break;
        } else {
            piece.words += c;
        }
    }
    text.remove_prefix(std::min(at + 1, text.size()));
    return piece;
}

std::string_view take_word(std::string_view& text) {
    text = trim(text);
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\v\f"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

/// "domain of bounce@example.com designates 192.0.2.1 as permitted sender"
void read_designator(std::string_view comments, AuthVerdict& verdict) {
    for (const std::string_view opening : {"domain of transitioning ", "domain of "}) {
        const std::size_t at = find_ignoring_case(comments, opening);
        if (at == std::string_view::npos) continue;
        std::string_view rest = comments.substr(at + opening.size());
        const std::string_view word = take_word(rest);
        if (!word.empty() && !equals_ignoring_case(word, "transitioning"))
            verdict.properties.emplace("designator", word);
        return;
    }
}

void read_properties(std::string_view words, AuthVerdict& verdict) {
    for (std::string_view word = take_word(words);
         !word.empty() && verdict.properties.size() < properties_max; word = take_word(words)) {
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        verdict.properties.emplace(to_lower(word.substr(0, equals)), word.substr(equals + 1));
    }
}

}  // namespace

AuthenticationResults parse_authentication_results(std::string_view value) {
    AuthenticationResults results;
    value = value.substr(0, value_bytes_max);
    bool first = true;
    while (!value.empty() && results.verdicts.size() < verdicts_max) {
        const Piece piece = take_piece(value);
        std::string_view words = piece.words;
        const std::string_view head = take_word(words);
        const bool opens = std::exchange(first, false);
        const std::size_t equals = head.find('=');
        if (opens && equals == std::string_view::npos) {
            results.server = to_lower(head);
            continue;
        }
        if (equals == std::string_view::npos || equals == 0) continue;
        AuthVerdict verdict;
        verdict.method = to_lower(head.substr(0, std::min(equals, head.find('/'))));
        verdict.verdict = to_lower(head.substr(equals + 1));
        read_properties(words, verdict);
        read_designator(piece.comments, verdict);
        results.verdicts.push_back(std::move(verdict));
    }
    return results;
}

AuthVerdict parse_received_spf(std::string_view value) {
    AuthVerdict verdict;
    verdict.method = "spf";
    value = value.substr(0, value_bytes_max);
    bool first = true;
    while (!value.empty() && verdict.properties.size() < properties_max) {
        const Piece piece = take_piece(value);
        std::string_view words = piece.words;
        if (std::exchange(first, false)) verdict.verdict = to_lower(take_word(words));
        read_properties(words, verdict);
        read_designator(piece.comments, verdict);
    }
    return verdict;
}

std::optional<std::string> tag_of_list(std::string_view value, std::string_view tag) {
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(';'), value.size());
        const std::string_view pair = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || !equals_ignoring_case(trim(pair.substr(0, equals)), tag))
            continue;
        std::string found(pair.substr(equals + 1));
        std::erase_if(found, is_ascii_space);
        return found;
    }
    return std::nullopt;
}

const AuthVerdict* find_verdict(const AuthenticationResults& results, std::string_view method) {
    const auto found = std::ranges::find(results.verdicts, method, &AuthVerdict::method);
    return found == results.verdicts.end() ? nullptr : &*found;
}

}  // namespace tocsin::mail
