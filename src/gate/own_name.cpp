#include "gate/own_name.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/contains.hpp"
#include "base/fold_case.hpp"

namespace tocsin::gate {
namespace {

/// A mail program shows less of a name, and an address has 64 bytes before its @: longer ones are cut.
constexpr std::size_t name_bytes = 64, words_max = 6;
/// Shorter names are many people's.
constexpr std::size_t whole_letters_min = 6, initial_letters_min = 5, slip_letters_min = 7;

/// Digits that stand for letters, inside a word.
constexpr std::pair<char, char> look_alikes[] = {{'0', 'o'}, {'1', 'l'}, {'3', 'e'}, {'4', 'a'},
                                                 {'5', 's'}, {'7', 't'}, {'8', 'b'}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// The words of a name in small letters: what is neither letter nor digit parts them, and so do digits at an end ("anna77").
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto end_word = [&] {
        while (!word.empty() && is_digit(word.back())) word.pop_back();
        word.erase(0, static_cast<std::size_t>(std::ranges::find_if_not(word, is_digit) - word.begin()));
        for (char& c : word)
            for (const auto& [digit, letter] : look_alikes)
                if (c == digit) c = letter;
        if (!word.empty() && words.size() < words_max) words.push_back(word);
        word.clear();
    };
    for (const char c : fold_case(text.substr(0, name_bytes)))
        if (is_letter(c) || is_digit(c))
            word += c;
        else
            end_word();
    end_word();
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += word;
    return out;
}

std::string_view local_part(std::string_view address) {
    const std::string_view local = address.substr(0, address.rfind('@'));
    return local.substr(0, local.find('+'));
}

/// How people write a name of these words.
struct Forms {
    std::vector<std::string> whole;     ///< all of it in order, and first and last in either order
    std::vector<std::string> initials;  ///< one of the two shortened: a slip would make it somebody else's
};

Forms forms_of(const std::vector<std::string>& words) {
    Forms forms;
    const auto add = [](std::vector<std::string>& to, std::string form, std::size_t least) {
        if (form.size() >= least) to.push_back(std::move(form));
    };
    add(forms.whole, joined(words), whole_letters_min);
    if (words.size() < 2) return forms;
    const std::string &first = words.front(), &last = words.back();
    for (const auto& [one, other] : {std::pair(first, last), std::pair(last, first)}) {
        add(forms.whole, one + other, whole_letters_min);
        add(forms.initials, one.substr(0, 1) + other, initial_letters_min);
        add(forms.initials, other + one.substr(0, 1), initial_letters_min);
    }
    return forms;
}

/// Whether one letter more, less or other, or two that changed places, makes one of the other.
bool is_one_slip(std::string_view one, std::string_view other) {
    if (one.size() > other.size()) std::swap(one, other);
    if (other.size() - one.size() > 1) return false;
    const auto [left, right] = std::ranges::mismatch(one, other);
    const std::string_view one_rest(left, one.end()), other_rest(right, other.end());
    if (one.size() < other.size()) return one_rest == other_rest.substr(1);
    if (one_rest.empty() || one_rest.substr(1) == other_rest.substr(1)) return true;
    return one_rest.size() >= 2 && one_rest[0] == other_rest[1] && one_rest[1] == other_rest[0] &&
           one_rest.substr(2) == other_rest.substr(2);
}

/// One name in the other: each word of the shorter one, which has two at least, is a word of the longer one.
bool has_all_words(const std::vector<std::string>& some, const std::vector<std::string>& all) {
    const auto is_there = [&](const std::string& word) { return word.size() > 2 && contains(all, word); };
    return some.size() >= 2 && std::ranges::all_of(some, is_there);
}

}  // namespace

bool resembles_own_name(std::string_view address, std::string_view display_name, std::string_view other) {
    const std::vector<std::string> there = words_of(local_part(other));
    const std::string name_there = joined(there);
    if (name_there.empty()) return false;
    for (const std::string_view own : {local_part(address), display_name}) {
        const std::vector<std::string> words = words_of(own);
        if (has_all_words(words, there)) return true;
        const Forms forms = forms_of(words);
        if (contains(forms.initials, name_there)) return true;
        for (const std::string& form : forms.whole)
            if (form == name_there || (form.size() >= slip_letters_min && is_one_slip(form, name_there)))
                return true;
    }
    return false;
}

}  // namespace tocsin::gate
