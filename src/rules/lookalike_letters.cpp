#include "rules/lookalike_letters.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>
#include <utility>

namespace tocsin::rules {

namespace {

constexpr std::string_view digits_replaced = "01345789i";
constexpr std::string_view letters_meant = "oleastbgl";

using Keyboard = std::array<std::string_view, 4>;
constexpr std::array<Keyboard, 3> keyboards = {{
    {"1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"},
    {"1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm-"},
    {"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"},
}};

struct Key {
    int row = 0, column = 0;
    friend bool operator==(const Key&, const Key&) = default;
};

std::optional<Key> key_of(const Keyboard& keyboard, char c) {
    for (std::size_t row = 0; row < keyboard.size(); ++row)
        if (const std::size_t column = keyboard[row].find(c); column != std::string_view::npos)
            return Key{static_cast<int>(row), static_cast<int>(column)};
    return std::nullopt;
}

/// Each row stands half a key to the right of the one above it.
bool touch(Key left, Key right) {
    if (left.row > right.row) std::swap(left, right);
    if (left.row == right.row) return std::abs(left.column - right.column) == 1;
    return right.row == left.row + 1 && (right.column == left.column || right.column == left.column - 1);
}

/// English first of all; what parcels, banks and accounts are called in the languages of Europe; what game accounts are lured
/// with.
constexpr std::string_view lure_words =
    "2fa abo access account accounts activate activation admin airdrop aktualisierung alert alerts "
    "anmelden anmeldung appeal apply assist assistance assistenza auth authenticate bank banking billing "
    "bonus boost campaign cancel care check claim client cliente clienti colis compliance compte confirm "
    "connect connexion conta contact copyright correo cuenta customer customercare customerservice deal "
    "deals delivery desk dispute docs document documents drop drops email employee event events factura "
    "facture fattura finance free gift giftcard gifts giveaway help helpdesk helpline hotline hr id "
    "identity inc info invoice invoices klant konto kunde kunden kundenservice livraison locked login "
    "logon mail mailbox mfa nitro notice notification notifications notify offer offers office official "
    "online order orders package paket pakket paquete parcel password pay payment payments payroll "
    "portal premium prize profile promo promotion protect protection rechnung recover recovery refund "
    "renew renewal reset restore review reward rewards safe safety secure secured securite security "
    "seguridad sendung server service services shop sicher sicherheit sign signin spedizione sso staff "
    "statement store subscription support survey suspend suspended team track tracking trade transfer "
    "unlock update updates user validate validation verificar verification verified verify violation "
    "wallet warning web webmail webshop winner zahlung zustellung";
constexpr auto sorted_lures = [] {
    std::array<std::string_view, std::ranges::count(lure_words, ' ') + 1> words;
    std::string_view rest = lure_words;
    for (std::string_view& word : words) {
        word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    std::ranges::sort(words);
    return words;
}();
/// Shorter words begin and end too many names by accident ("id", "pay", "web").
constexpr std::size_t glued_lure_letters_min = 4;

/// `text` with the character at `at` left out equals `other`.
bool equals_without(std::string_view text, std::size_t at, std::string_view other) {
    return text.substr(0, at) == other.substr(0, at) && text.substr(at + 1) == other.substr(at);
}

Slip slip_of_longer(std::string_view name, std::string_view written, std::size_t at) {
    if (!equals_without(written, at, name)) return Slip::none;
    const char extra = written[at];
    if (extra == '-') return Slip::hyphen;
    if ((at > 0 && written[at - 1] == extra) || (at + 1 < written.size() && written[at + 1] == extra))
        return Slip::doubled;
    return Slip::added;
}

Slip slip_of_same_length(std::string_view name, std::string_view written, std::size_t at) {
    const std::string_view name_rest = name.substr(at + 1), written_rest = written.substr(at + 1);
    if (name_rest == written_rest) {
        if (are_neighbours(name[at], written[at])) return Slip::neighbour;
        const auto bits = static_cast<unsigned>(static_cast<unsigned char>(name[at]) ^
                                                static_cast<unsigned char>(written[at]));
        return std::popcount(bits) == 1 ? Slip::bit_flip : Slip::replaced;
    }
    const bool crossed = !name_rest.empty() && name[at] == written_rest[0] && name_rest[0] == written[at];
    return crossed && name_rest.substr(1) == written_rest.substr(1) ? Slip::swapped : Slip::none;
}

}  // namespace

std::string hurried_look(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const std::size_t replaced = digits_replaced.find(c);
        const char letter = replaced == std::string_view::npos ? c : letters_meant[replaced];
        const char before = out.empty() ? '\0' : out.back();
        if (before == 'r' && letter == 'n')
            out.back() = 'm';
        else if (before == 'v' && letter == 'v')
            out.back() = 'w';
        else if (before == 'c' && letter == 'l')
            out.back() = 'd';
        else
            out.push_back(letter);
    }
    return out;
}

Slip slip_of(std::string_view name, std::string_view written) {
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(name, written).in1 - name.begin());
    if (name.size() == written.size())
        return at == name.size() ? Slip::none : slip_of_same_length(name, written, at);
    if (written.size() == name.size() + 1) return slip_of_longer(name, written, at);
    if (name.size() != written.size() + 1 || !equals_without(name, at, written)) return Slip::none;
    return name[at] == '-' ? Slip::hyphen : Slip::dropped;
}

bool are_neighbours(char left, char right) {
    for (const Keyboard& one : keyboards) {
        const std::optional<Key> first = key_of(one, left);
        for (const Keyboard& other : keyboards) {
            const std::optional<Key> second = key_of(other, right);
            if (first && second && (&one == &other ? touch(*first, *second) : *first == *second)) return true;
        }
    }
    return false;
}

bool is_lure(std::string_view word) {
    return std::ranges::binary_search(sorted_lures, word);
}

std::vector<std::string_view> without_lures(std::string_view text) {
    std::vector<std::string_view> rests;
    const auto strip_end = [&rests](std::string_view whole) {
        for (const std::string_view lure : sorted_lures)
            if (lure.size() >= glued_lure_letters_min && whole.ends_with(lure))
                rests.push_back(whole.substr(0, whole.size() - lure.size()));
    };
    strip_end(text);
    for (const std::string_view lure : sorted_lures) {
        if (lure.size() < glued_lure_letters_min || !text.starts_with(lure)) continue;
        rests.push_back(text.substr(lure.size()));
        strip_end(rests.back());
    }
    return rests;
}

}  // namespace tocsin::rules
