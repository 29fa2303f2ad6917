#include "proto/smtp_path.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "base/limits/address.hpp"

namespace tocsin::proto {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// What may stand in quotes alone: blanks, and what begins comments and groups for programs that read a path as a header field.
/// Commas are those of a source route.
constexpr std::string_view specials_outside_quotes = " <\\();";

/// Length of the path up to its closing bracket, which is outside quotes (RFC 5321 section 4.1.2, Quoted-string).
/// Outside them neither blanks nor brackets may stand.
std::optional<std::size_t> closing_bracket(std::string_view argument) {
    bool quoted = false;
    for (std::size_t at = 1; at < argument.size(); ++at) {
        const char c = argument[at];
        if (is_control(c)) return std::nullopt;
        if (quoted && c == '\\') {
            if (++at >= argument.size() || is_control(argument[at])) return std::nullopt;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == '>') {
            return at;
        } else if (!quoted && specials_outside_quotes.find(c) != std::string_view::npos) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

/// RFC 5321 section 4.1.1.3: a source route (`@one,@two:`) is accepted and ignored.
std::string_view without_route(std::string_view path) {
    if (!path.starts_with('@')) return path;
    const std::size_t colon = path.find(':');
    return colon == std::string_view::npos ? path : path.substr(colon + 1);
}

/// What may stand in a local part without quotes (RFC 5321 section 4.1.2, Dot-string; RFC 6531 section 3.3).
bool is_atom_byte(char c) {
    constexpr std::string_view specials = "!#$%&'*+-/=?^_`{|}~.";
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric = (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    return byte >= 0x80 || alphanumeric || specials.find(c) != std::string_view::npos;
}

bool is_address(std::string_view address) {
    if (address.empty()) return true;
    if (!is_routed_little(address)) return false;
    if (address.size() > limits::smtp_path_bytes || address.starts_with('@')) return false;
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return true;
    const std::string_view domain = address.substr(at + 1);
    return !domain.empty() &&
           std::none_of(domain.begin(), domain.end(), [](char c) { return c == '"' || c == ' '; });
}

}  // namespace

std::optional<SmtpPathArgument> parse_smtp_path(std::string_view argument) {
    if (!argument.starts_with('<')) return std::nullopt;
    const auto end = closing_bracket(argument);
    if (!end) return std::nullopt;
    const std::string_view address = without_route(argument.substr(1, *end - 1));
    if (!is_address(address)) return std::nullopt;
    SmtpPathArgument result{std::string(address), argument.substr(*end + 1)};
    if (!result.rest.empty() && result.rest.front() != ' ') return std::nullopt;
    result.utf8 = std::any_of(address.begin(), address.end(),
                              [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return result;
}

bool is_routed_little(std::string_view address) {
    const auto marks = std::ranges::count_if(address, [](char c) { return c == '%' || c == '!' || c == '@'; });
    return static_cast<std::size_t>(marks) <= limits::address_routes + 1;  // one @ is no route
}

bool is_sendable_path(std::string_view path) {
    std::string bracketed = "<";
    bracketed.append(path).push_back('>');
    const auto parsed = parse_smtp_path(bracketed);
    return parsed && parsed->rest.empty() && parsed->address == path;
}

std::string plain_path(std::string_view path) {
    path = trim(path);
    if (path.size() >= 2 && path.front() == '<' && path.back() == '>') path = path.substr(1, path.size() - 2);
    path = without_route(trim(path));
    std::string bare;
    bool quoted = false, needs_quotes = false;
    std::size_t comments = 0;  ///< that are open; a program that reads a path as a header field leaves them out
    for (std::size_t at = 0; at < path.size(); ++at) {
        const char c = path[at];
        if (c == '"' && comments == 0) {
            quoted = !quoted;
            continue;
        }
        if (!quoted && (c == '(' || (c == ')' && comments > 0))) {
            comments += c == '(' ? 1 : static_cast<std::size_t>(-1);
            continue;
        }
        if (comments > 0) {
            if (c == '\\') ++at;
            continue;
        }
        const bool escaped = c == '\\' && at + 1 < path.size();
        const char meant = escaped ? path[++at] : c;
        needs_quotes |= (quoted || escaped) && !is_atom_byte(meant);
        bare += meant;
    }
    return needs_quotes || quoted || comments > 0 ? std::string(path) : std::string(trim(bare));
}

bool is_ordinary_address(std::string_view address) {
    return std::ranges::count(address, '@') == 1 && address.find_first_of("!%\"\\:;,()<>[] ") == std::string_view::npos;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_smtp_parameters(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> parameters;
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return parameters;
        if (parameters.size() == limits::smtp_parameters) return std::nullopt;
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(word.size());
        const std::size_t equals = std::min(word.find('='), word.size());
        std::string key = ascii_upper(word.substr(0, equals));
        const bool well_formed = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        });
        if (!well_formed || std::any_of(word.begin(), word.end(), is_control)) return std::nullopt;
        // RFC 5321 section 4.1.1.11: each at most once. Of two, one program takes the first and another the last.
        if (std::ranges::any_of(parameters, [&](const auto& known) { return known.first == key; }))
            return std::nullopt;
        parameters.emplace_back(std::move(key), word.substr(std::min(equals + 1, word.size())));
    }
}

}  // namespace tocsin::proto
