#include "mail/spf_record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "mail/spf_macros.hpp"

namespace tocsin::mail {

namespace {

constexpr std::string_view version = "v=spf1";
constexpr unsigned v4_bits_max = 32, v6_bits_max = 128;

constexpr std::array<std::pair<std::string_view, SpfMechanism>, 8> mechanisms = {
    {{"all", SpfMechanism::all},
     {"include", SpfMechanism::include},
     {"a", SpfMechanism::a},
     {"mx", SpfMechanism::mx},
     {"ptr", SpfMechanism::ptr},
     {"ip4", SpfMechanism::ip4},
     {"ip6", SpfMechanism::ip6},
     {"exists", SpfMechanism::exists}}};

constexpr std::array<std::pair<char, SpfQualifier>, 4> qualifiers = {{{'+', SpfQualifier::pass},
                                                                      {'-', SpfQualifier::fail},
                                                                      {'~', SpfQualifier::softfail},
                                                                      {'?', SpfQualifier::neutral}}};

/// A number without leading zeros up to `most`.
std::optional<unsigned> bits_of(std::string_view digits, unsigned most) {
    unsigned bits = 0;
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > most) return std::nullopt;
    return bits;
}

/// Takes `slash` and the digits behind it off the end, if that is how `text` ends. False: they are no number of bits.
bool take_bits(std::string_view& text, std::string_view slash, unsigned most, unsigned& bits) {
    const std::size_t last = text.find_last_not_of("0123456789");
    if (last == std::string_view::npos || last + 1 == text.size()) return true;
    const std::string_view before = text.substr(0, last + 1);
    if (!before.ends_with(slash)) return true;
    const std::optional<unsigned> found = bits_of(text.substr(last + 1), most);
    if (!found) return false;
    bits = *found;
    text = before.substr(0, before.size() - slash.size());
    return true;
}

/// ":" domain-spec, as it stands behind the name of a mechanism.
bool read_domain(std::string_view argument, SpfTerm& term) {
    if (!argument.starts_with(':') || !is_spf_domain_spec(argument.substr(1))) return false;
    term.domain = argument.substr(1);
    return true;
}

/// Section 5.3 and 5.4: a domain-spec or none, and lengths of prefixes or none.
bool read_host(std::string_view argument, SpfTerm& term) {
    if (!take_bits(argument, "//", v6_bits_max, term.v6_bits) ||
        !take_bits(argument, "/", v4_bits_max, term.v4_bits))
        return false;
    return argument.empty() || read_domain(argument, term);
}

/// Section 5.6.
bool read_network(std::string_view argument, SpfTerm& term) {
    const bool is_v4 = term.mechanism == SpfMechanism::ip4;
    if (!argument.starts_with(':')) return false;
    argument.remove_prefix(1);
    if (!take_bits(argument, "/", is_v4 ? v4_bits_max : v6_bits_max, is_v4 ? term.v4_bits : term.v6_bits))
        return false;
    const std::optional<tocsin::IpAddress> address = parse_ip_address(argument);
    if (!address || argument.contains(':') == is_v4) return false;
    term.network = *address;
    return true;
}

bool read_argument(std::string_view argument, SpfTerm& term) {
    switch (term.mechanism) {
        case SpfMechanism::all: return argument.empty();
        case SpfMechanism::include:
        case SpfMechanism::exists: return read_domain(argument, term);
        case SpfMechanism::ptr: return argument.empty() || read_domain(argument, term);
        case SpfMechanism::a:
        case SpfMechanism::mx: return read_host(argument, term);
        case SpfMechanism::ip4:
        case SpfMechanism::ip6: return read_network(argument, term);
    }
    return false;
}

std::optional<SpfTerm> read_mechanism(std::string_view text) {
    SpfTerm term;
    for (const auto& [sign, qualifier] : qualifiers) {
        if (!text.starts_with(sign)) continue;
        term.qualifier = qualifier;
        text.remove_prefix(1);
        break;
    }
    const std::string_view name = text.substr(0, text.find_first_of(":/"));
    const auto* const known = std::ranges::find_if(
        mechanisms, [&](const auto& one) { return equals_ignoring_case(one.first, name); });
    if (known == mechanisms.end()) return std::nullopt;
    term.mechanism = known->second;
    if (!read_argument(text.substr(name.size()), term)) return std::nullopt;
    return term;
}

/// The name in front of "=" (section 4.6.1); empty: it is no modifier.
std::string_view modifier_name(std::string_view term) {
    const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
    const std::string_view name = term.substr(0, term.find('='));
    const auto fits = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("-_.").contains(c);
    };
    if (name.size() == term.size() || name.empty() || !is_letter(name.front())) return {};
    return std::ranges::all_of(name, fits) ? name : std::string_view();
}

/// For people: printable, and no more than fits into a line.
std::string shown(std::string_view term) {
    constexpr std::size_t shown_bytes = 64;
    std::string out(term.substr(0, shown_bytes));
    std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

class RecordReader {
public:
    void add(std::string_view term) {
        if (!record_.problem.empty()) return;
        const std::string_view name = modifier_name(term);
        const bool good =
            name.empty() ? add_mechanism(term) : add_modifier(name, term.substr(name.size() + 1));
        if (!good) record_.problem = shown(term);
    }
    SpfRecord take() { return std::move(record_); }

private:
    bool add_mechanism(std::string_view term) {
        const std::optional<SpfTerm> mechanism = read_mechanism(term);
        if (mechanism) record_.terms.push_back(*mechanism);
        return mechanism.has_value();
    }

    /// Section 6: "redirect" and "exp" may stand there once. What "exp" names is not asked for; what is not known is
    /// passed over.
    bool add_modifier(std::string_view name, std::string_view value) {
        if (equals_ignoring_case(name, "redirect")) {
            if (!record_.redirect.empty() || !is_spf_domain_spec(value)) return false;
            record_.redirect = value;
            return true;
        }
        if (equals_ignoring_case(name, "exp"))
            return !std::exchange(explained_, true) && is_spf_domain_spec(value);
        return is_spf_macro_string(value, SpfMacroPlace::anywhere);
    }

    SpfRecord record_;
    bool explained_ = false;
};

}  // namespace

bool is_spf_record(std::string_view text) {
    return equals_ignoring_case(text.substr(0, version.size()), version) &&
           (text.size() == version.size() || text[version.size()] == ' ');
}

SpfRecord read_spf_record(std::string_view text) {
    RecordReader reader;
    text.remove_prefix(version.size());
    while (!text.empty()) {
        const std::string_view term = text.substr(0, text.find(' '));
        if (!term.empty()) reader.add(term);
        text.remove_prefix(std::min(term.size() + 1, text.size()));
    }
    return reader.take();
}

}  // namespace tocsin::mail
