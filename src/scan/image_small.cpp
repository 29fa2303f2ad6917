#include "scan/image_small.hpp"

#include <algorithm>
#include <array>

#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

using Palette = std::array<std::uint8_t, 256>;

std::uint8_t grey_of(ByteView colour) {
    return static_cast<std::uint8_t>((u8_at(colour, 0) + 2U * u8_at(colour, 1) + u8_at(colour, 2)) / 4U);
}

Palette read_palette(ByteView bytes, std::size_t at, std::size_t colours, std::size_t stride) {
    Palette palette{};
    for (std::size_t i = 0; i < std::min<std::size_t>(colours, palette.size()); ++i)
        palette[i] = grey_of(slice(bytes, at + i * stride, 3));
    return palette;
}

/// LZW as in GIF89a appendix F: codes of growing width, least significant bit first.
class LzwReader {
public:
    LzwReader(ByteView packed, unsigned minimum_bits) : packed_(packed), minimum_bits_(minimum_bits) {
        reset();
    }

    /// Fills `out` with palette indices as far as the data goes.
    void read(std::vector<std::uint8_t>& out, std::size_t count) {
        const std::uint32_t clear = 1U << minimum_bits_, stop = clear + 1;
        std::int32_t previous = -1;
        while (out.size() < count) {
            const std::int32_t code = next_code();
            if (code < 0 || code == static_cast<std::int32_t>(stop)) return;
            if (code == static_cast<std::int32_t>(clear)) {
                reset();
                previous = -1;
                continue;
            }
            if (!append(static_cast<std::uint32_t>(code), previous, out, count)) return;
            previous = code;
        }
    }

private:
    static constexpr std::size_t codes_max = 4096;
    struct Entry {
        std::uint16_t prefix;
        std::uint8_t last;
        std::uint8_t first;
    };

    void reset() {
        used_ = (1U << minimum_bits_) + 2;
        bits_ = minimum_bits_ + 1;
        for (std::size_t i = 0; i < used_ - 2; ++i)
            table_[i] = {0xFFFF, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i)};
    }
    std::int32_t next_code() {
        while (held_ < bits_) {
            if (at_ >= packed_.size()) return -1;
            buffer_ |= static_cast<std::uint32_t>(packed_[at_++]) << held_;
            held_ += 8;
        }
        const auto code = static_cast<std::int32_t>(buffer_ & ((1U << bits_) - 1U));
        buffer_ >>= bits_;
        held_ -= bits_;
        return code;
    }
    bool append(std::uint32_t code, std::int32_t previous, std::vector<std::uint8_t>& out,
                std::size_t count) {
        if (code > used_ || (code == used_ && previous < 0)) return false;
        if (previous >= 0 && used_ < codes_max) {
            const Entry& before = table_[static_cast<std::size_t>(previous)];
            const std::uint8_t last = code == used_ ? before.first : table_[code].first;
            table_[used_++] = {static_cast<std::uint16_t>(previous), last, before.first};
            if (used_ == (1U << bits_) && bits_ < 12) ++bits_;
        }
        if (code >= used_) return false;
        std::array<std::uint8_t, codes_max> reversed{};
        std::size_t length = 0;
        for (std::uint32_t at = code; length < codes_max; at = table_[at].prefix) {
            reversed[length++] = table_[at].last;
            if (table_[at].prefix == 0xFFFF) break;
        }
        while (length > 0 && out.size() < count) out.push_back(reversed[--length]);
        return true;
    }

    ByteView packed_;
    unsigned minimum_bits_;
    std::array<Entry, codes_max> table_{};
    std::size_t used_ = 0;
    unsigned bits_ = 0, held_ = 0;
    std::uint32_t buffer_ = 0;
    std::size_t at_ = 0;
};

/// Data sub-blocks (GIF89a section 15) joined.
Bytes join_blocks(ByteView bytes, std::size_t at) {
    Bytes joined;
    while (at < bytes.size()) {
        const std::size_t size = u8_at(bytes, at);
        if (size == 0) break;
        const ByteView block = slice(bytes, at + 1, size);
        joined.insert(joined.end(), block.begin(), block.end());
        at += 1 + size;
    }
    return joined;
}

std::size_t skip_blocks(ByteView bytes, std::size_t at) {
    while (at < bytes.size() && u8_at(bytes, at) != 0) at += 1U + u8_at(bytes, at);
    return at + 1;
}

}  // namespace

