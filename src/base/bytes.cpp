#include "base/bytes.hpp"

namespace tocsin {

std::string to_hex(ByteView bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (std::byte byte : bytes) {
        out.push_back(digits[std::to_integer<unsigned>(byte) >> 4]);
        out.push_back(digits[std::to_integer<unsigned>(byte) & 15U]);
    }
    return out;
}

namespace {
void append_integer(std::string& out, std::uint64_t value, std::size_t width) {
    for (std::size_t index = 0; index < width; ++index) {
        out.push_back(static_cast<char>(value & 0xFFU));
        value >>= 8;
    }
}
}  // namespace

void ByteWriter::u8(std::uint8_t value) {
    append_integer(data_, value, 1);
}
void ByteWriter::u16(std::uint16_t value) {
    append_integer(data_, value, 2);
}
void ByteWriter::u32(std::uint32_t value) {
    append_integer(data_, value, 4);
}
void ByteWriter::u64(std::uint64_t value) {
    append_integer(data_, value, 8);
}
void ByteWriter::string(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    data_.append(value);
}

std::uint64_t ByteReader::integer(std::size_t width) {
    if (data_.size() < width) {
        set_failed();
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t index = width; index > 0; --index)
        value = (value << 8) | static_cast<unsigned char>(data_[index - 1]);
    data_.remove_prefix(width);
    return value;
}

std::uint8_t ByteReader::u8() {
    return static_cast<std::uint8_t>(integer(1));
}
std::uint16_t ByteReader::u16() {
    return static_cast<std::uint16_t>(integer(2));
}
std::uint32_t ByteReader::u32() {
    return static_cast<std::uint32_t>(integer(4));
}
std::uint64_t ByteReader::u64() {
    return integer(8);
}

bool ByteReader::boolean() {
    std::uint8_t value = u8();
    if (value > 1) set_failed();
    return value == 1;
}

std::string_view ByteReader::string(std::size_t size_max) {
    std::size_t size = u32();
    if (failed_ || size > size_max || size > data_.size()) {
        set_failed();
        return {};
    }
    std::string_view value = data_.substr(0, size);
    data_.remove_prefix(size);
    return value;
}

std::uint32_t ByteReader::count(std::size_t count_max) {
    std::uint32_t value = u32();
    if (value > count_max || value > data_.size()) {
        set_failed();
        return 0;
    }
    return value;
}

}  // namespace tocsin
