#include "scan/iso_record.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "scan/big_endian.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

/// A number stored in both orders (ECMA-119 section 7.3.3). Readers on today's machines take the first.
std::uint32_t both_orders(ByteView bytes, std::size_t offset, bool& differ) {
    const std::uint32_t value = u32_at(bytes, offset);
    differ = differ || value != u32be_at(bytes, offset + 4);
    return value;
}

/// Joliet: UCS-2, in practice UTF-16, big-endian.
std::string joliet_name(ByteView field) {
    std::string name;
    for (std::size_t at = 0; at + 1 < field.size(); at += 2) {
        char32_t c = u16be_at(field, at);
        const std::uint16_t low = u16be_at(field, at + 2);
        if (c >= 0xD800 && c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00U);
            at += 2;
        }
        mail::append_utf8(name, c >= 0xD800 && c < 0xE000 ? U'?' : c);
    }
    return name;
}

/// "RUN.TXT;1" → "RUN.TXT", "README.;1" → "README" (section 7.5): as systems show it.
std::string without_version(std::string name) {
    const std::size_t mark = name.rfind(';');
    if (mark != std::string::npos && name.find_first_not_of("0123456789", mark + 1) == std::string::npos)
        name.resize(mark);
    if (name.size() > 1 && name.back() == '.') name.pop_back();
    return name;
}

/// The system use field of one record, entry by entry (SUSP 1.12 section 4), through all areas that continue it.
class SystemUse {
public:
    SystemUse(ByteView image, const IsoVolume& volume, IsoRecord& record)
        : image_(image), volume_(volume), record_(record) {}

    void read(ByteView area, std::size_t& records_left) {
        for (std::size_t areas = 0;; ++areas) {
            next_.reset();
            read_area(area);
            if (!next_) return;
            if (areas >= limits::iso_areas_of_record || records_left == 0 || next_->size == 0 ||
                next_->begin >= image_.size() || next_->size > image_.size() - next_->begin) {
                record_.names_damaged = true;
                return;
            }
            --records_left;
            // mkisofs keeps an area inside one sector, and Linux reads no more.
            area = image_.subspan(
                static_cast<std::size_t>(next_->begin),
                static_cast<std::size_t>(std::min<std::uint64_t>(next_->size, limits::iso_area_bytes)));
        }
    }

private:
    void read_area(ByteView area) {
        std::size_t at = 0;
        // CD-ROM XA puts 14 bytes of its own first; its mark is at offset 6.
        if (as_text(slice(area, 6, 2)) == "XA") at = 14;
        while (at + 4 <= area.size()) {
            const std::size_t length = u8_at(area, at + 2);
            if (length < 4 || length > area.size() - at) return;  // padding, or somebody else's bytes
            const ByteView entry = area.subspan(at, length);
            if (as_text(entry.first(2)) == "ST") return;
            read_entry(as_text(entry.first(2)), entry);
            at += length;
        }
    }

    void read_entry(std::string_view kind, ByteView entry) {
        bool differ = false;
        if (kind == "CE" && entry.size() >= 28) {
            next_ =
                IsoExtent{.begin = std::uint64_t{u32_at(entry, 4)} * volume_.block_bytes + u32_at(entry, 12),
                          .size = u32_at(entry, 20)};
        } else if (kind == "NM" && entry.size() > 5) {
            // IEEE P1282 section 4.1.4: bits 1 and 2 stand for "." and "..", which have no text.
            if ((u8_at(entry, 4) & 6U) == 0 && record_.rock_ridge_name.size() < limits::iso_path_bytes)
                record_.rock_ridge_name += as_text(entry.subspan(5));
        } else if (kind == "CL" && entry.size() >= 12) {
            record_.relocated =
                IsoExtent{.begin = std::uint64_t{both_orders(entry, 4, differ)} * volume_.block_bytes,
                          .size = volume_.block_bytes};
        } else if (kind == "SP" && entry.size() >= 7 && u16be_at(entry, 4) == 0xBEEF) {
            record_.skipped_bytes = u8_at(entry, 6);
        } else if (kind == "ZF") {
            record_.compressed = true;
        }
    }

    ByteView image_;
    const IsoVolume& volume_;
    IsoRecord& record_;
    std::optional<IsoExtent> next_;
};

}  // namespace

std::optional<IsoVolume> read_iso_volume(ByteView descriptor) {
    constexpr std::uint8_t primary = 1, supplementary = 2;
    const std::uint8_t type = u8_at(descriptor, 0);
    if (descriptor.size() < iso_sector_bytes || (type != primary && type != supplementary))
        return std::nullopt;
    IsoVolume volume;
    // Joliet specification section 3: three levels of UCS-2, told by escape sequences.
    const std::string_view escapes = as_text(descriptor.subspan(88, 32));
    const bool joliet = type == supplementary &&
                        std::ranges::any_of(std::initializer_list<std::string_view>{"%/@", "%/C", "%/E"},
                                            [escapes](std::string_view level) {
                                                return escapes.find(level) != std::string_view::npos;
                                            });
    if (joliet) volume.names = IsoNames::joliet;
    const std::uint16_t block_bytes = u16_at(descriptor, 128);
    volume.odd_block_size = block_bytes != 512 && block_bytes != 1024 && block_bytes != 2048;
    if (!volume.odd_block_size) volume.block_bytes = block_bytes;
    const ByteView root = descriptor.subspan(156, 34);
    volume.root = {.begin = (std::uint64_t{u32_at(root, 2)} + u8_at(root, 1)) * volume.block_bytes,
                   .size = u32_at(root, 10)};
    return volume;
}

IsoRecord read_iso_record(ByteView image, ByteView record, const IsoVolume& volume,
                          std::size_t& records_left) {
    IsoRecord read;
    // The data begins behind an extended attribute record (section 9.1.2).
    const std::uint64_t block = std::uint64_t{both_orders(record, 2, read.orders_differ)} + u8_at(record, 1);
    read.extent = {.begin = block * volume.block_bytes, .size = both_orders(record, 10, read.orders_differ)};
    const std::uint8_t flags = u8_at(record, 25);
    read.folder = (flags & 0x02U) != 0;
    read.more_extents = (flags & 0x80U) != 0;
    read.interleaved = u8_at(record, 26) != 0 || u8_at(record, 27) != 0;
    const std::size_t name_bytes = std::min<std::size_t>(u8_at(record, 32), record.size() - 33);
    const ByteView name = record.subspan(33, name_bytes);
    read.self_or_parent = name.size() == 1 && u8_at(name, 0) <= 1;
    read.name =
        without_version(volume.names == IsoNames::joliet ? joliet_name(name) : std::string(as_text(name)));
    // The identifier is padded to an even length (section 9.1.12).
    const std::size_t use_at = 33 + name_bytes + (name_bytes % 2 == 0 ? 1 : 0);
    SystemUse(image, volume, read).read(slice(record, use_at + volume.skipped_bytes), records_left);
    return read;
}

}  // namespace tocsin::scan
