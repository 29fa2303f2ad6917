// Bytes as views, and a bounded little-endian codec for the pipe between daemon and reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

using ByteView = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Lower-case hexadecimal of `bytes`.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Appends fixed-width little-endian integers and length-prefixed strings to a growing buffer.
class ByteWriter {
public:
    void u8(std::uint8_t value);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void boolean(bool value) { u8(value ? 1 : 0); }
    void string(std::string_view value);  ///< u32 length, then the bytes
    [[nodiscard]] const std::string& data() const { return data_; }
    [[nodiscard]] std::string take() { return std::move(data_); }
    [[nodiscard]] std::size_t size() const { return data_.size(); }

private:
    std::string data_;
};

/// Reads what ByteWriter wrote, from a sender that may lie. The first read past the end, or over a limit, makes the reader
/// `failed()`; every later read then yields zero or empty, so that a decoder checks once, at its end.
class ByteReader {
public:
    explicit ByteReader(std::string_view data) : data_(data) {}
    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    bool boolean();                                 ///< anything but 0 or 1 fails
    std::string_view string(std::size_t size_max);  ///< a longer string fails
    /// A count of items that follow; more than `count_max`, or more than the bytes left could hold, fails.
    std::uint32_t count(std::size_t count_max);
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return data_.empty(); }
    void set_failed() {
        failed_ = true;
        data_ = {};
    }

private:
    std::uint64_t integer(std::size_t width);
    std::string_view data_;
    bool failed_ = false;
};

}  // namespace tocsin
