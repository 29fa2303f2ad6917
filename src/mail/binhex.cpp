// BinHex 4.0 (RFC 1741 appendix A): 6-bit characters between colons, runs packed with 0x90, a header, two
// forks.
#include <algorithm>
#include <array>
#include <utility>

#include "mail/embedded_text.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

constexpr std::uint8_t foreign = 0xFF;
constexpr std::array<std::uint8_t, 256> value_of = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(foreign);
    constexpr std::string_view alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

bool is_blank(char c) {
    return c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

// Characters → bytes, unpacked: `0x90 n` repeats the byte before it to n in all, `0x90 0` is 0x90 itself.
class Unpacker {
public:
    Unpacker(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    // The next byte, or nullopt at the closing colon, at a foreign character or at the end of the text.
    std::optional<std::byte> next() {
        if (repeat_ != 0) {
            --repeat_;
            return last_;
        }
        const auto byte = packed();
        if (!byte || *byte != run_mark) return byte ? remember(*byte) : byte;
        const auto count = packed();
        if (!count) return std::nullopt;
        if (*count == std::byte{0}) return remember(run_mark);
        if (*count == std::byte{1}) return next_after_empty_run();
        repeat_ = std::to_integer<unsigned>(*count) - 2;
        return last_;
    }

    [[nodiscard]] std::size_t at() const { return at_; }

private:
    static constexpr std::byte run_mark{0x90};

    std::byte remember(std::byte byte) {
        last_ = byte;
        return byte;
    }

    // A run of one adds nothing. Skipped in a loop, so that many of them in a row need no stack.
    std::optional<std::byte> next_after_empty_run() {
        while (true) {
            const auto byte = packed();
            if (!byte || *byte != run_mark) return byte ? remember(*byte) : byte;
            const auto count = packed();
            if (!count) return std::nullopt;
            if (*count == std::byte{0}) return remember(run_mark);
            if (*count == std::byte{1}) continue;
            repeat_ = std::to_integer<unsigned>(*count) - 2;
            return last_;
        }
    }

    std::optional<std::byte> packed() {
        while (bit_count_ < 8) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (at_ >= text_.size()) return std::nullopt;
            const std::uint8_t value = value_of[static_cast<unsigned char>(text_[at_])];
            if (value == foreign) return std::nullopt;
            ++at_;
            bits_ = (bits_ << 6 | value) & 0xFFFFU;
            bit_count_ += 6;
        }
        bit_count_ -= 8;
        return static_cast<std::byte>(bits_ >> bit_count_ & 0xFFU);
    }

    std::string_view text_;
    std::size_t at_;
    std::uint32_t bits_ = 0;
    unsigned bit_count_ = 0;
    unsigned repeat_ = 0;
    std::byte last_{0};
};

// CRC of a header (RFC 1741 appendix A: polynomial 0x1021, over the bytes and two zeros).
std::uint16_t header_checksum(ByteView bytes) {
    std::uint32_t crc = 0;
    for (const std::byte byte : bytes) {
        crc ^= std::to_integer<std::uint32_t>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1 ^ ((crc & 0x8000U) != 0 ? 0x1021U : 0U)) & 0xFFFFU;
    }
    return static_cast<std::uint16_t>(crc);
}

struct Header {
    std::string name;
    std::uint32_t data_bytes = 0;
    bool checksum_right = false;
};

// Length of the name, name, version, type, creator, flags, lengths of data and resource fork, checksum.
std::optional<Header> read_header(Unpacker& unpacker) {
    constexpr std::size_t after_name = 1 + 4 + 4 + 2 + 4 + 4 + 2;
    const auto name_length = unpacker.next();
    if (!name_length) return std::nullopt;
    const auto length = std::to_integer<std::size_t>(*name_length);
    if (length > 63) return std::nullopt;  // names of the Macintosh file system
    Bytes bytes{*name_length};
    while (bytes.size() < 1 + length + after_name) {
        const auto byte = unpacker.next();
        if (!byte) return std::nullopt;
        bytes.push_back(*byte);
    }
    const ByteView view = bytes;
    const auto number = [&](std::size_t at, std::size_t width) {
        std::uint32_t value = 0;
        for (const std::byte byte : view.subspan(at, width))
            value = value << 8 | std::to_integer<std::uint32_t>(byte);
        return value;
    };
    Header header;
    header.name = std::string(as_text(view.subspan(1, length)));
    header.data_bytes = number(1 + length + 11, 4);
    header.checksum_right = number(view.size() - 2, 2) == header_checksum(view.first(view.size() - 2));
    return header;
}

// The block whose first colon stands at `offset`. Checksums of the forks are not looked at: clients show the
// file anyway.
std::optional<EmbeddedFile> block_at(std::string_view text, std::size_t offset, bool announced,
                                     std::size_t bytes_max) {
    Unpacker unpacker(text, offset + 1);
    const auto header = read_header(unpacker);
    if (!header || !(announced || header->checksum_right)) return std::nullopt;
    EmbeddedFile file;
    file.name = header->name;
    file.offset = offset;
    const std::size_t data_max = std::min<std::size_t>(header->data_bytes, bytes_max);
    while (file.bytes.size() < data_max) {
        const auto byte = unpacker.next();
        if (!byte) break;
        file.bytes.push_back(*byte);
    }
    if (file.bytes.empty()) return std::nullopt;
    std::size_t end = unpacker.at();  // what follows is the resource fork, which no client shows
    while (end < text.size() &&
           (is_blank(text[end]) || value_of[static_cast<unsigned char>(text[end])] != foreign))
        ++end;
    if (end < text.size() && text[end] == ':') ++end;
    file.length = end - offset;
    return file;
}

}  // namespace

std::vector<EmbeddedFile> find_binhex(ByteView text, EmbeddedScope scope, std::size_t files_max) {
    const std::string_view characters = as_text(text);
    std::vector<EmbeddedFile> files;
    if (files_max == 0) return files;
    // RFC 1741 appendix A: "(This file must be converted with BinHex 4.0)" stands before the first colon.
    // Without it, a right checksum in the header convinces as well.
    const std::size_t announcement =
        scope == EmbeddedScope::whole_body ? 0 : characters.find("converted with BinHex");
    std::size_t bytes_left = embedded_bytes_max(characters);
    each_line_beginning(characters, ":", [&](std::size_t offset) {
        auto file = block_at(characters, offset, offset >= announcement, bytes_left);
        if (!file) return offset + 1;
        bytes_left -= file->bytes.size();
        const std::size_t go_on = offset + static_cast<std::size_t>(file->length);
        files.push_back(std::move(*file));
        return files.size() == files_max || bytes_left == 0 ? std::string_view::npos : go_on;
    });
    return files;
}

}  // namespace tocsin::mail
