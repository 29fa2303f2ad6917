#include "scan/password_words.hpp"

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

constexpr std::size_t password_length_min = 3;
constexpr std::size_t password_length_max = 32;
/// A password stands near the start of a short text; nobody hides it after a hundred pages.
constexpr std::size_t text_bytes_max = 64U << 10;

constexpr std::array<std::string_view, 21> announcements = {
    "password",   "passwort",   "kennwort", "passcode", "pass",       "pwd",    "pw",
    "passphrase", "code",       "pin",      "key",      "contraseña", "clave",  "senha",
    "parola",     "wachtwoord", "hasło",    "haslo",    "passe",      "пароль", "密码"};

bool is_announcement(std::string_view word) {
    while (!word.empty() && (word.back() == ':' || word.back() == '=')) word.remove_suffix(1);
    return std::ranges::any_of(
        announcements, [word](std::string_view known) { return mail::equals_ignoring_case(word, known); });
}

bool ends_word(char c) {
    return mail::is_ascii_space(c) || c == '<' || c == '>';
}

std::string_view without_quotes(std::string_view word) {
    const std::string_view wrapping = "\"'`()[]{},;:.";
    while (!word.empty() && wrapping.find(word.front()) != std::string_view::npos) word.remove_prefix(1);
    while (!word.empty() && wrapping.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
    return word;
}

/// Words between white space and tags, in order.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '<') {
            const std::size_t close = text.find('>', at);
            at = close == std::string_view::npos ? at + 1 : close + 1;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && !ends_word(text[end])) ++end;
        if (end > at) words.push_back(text.substr(at, end - at));
        at = std::max(end, at + (end == at ? 1 : 0));
    }
    return words;
}

class Candidates {
public:
    void add(std::string_view word) {
        const bool fits = word.size() >= password_length_min && word.size() <= password_length_max;
        if (!fits || words_.size() >= password_words_max || std::ranges::find(words_, word) != words_.end())
            return;
        words_.push_back(word);
    }
    std::vector<std::string_view> take() { return std::move(words_); }

private:
    std::vector<std::string_view> words_;
};

}  // namespace

std::vector<std::string_view> password_words(std::string_view text) {
    const std::vector<std::string_view> words = words_of(text.substr(0, text_bytes_max));
    Candidates candidates;
    // "password: infected", "the password is infected", "password:infected".
    constexpr std::size_t reach = 4;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t colon = words[i].find_first_of(":=");
        if (colon != std::string_view::npos && is_announcement(words[i].substr(0, colon))) {
            candidates.add(words[i].substr(colon + 1));
            candidates.add(without_quotes(words[i].substr(colon + 1)));
        }
        if (!is_announcement(without_quotes(words[i]))) continue;
        for (std::size_t near = i + 1; near < std::min(words.size(), i + 1 + reach); ++near) {
            candidates.add(words[near]);
            candidates.add(without_quotes(words[near]));
        }
    }
    for (const std::string_view word : words) {
        const std::string_view bare = without_quotes(word);
        if (std::ranges::any_of(bare, mail::is_ascii_digit)) candidates.add(bare);
    }
    for (const std::string_view word : words) candidates.add(without_quotes(word));
    return candidates.take();
}

}  // namespace tocsin::scan
