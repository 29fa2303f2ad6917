// Shared by the base64 decoders: the alphabet, and the one fast pass over clean data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace tocsin::mail {

inline constexpr std::uint8_t base64_foreign = 0xFF;

/// Value 0 to 63 of each byte (RFC 4648 section 4), base64_foreign for all others, `=` among them.
inline constexpr std::array<std::uint8_t, 256> base64_value = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(base64_foreign);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

/// Watches the lengths of the lines of base64 data, the last one excepted.
///
/// Some decoders work line by line and drop, or decode alone, what is left of a line after its last whole quad. RFC 2045
/// section 6.8 allows any line up to 76 characters, so encoders that count characters instead of quads are within their
/// rights; none was found in real mail, and 65 characters to a line hide a file as well as five do.
class LineShape {
public:
    /// Called with the number of data characters of each line that has any.
    void line(std::size_t symbols, std::uint64_t offset) {
        if (pending_ % 4 != 0 && !odd_) {
            odd_ = true;
            first_odd_offset_ = pending_offset_;
        }
        pending_ = symbols;
        pending_offset_ = offset;
    }
    /// True when decoders that work line by line see something else here.
    [[nodiscard]] bool disputed() const { return odd_; }
    [[nodiscard]] std::uint64_t first_odd_offset() const { return first_odd_offset_; }

private:
    std::size_t pending_ = 0;
    std::uint64_t pending_offset_ = 0;
    std::uint64_t first_odd_offset_ = 0;
    bool odd_ = false;
};

/// Decodes data that every decoder reads alike: alphabet, line ends, correct (or missing) final padding,
/// white space at the end of lines and data. nullopt for everything else; that is not an error, only not
/// clean.
[[nodiscard]] std::optional<Bytes> decode_clean_base64(std::string_view text);

}  // namespace tocsin::mail