ImageSize gif_size(ByteView bytes) {
    return bytes.size() < 13 ? ImageSize{} : ImageSize{u16_at(bytes, 6), u16_at(bytes, 8)};
}

std::optional<GreyImage> decode_gif(ByteView bytes) {
    const ImageSize screen = gif_size(bytes);
    const std::uint8_t flags = u8_at(bytes, 10);
    std::size_t at = 13;
    const std::size_t colours = std::size_t{2} << (flags & 7U);
    Palette palette = read_palette(bytes, at, colours, 3);
    if ((flags & 0x80U) != 0) at += 3 * colours;
    // Extensions come before the first frame (sections 23 to 26).
    while (u8_at(bytes, at) == 0x21) at = skip_blocks(bytes, at + 2);
    if (u8_at(bytes, at) != 0x2C) return std::nullopt;
    const std::size_t left = u16_at(bytes, at + 1), top = u16_at(bytes, at + 3);
    const std::size_t width = u16_at(bytes, at + 5), height = u16_at(bytes, at + 7);
    const std::uint8_t frame_flags = u8_at(bytes, at + 9);
    at += 10;
    if ((frame_flags & 0x80U) != 0) {
        const std::size_t local = std::size_t{2} << (frame_flags & 7U);
        palette = read_palette(bytes, at, local, 3);
        at += 3 * local;
    }
    const unsigned minimum_bits = u8_at(bytes, at);
    if (minimum_bits < 1 || minimum_bits > 8 || left + width > screen.width || top + height > screen.height ||
        width == 0)
        return std::nullopt;
    const Bytes packed = join_blocks(bytes, at + 1);
    std::vector<std::uint8_t> indices;
    LzwReader(packed, minimum_bits).read(indices, width * height);

    GreyImage image{screen.width, screen.height,
                    std::vector<std::uint8_t>(std::size_t{screen.width} * screen.height, 255)};
    // Interlaced frames come in four passes (appendix E).
    const bool interlaced = (frame_flags & 0x40U) != 0;
    std::size_t source = 0;
    for (const auto& [first, step] : {std::pair{0U, 8U}, {4U, 8U}, {2U, 4U}, {1U, 2U}}) {
        for (std::size_t y = interlaced ? first : 0; y < height; y += interlaced ? step : 1)
            for (std::size_t x = 0; x < width && source < indices.size(); ++x, ++source)
                image.pixels[(top + y) * screen.width + left + x] = palette[indices[source]];
        if (!interlaced) break;
    }
    return image;
}

ImageSize bmp_size(ByteView bytes) {
    if (bytes.size() < 54 || u32_at(bytes, 14) < 40) return {};
    const auto height = static_cast<std::int32_t>(u32_at(bytes, 22));
    if (height == INT32_MIN) return {};
    return {u32_at(bytes, 18), static_cast<std::uint32_t>(height < 0 ? -height : height)};
}

std::optional<GreyImage> decode_bmp(ByteView bytes) {
    const ImageSize size = bmp_size(bytes);
    const std::size_t bits = u16_at(bytes, 28), data_at = u32_at(bytes, 10);
    const bool top_down = (u32_at(bytes, 22) & 0x80000000U) != 0;
    if (u32_at(bytes, 30) != 0 || (bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32))
        return std::nullopt;
    const std::size_t row_bytes = (std::size_t{size.width} * bits + 31) / 32 * 4;
    if (data_at > bytes.size() || (bytes.size() - data_at) / row_bytes < size.height) return std::nullopt;
    const Palette palette =
        read_palette(bytes, 14U + u32_at(bytes, 14), std::size_t{1} << std::min<std::size_t>(bits, 8), 4);
    GreyImage image{size.width, size.height, {}};
    image.pixels.reserve(std::size_t{size.width} * size.height);
    for (std::size_t y = 0; y < size.height; ++y) {
        const ByteView row =
            slice(bytes, data_at + (top_down ? y : size.height - 1 - y) * row_bytes, row_bytes);
        for (std::size_t x = 0; x < size.width; ++x) {
            if (bits >= 24) {
                image.pixels.push_back(grey_of(row.subspan(x * bits / 8, 3)));
                continue;
            }
            const unsigned shift = static_cast<unsigned>(8 - bits - (x * bits) % 8);
            image.pixels.push_back(
                palette[static_cast<std::size_t>(u8_at(row, x * bits / 8)) >> shift & ((1U << bits) - 1U)]);
        }
    }
    return image;
}

}  // namespace tocsin::scan
