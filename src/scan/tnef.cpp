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

/// The properties of one attachment ([MS-OXTNEF] section 2.1.3.4). Stops where the layout is not understood.
class PropertyWalk {
public:
    PropertyWalk(ByteView bytes, TnefAttachment& attachment) : bytes_(bytes), attachment_(attachment) {}

    void run() {
        const std::size_t count = std::min<std::size_t>(u32_at(bytes_, 0), properties_max);
        at_ = 4;
        for (std::size_t i = 0; i < count && at_ < bytes_.size(); ++i)
            if (!read_property()) return;
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
            at_ += base == 0x48                                                          ? 16
                   : base == 5 || base == 6 || base == 7 || base == 0x14 || base == 0x40 ? 8
                                                                                         : 4;
            return true;
        }
        const std::size_t values = u32_at(bytes_, at_);
        at_ += 4;
        if (values > properties_max || !variable) return false;
        for (std::size_t i = 0; i < values && at_ < bytes_.size(); ++i) {
            const std::size_t size = u32_at(bytes_, at_);
            use(id, base, slice(bytes_, at_ + 4, size));
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

    void use(std::uint16_t id, std::size_t type, ByteView value) {
        if (id == property_long_name) attachment_.name = text_of(value, type == 0x1F);
        // An object begins with the identifier of its interface.
        if (id == property_data && attachment_.bytes.empty())
            attachment_.bytes = type == 0x0D ? slice(value, 16) : value;
    }

    ByteView bytes_;
    TnefAttachment& attachment_;
    std::size_t at_ = 0;
};

}  // namespace

/// [MS-OXTNEF] section 2.1.3: signature, key, then attributes of level, number, length, data, checksum (ignored, as Outlook
/// does).
TnefFindings read_tnef(ByteView bytes) {
    TnefFindings findings;
    std::size_t at = 6;
    for (std::size_t i = 0; at + 9 <= bytes.size(); ++i) {
        const std::uint16_t number = u16_at(bytes, at + 1);
        const std::size_t length = u32_at(bytes, at + 5);
        const ByteView data = slice(bytes, at + 9, length);
        if (data.size() < length || i >= attributes_max) findings.damaged = true;
        if (number == att_attach_render_data || (findings.attachments.empty() && number == att_attach_data)) {
            if (findings.attachments.size() >= tnef_attachments_max) {
                findings.damaged = true;
                break;
            }
            findings.attachments.emplace_back();
        }
        if (!findings.attachments.empty()) {
            TnefAttachment& current = findings.attachments.back();
            if (number == att_attach_title && current.name.empty()) current.name = text_of(data, false);
            if (number == att_attach_data) current.bytes = data;
            if (number == att_attachment) PropertyWalk(data, current).run();
        }
        if (findings.damaged) break;
        at += 9 + length + 2;
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
