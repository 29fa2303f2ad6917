#include "share/uuid.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace tocsin::share {

namespace {

constexpr std::size_t hex_digits = 32;
constexpr std::array<std::size_t, 4> hyphens = {8, 13, 18, 23};
/// Places of the digits that say version and variant, hyphens left out.
constexpr std::size_t version_digit = 12, variant_digit = 16;
constexpr std::size_t uuid_characters = hex_digits + hyphens.size();

/// The 16 bytes of a UUID in its usual form.
std::string bytes_of(std::string_view uuid) {
    std::string bytes;
    int half = -1;
    for (char c : uuid) {
        const int digit = hex_value(c);
        if (digit < 0) continue;
        if (half < 0) {
            half = digit;
        } else {
            bytes += static_cast<char>(half * 16 + digit);
            half = -1;
        }
    }
    return bytes;
}

bool is_uuid(std::string_view text) {
    if (text.size() != uuid_characters) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool hyphen = std::ranges::find(hyphens, at) != hyphens.end();
        if (hyphen ? text[at] != '-' : hex_value(text[at]) < 0) return false;
    }
    const char version = text[version_digit + 2];
    return version >= '1' && version <= '5' &&
           std::string_view("89abAB").find(text[variant_digit + 3]) != std::string_view::npos;
}

}  // namespace

std::string uuid_of(std::string_view name_space, std::string_view name, UuidVersion version) {
    const std::string whole = bytes_of(name_space) + std::string(name);
    std::string digits = sha1_hex(as_bytes(whole));
    if (digits.empty()) {
        const Hash256 hash = sha256(as_bytes(whole));
        digits = to_hex(std::as_bytes(std::span(hash)));
        version = UuidVersion::v4;
    }
    digits.resize(hex_digits);
    digits[version_digit] = static_cast<char>('0' + static_cast<int>(version));
    // The two upper bits are 10: 8, 9, a or b.
    digits[variant_digit] = "89ab"[hex_value(digits[variant_digit]) & 3];
    for (const std::size_t at : hyphens) digits.insert(at, 1, '-');
    return digits;
}

std::string own_id(std::string_view type, std::string_view name, UuidVersion version) {
    return std::string(type) + "--" +
           uuid_of(own_namespace, std::string(type) + "\n" + std::string(name), version);
}

std::string_view type_of_identifier(std::string_view text) {
    const std::size_t at = text.find("--");
    if (at == std::string_view::npos || at == 0 || !is_uuid(text.substr(at + 2))) return {};
    const std::string_view type = text.substr(0, at);
    const bool plain = std::ranges::all_of(
        type, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    return plain ? type : std::string_view();
}

bool is_identifier(std::string_view text) {
    return !type_of_identifier(text).empty();
}

}  // namespace tocsin::share
