// Encoders that write what the decoders under test read: canonical forms, made independently of the code
// under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::testing {

/// Base64 (RFC 4648 section 4) in lines of `width` characters; 0: one line.
inline std::string base64_encode(std::string_view data, std::size_t width = 76,
                                 std::string_view line_end = "\r\n") {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string symbols;
    for (std::size_t i = 0; i < data.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (i + k < data.size() ? static_cast<unsigned char>(data[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            symbols += i + k > data.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63U];
    }
    if (width == 0) return symbols;
    std::string lines;
    for (std::size_t i = 0; i < symbols.size(); i += width)
        lines.append(symbols.substr(i, width)).append(line_end);
    return lines;
}

/// Quoted-printable (RFC 2045 section 6.7) of binary data: every byte that could be disputed is escaped.
inline std::string quoted_printable_encode(std::string_view data, std::size_t width = 76,
                                           std::string_view line_end = "\r\n") {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    std::size_t column = 0;
    for (const char c : data) {
        const auto byte = static_cast<unsigned char>(c);
        std::string unit(1, c);
        if (byte <= 0x20 || byte >= 0x7F || c == '=') unit = {'=', digits[byte >> 4], digits[byte & 15U]};
        if (column + unit.size() >= width) {
            out.append("=").append(line_end);
            column = 0;
        }
        out += unit;
        column += unit.size();
    }
    return out;
}

/// Data lines of uuencode, with the line of length zero.
inline std::string uu_lines(std::string_view data, char zero = '`') {
    const auto symbol = [zero](std::uint32_t value) {
        value &= 63U;
        return value == 0 ? zero : static_cast<char>(' ' + value);
    };
    std::string out;
    for (std::size_t at = 0; at < data.size(); at += 45) {
        const std::string_view line = data.substr(at, 45);
        out += static_cast<char>(' ' + line.size());
        for (std::size_t i = 0; i < line.size(); i += 3) {
            std::uint32_t group = 0;
            for (std::size_t k = 0; k < 3; ++k)
                group = group << 8 | (i + k < line.size() ? static_cast<unsigned char>(line[i + k]) : 0U);
            for (std::size_t k = 0; k < 4; ++k) out += symbol(group >> (18 - 6 * k));
        }
        out += '\n';
    }
    return out + symbol(0) + '\n';
}

/// Data lines of yEnc.
inline std::string yenc_lines(std::string_view data) {
    std::string out;
    std::size_t column = 0;
    for (const char c : data) {
        const auto shifted = static_cast<unsigned char>(static_cast<unsigned char>(c) + 42U);
        if (shifted == 0 || shifted == '\n' || shifted == '\r' || shifted == '=') {
            out += '=';
            out += static_cast<char>(shifted + 64U);
        } else {
            out += static_cast<char>(shifted);
        }
        if (++column % 128 == 0) out += "\r\n";
    }
    return out + "\r\n";
}

/// A stream of bytes in the characters of BinHex 4.0, between colons; nothing is packed here.
inline std::string binhex_characters(std::string_view stream) {
    constexpr std::string_view alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
    std::string out = ":";
    std::uint32_t bits = 0;
    unsigned count = 0;
    const auto put = [&](std::size_t value) {
        if (out.size() % 65 == 64) out += '\n';
        out += alphabet[value & 63U];
    };
    for (const char c : stream) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) put(bits >> (count - 6));
    }
    if (count != 0) put(bits << (6 - count));
    return out + ":\n";
}

/// The bytes of a BinHex 4.0 file before packing. `packed` is the data fork as it stands in the stream,
/// `size` its true length.
inline std::string binhex_stream(std::string_view name, std::string_view packed, std::uint32_t size,
                                 bool right_checksum = true) {
    std::string header(1, static_cast<char>(name.size()));
    header.append(name).append(1, '\0').append("TEXTttxt").append(2, '\0');
    for (const unsigned shift : {24U, 16U, 8U, 0U}) header += static_cast<char>(size >> shift & 0xFFU);
    header.append(4, '\0');
    std::uint32_t crc = 0;
    for (const char c : header) {
        crc ^= std::uint32_t{static_cast<unsigned char>(c)} << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1 ^ ((crc & 0x8000U) != 0 ? 0x1021U : 0U)) & 0xFFFFU;
    }
    if (!right_checksum) crc ^= 0x5555U;
    std::string checksum;
    for (const unsigned shift : {8U, 0U}) {
        checksum += static_cast<char>(crc >> shift & 0xFFU);
        if (checksum.back() == '\x90') checksum += '\0';
    }
    return header + checksum + std::string(packed) + std::string(4, '\0');
}

}  // namespace tocsin::testing
