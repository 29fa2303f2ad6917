#include "banner/raw_place.hpp"

#include <algorithm>

#include "mail/ascii.hpp"
#include "mail/base64.hpp"

namespace tocsin::banner {

namespace {

constexpr std::size_t group_characters = 4;
constexpr std::size_t group_decoded_bytes = 3;

std::optional<RawPlace> in_identity(std::string_view raw, std::string_view decoded, std::size_t at) {
    if (raw.substr(0, at) != decoded.substr(0, at)) return std::nullopt;
    return RawPlace{at};
}

/// RFC 2045 section 6.7, as every decoder does it.
std::optional<RawPlace> in_quoted_printable(std::string_view raw, std::string_view decoded, std::size_t at) {
    std::size_t in = 0;
    for (std::size_t out = 0; out < at;) {
        if (raw.substr(in).starts_with("=\r\n")) {
            in += 3;
            continue;
        }
        if (in >= raw.size() || out >= decoded.size()) return std::nullopt;
        char byte = raw[in];
        std::size_t width = 1;
        if (byte == '=') {
            const int high = in + 2 < raw.size() ? mail::hex_value(raw[in + 1]) : -1;
            const int low = in + 2 < raw.size() ? mail::hex_value(raw[in + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            byte = static_cast<char>(high * 16 + low);
            width = 3;
        }
        if (byte != decoded[out]) return std::nullopt;
        in += width;
        ++out;
    }
    return RawPlace{in};
}

std::optional<RawPlace> in_base64(std::string_view raw, std::string_view decoded, std::size_t at) {
    const std::optional<Bytes> clean = mail::decode_clean_base64(raw);
    if (!clean || as_text(*clean) != decoded) return std::nullopt;
    const std::size_t groups = at / group_decoded_bytes;
    std::size_t in = 0, characters = 0;
    for (; in < raw.size(); ++in) {
        if (mail::base64_value[static_cast<unsigned char>(raw[in])] == mail::base64_foreign) continue;
        if (characters == groups * group_characters) break;
        ++characters;
    }
    const std::string_view group = raw.substr(in, group_characters);
    const bool whole = group.size() == group_characters && std::ranges::none_of(group, [](char c) {
                           return mail::base64_value[static_cast<unsigned char>(c)] == mail::base64_foreign;
                       });
    if (!whole) return std::nullopt;
    return RawPlace{in, static_cast<std::uint8_t>(at % group_decoded_bytes)};
}

}  // namespace

std::optional<RawPlace> raw_place_of(std::string_view raw, mail::TransferEncoding encoding,
                                     std::string_view decoded, std::size_t at) {
    if (at > decoded.size()) return std::nullopt;
    switch (encoding) {
        case mail::TransferEncoding::identity: return in_identity(raw, decoded, at);
        case mail::TransferEncoding::quoted_printable: return in_quoted_printable(raw, decoded, at);
        case mail::TransferEncoding::base64: return in_base64(raw, decoded, at);
        default: return std::nullopt;
    }
}

}  // namespace tocsin::banner
