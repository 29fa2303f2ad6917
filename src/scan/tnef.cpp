#include "scan/tnef.hpp"

#include <algorithm>

#include "mail/charset.hpp"
#include "scan/documents.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

// [MS-OXTNEF] section 2.1.3.2: attribute numbers without their type.
constexpr std::uint16_t att_attach_data = 0x800F, att_attach_title = 0x8010, att_attach_render_data = 0x9002,
                        att_attachment = 0x9005;
// [MS-OXPROPS]: properties of an attachment.
constexpr std::uint16_t property_data = 0x3701, property_long_name = 0x3707;
constexpr std::size_t attributes_max = 10'000, properties_max = 4096;

std::string text_of(ByteView field, bool wide) {
    std::string text;
    constexpr std::size_t name_bytes_max = 1024;
    if (!wide) {
        const std::string_view raw = as_text(field.first(std::min(field.size(), name_bytes_max)));
        return std::string(raw.substr(0, raw.find('\0')));
    }
    for (std::size_t i = 0; i + 1 < std::min(field.size(), name_bytes_max) && u16_at(field, i) != 0; i += 2)
        mail::append_utf8(text, u16_at(field, i));
    return text;
}

constexpr std::size_t padded(std::size_t size) {
    return (size + 3) / 4 * 4;
}

/// A list of properties ([MS-OXTNEF] section 2.1.3.4).
class PropertyWalk {
public:
    PropertyWalk(ByteView bytes, const UseTnefProperty& use) : bytes_(bytes), use_(use) {}

    std::optional<std::size_t> run() {
        const std::size_t claimed = u32_at(bytes_, 0), count = std::min(claimed, properties_max);
        at_ = 4;
        for (std::size_t i = 0; i < count; ++i)
            if (at_ >= bytes_.size() || !read_property()) return std::nullopt;
        if (claimed > count || at_ > bytes_.size()) return std::nullopt;
        return at_;
    }

private:
    bool read_property() {
        const std::uint16_t type = u16_at(bytes_, at_), id = u16_at(bytes_, at_ + 2);
        at_ += 4;
        if (id >= 0x8000) skip_name();
        const std::size_t base = type & 0x0FFFU;
        const bool many = (type & 0x1000U) != 0;
        const bool variable = base == 0x1E || base == 0x1F || base == 0x102 || base == 0x0D;
        if (!variable && !many) {
            const std::size_t size = base == 0x48 ? 16
                                     : base == 5 || base == 6 || base == 7 || base == 0x14 || base == 0x40
                                         ? 8
                                         : 4;
            use_({id, type, slice(bytes_, at_, size)});
            at_ += size;
            return true;
        }
        const std::size_t values = u32_at(bytes_, at_);
        at_ += 4;
        if (values > properties_max || !variable) return false;
        for (std::size_t i = 0; i < values && at_ < bytes_.size(); ++i) {
            const std::size_t size = u32_at(bytes_, at_);
            use_({id, type, slice(bytes_, at_ + 4, size)});
            at_ += 4 + padded(size);
        }
        return true;
    }

    /// A named property: set, kind, then a number or a name.
    void skip_name() {
        const std::uint32_t kind = u32_at(bytes_, at_ + 16);
        at_ += 20;
        at_ += kind == 0 ? 4 : 4 + padded(u32_at(bytes_, at_));
    }

    ByteView bytes_;
    const UseTnefProperty& use_;
    std::size_t at_ = 0;
};

void read_attachment(ByteView properties, TnefAttachment& attachment) {
    for_each_tnef_property(properties, [&attachment](const TnefProperty& property) {
        const std::size_t type = property.type & 0x0FFFU;
        if (property.id == property_long_name) attachment.name = text_of(property.value, type == 0x1F);
        // An object begins with the identifier of its interface.
        if (property.id == property_data && attachment.bytes.empty())
            attachment.bytes = type == 0x0D ? slice(property.value, 16) : property.value;
    });
}

/// Attributes from `at` on: level, number, length, data, checksum.
TnefAttributes read_attributes(ByteView bytes) {
    TnefAttributes found;
    constexpr std::size_t signature_and_key = 6;
    for (std::size_t at = signature_and_key; at + 9 <= bytes.size();) {
        const std::uint16_t number = u16_at(bytes, at + 1);
        const std::size_t length = u32_at(bytes, at + 5);
        const ByteView data = slice(bytes, at + 9, length);
        if (found.attributes.size() >= attributes_max) found.damaged = true;
        if (!found.damaged) found.attributes.push_back({number, data});
        if (data.size() < length) found.damaged = true;
        if (found.damaged) break;
        at += 9 + length + 2;
    }
    return found;
}

}  // namespace

std::optional<std::size_t> for_each_tnef_property(ByteView bytes, const UseTnefProperty& use) {
    return PropertyWalk(bytes, use).run();
}

std::optional<TnefAttributes> read_tnef_attributes(ByteView bytes) {
    constexpr std::uint32_t signature = 0x223E9F78;
    if (u32_at(bytes, 0) != signature) return std::nullopt;
    return read_attributes(bytes);
}

/// What is asked for the attachments believes no signature: the type of the file was told by others.
TnefFindings read_tnef(ByteView bytes) {
    TnefFindings findings;
    const TnefAttributes read = read_attributes(bytes);
    findings.damaged = read.damaged;
    for (const TnefAttribute& attribute : read.attributes) {
        const std::uint16_t number = attribute.number;
        if (number == att_attach_render_data || (findings.attachments.empty() && number == att_attach_data)) {
            if (findings.attachments.size() >= tnef_attachments_max) {
                findings.damaged = true;
                break;
            }
            findings.attachments.emplace_back();
        }
        if (findings.attachments.empty()) continue;
        TnefAttachment& current = findings.attachments.back();
        if (number == att_attach_title && current.name.empty()) current.name = text_of(attribute.data, false);
        if (number == att_attach_data) current.bytes = attribute.data;
        if (number == att_attachment) read_attachment(attribute.data, current);
    }
    return findings;
}

void inspect_tnef(Inspection& inspection) {
    const TnefFindings findings = read_tnef(inspection.bytes());
    if (findings.damaged) inspection.limit(ScanLimit::damaged_container, "winmail.dat is cut or damaged");
    for (const TnefAttachment& attachment : findings.attachments)
        if (!inspection.claim_and_scan(
                {.name = attachment.name, .media_type = {}, .bytes = attachment.bytes}))
            return;
}

}  // namespace tocsin::scan
