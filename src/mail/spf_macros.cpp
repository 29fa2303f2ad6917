#include "mail/spf_macros.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace tocsin::mail {

namespace {

constexpr std::string_view delimiter_characters = ".-+,/_=";

bool is_letter(char c) {
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Collects a name from the left. What is too long loses labels on the left (RFC 7208 section 7.3), as soon as it is
/// too long: what comes behind only makes it longer.
class NameWriter {
public:
    void write(char c) {
        if (skipping_) {
            skipping_ = c != '.';
            return;
        }
        name_ += ascii_lower(c);
        while (name_.size() > limits::domain_name_bytes && !skipping_) drop_label();
    }
    std::string take() {
        if (name_.ends_with('.')) name_.pop_back();
        return skipping_ ? std::string() : std::move(name_);
    }

private:
    void drop_label() {
        const std::size_t dot = name_.find('.');
        skipping_ = dot == std::string::npos;  // the label that is too long has not ended yet
        name_.erase(0, skipping_ ? name_.size() : dot + 1);
    }

    std::string name_;
    bool skipping_ = false;
};

std::string_view value_of(char letter, const SpfMacroValues& values) {
    switch (ascii_lower(letter)) {
        case 's': return values.sender;
        case 'l': return values.local_part;
        case 'o': return values.sender_domain;
        case 'd': return values.domain;
        case 'i': return values.client;
        case 'h': return values.helo;
        case 'v': return values.version;
        case 'p': return "unknown";  // section 7.3: PTR is not asked
        case '_': return " ";
        case '-': return "%20";
        default: return "%";
    }
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view delimiters) {
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find_first_of(delimiters);
        parts.push_back(text.substr(0, end));
        if (end != std::string_view::npos) text.remove_prefix(end + 1);
    }
    return parts;
}

void write_escaped(NameWriter& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const bool unreserved = is_letter(c) || is_digit(c) || std::string_view("-._~").contains(c);
    if (unreserved) return out.write(c);
    const auto byte = static_cast<unsigned char>(c);
    for (const char one : {'%', digits[byte >> 4U], digits[byte & 0xFU]}) out.write(one);
}

void write_macro(NameWriter& out, const SpfMacro& macro, const SpfMacroValues& values) {
    const std::string_view value = value_of(macro.letter, values);
    if (!is_letter(macro.letter)) {
        for (const char c : value) out.write(c);
        return;
    }
    std::vector<std::string_view> parts = parts_of(value, macro.delimiters);
    if (macro.reversed) std::ranges::reverse(parts);
    const std::size_t kept = macro.parts == 0 ? parts.size() : std::min(macro.parts, parts.size());
    const bool escaped = macro.letter != ascii_lower(macro.letter);
    for (std::size_t index = parts.size() - kept; index < parts.size(); ++index) {
        if (index > parts.size() - kept) out.write('.');
        for (const char c : parts[index]) {
            if (escaped)
                write_escaped(out, c);
            else
                out.write(c);
        }
    }
}

/// toplabel of section 7.1: letters, digits and inner hyphens, not digits alone.
bool is_top_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }) &&
           !std::ranges::all_of(label, is_digit);
}

}  // namespace

std::optional<SpfMacro> read_spf_macro(std::string_view text, SpfMacroPlace place) {
    if (text.size() < 2) return std::nullopt;
    if (std::string_view("%_-").contains(text[1])) return SpfMacro{.letter = text[1], .bytes = 2};
    const std::size_t end = text.find('}');
    if (text[1] != '{' || end == std::string_view::npos || end == 2) return std::nullopt;
    SpfMacro macro{.letter = text[2], .bytes = end + 1};
    const std::string_view letters = place == SpfMacroPlace::anywhere ? "slodiphvcrt" : "slodiphv";
    if (!letters.contains(ascii_lower(macro.letter))) return std::nullopt;
    std::string_view rest = text.substr(3, end - 3);
    const std::size_t digits = std::min(
        static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin()), rest.size());
    if (digits > 0) {
        constexpr std::size_t as_many_as_wanted = SIZE_MAX;
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + digits, macro.parts);
        if (error == std::errc::result_out_of_range) macro.parts = as_many_as_wanted;
        if (macro.parts == 0) return std::nullopt;
        rest.remove_prefix(digits);
    }
    macro.reversed = !rest.empty() && ascii_lower(rest.front()) == 'r';
    if (macro.reversed) rest.remove_prefix(1);
    if (rest.find_first_not_of(delimiter_characters) != std::string_view::npos) return std::nullopt;
    if (!rest.empty()) macro.delimiters = rest;
    return macro;
}

bool is_spf_macro_string(std::string_view text, SpfMacroPlace place) {
    while (!text.empty()) {
        std::size_t bytes = 1;
        if (text.front() == '%') {
            const std::optional<SpfMacro> macro = read_spf_macro(text, place);
            if (!macro) return false;
            bytes = macro->bytes;
        } else if (text.front() <= ' ' || text.front() > '~') {
            return false;
        }
        text.remove_prefix(bytes);
    }
    return true;
}

bool is_spf_domain_spec(std::string_view text) {
    if (text.empty() || text.size() > limits::spf_spec_bytes ||
        !is_spf_macro_string(text, SpfMacroPlace::domain_spec))
        return false;
    // What stands behind the last macro must end in a top label.
    bool has_macro = false;
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%')) {
        text.remove_prefix(at + read_spf_macro(text.substr(at), SpfMacroPlace::domain_spec)->bytes);
        has_macro = true;
    }
    if (text.empty()) return has_macro;
    if (text.ends_with('.')) text.remove_suffix(1);
    const std::size_t dot = text.rfind('.');
    return dot != std::string_view::npos && is_top_label(text.substr(dot + 1));
}

std::string expand_spf_domain(std::string_view spec, const SpfMacroValues& values) {
    NameWriter out;
    while (!spec.empty()) {
        const std::optional<SpfMacro> macro =
            spec.front() == '%' ? read_spf_macro(spec, SpfMacroPlace::domain_spec) : std::nullopt;
        if (macro)
            write_macro(out, *macro, values);
        else
            out.write(spec.front());
        spec.remove_prefix(macro ? macro->bytes : 1);
    }
    return out.take();
}

}  // namespace tocsin::mail
