#include "store/stored_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/core.h>

#include "base/limits.hpp"

namespace tocsin::store {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view cut_mark = "\xE2\x80\xA6";     // U+2026

bool is_continuation(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80U;
}

/// Bytes of the valid UTF-8 character at `at` (RFC 3629 section 4), 0 if there is none.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto first = static_cast<std::uint8_t>(text[at]);
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    const auto second = static_cast<std::uint8_t>(at + 1 < text.size() ? text[at + 1] : 0);
    if (first >= 0xC2 && first <= 0xDF) return is_continuation(text, at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const std::uint8_t least = first == 0xE0 ? 0xA0 : 0x80, most = first == 0xED ? 0x9F : 0xBF;
        return second >= least && second <= most && is_continuation(text, at + 2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const std::uint8_t least = first == 0xF0 ? 0x90 : 0x80, most = first == 0xF4 ? 0x8F : 0xBF;
        const bool rest = is_continuation(text, at + 2) && is_continuation(text, at + 3);
        return second >= least && second <= most && rest ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string stored_text(std::string_view text, std::size_t bytes_max) {
    std::string out;
    out.reserve(std::min(text.size(), bytes_max));
    std::size_t cut_at = 0;  // where the mark still fits
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(text, at);
        const std::string_view piece = bytes == 0 ? replacement : text.substr(at, bytes);
        if (out.size() + piece.size() > bytes_max) {
            out.resize(cut_at);
            return out.append(bytes_max >= cut_mark.size() ? cut_mark : "");
        }
        out += piece;
        if (out.size() + cut_mark.size() <= bytes_max) cut_at = out.size();
        at += bytes == 0 ? 1 : bytes;
    }
    return out;
}

bool is_storable(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) return false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(text, at);
        if (bytes == 0) return false;
        at += bytes;
    }
    return true;
}

std::string storable_json(std::string_view text) {
    if (text.empty()) return "[]";
    if (!is_storable(text, limits::record_json_bytes)) return R"(["not kept: too long, or not UTF-8"])";
    return std::string(text);
}

std::string search_key(std::string_view text) {
    std::string key(text);
    for (char& c : key)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return key;
}

std::string contains_pattern(std::string_view text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

std::string stored_list(const std::vector<std::string>& items, std::size_t item_bytes_max) {
    std::string list;
    for (const auto& item : items) {
        std::string line = item;
        std::replace(line.begin(), line.end(), '\n', '\0');  // which becomes U+FFFD
        list += stored_text(line, item_bytes_max);
        list += '\n';
    }
    return list;
}

std::vector<std::string> list_from_stored(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        items.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
}

std::string fingerprint_text(std::uint64_t fingerprint) {
    return fingerprint == 0 ? std::string() : fmt::format("{:016x}", fingerprint);
}

std::optional<std::uint64_t> fingerprint_from(std::string_view text) {
    constexpr std::size_t digits = 16;
    std::uint64_t value = 0;
    if (text.size() != digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, 16);
    if (error != std::errc{} || end != text.data() + digits || value == 0) return std::nullopt;
    return value;
}

}  // namespace tocsin::store
