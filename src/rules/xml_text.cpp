#include "rules/xml_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

/// The character that "#65", "#x41" or "amp" means; 0: none.
char32_t character_of(std::string_view reference) {
    constexpr std::array<std::pair<std::string_view, char32_t>, 5> named = {
        {{"amp", U'&'}, {"lt", U'<'}, {"gt", U'>'}, {"quot", U'"'}, {"apos", U'\''}}};
    for (const auto& [name, character] : named)
        if (reference == name) return character;
    if (!reference.starts_with('#')) return 0;
    reference.remove_prefix(1);
    const bool hex = reference.starts_with('x');
    if (hex) reference.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(reference.data(), reference.data() + reference.size(), value, hex ? 16 : 10);
    return error == std::errc() && end == reference.data() + reference.size() ? static_cast<char32_t>(value)
                                                                              : 0;
}

}  // namespace

std::string xml_text(std::string_view text, std::size_t bytes_max) {
    constexpr std::size_t reference_bytes_max = 12;
    std::string out;
    text = text.substr(0, bytes_max);
    while (!text.empty()) {
        const std::size_t plain = std::min(text.find('&'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t end = text.substr(0, reference_bytes_max).find(';');
        const char32_t character = end == std::string_view::npos ? 0 : character_of(text.substr(1, end - 1));
        if (character == 0) {
            out += '&';
            text.remove_prefix(1);
        } else {
            mail::append_utf8(out, character);
            text.remove_prefix(end + 1);
        }
    }
    return mail::repair_utf8(out);
}

}  // namespace tocsin::rules
