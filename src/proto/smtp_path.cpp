#include "proto/smtp_path.hpp"

#include <algorithm>

#include "base/fold_case.hpp"
#include "base/limits.hpp"

namespace tocsin::proto {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

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
        } else if (!quoted && (c == ' ' || c == '<' || c == '\\')) {
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

bool is_address(std::string_view address) {
    if (address.empty()) return true;
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
        parameters.emplace_back(std::move(key), word.substr(std::min(equals + 1, word.size())));
    }
}

}  // namespace tocsin::proto
