#include "reported/tnef_message.hpp"

#include <algorithm>

#include "base/limits/report.hpp"
#include "scan/little_endian.hpp"
#include "scan/tnef.hpp"

namespace tocsin::reported {

namespace {

using scan::TnefAttribute;
using scan::TnefProperty;

// [MS-OXTNEF] section 2.1.3.2: attribute numbers without their type.
constexpr std::uint16_t att_subject = 0x8004, att_body = 0x800C, att_attach_data = 0x800F,
                        att_attach_title = 0x8010, att_message_properties = 0x9003, att_recipients = 0x9004,
                        att_attach_render_data = 0x9002, att_attachment = 0x9005, att_codepage = 0x9007;
/// An object begins with the identifier of its interface; what follows a message's is a TNEF of its own.
constexpr std::size_t interface_id_bytes = 16;

Bytes copy_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

class TnefReader {
public:
    explicit TnefReader(std::size_t depth) : depth_(depth) {}

    MapiMessage read(const scan::TnefAttributes& found) {
        message_.damaged = found.damaged;
        for (const TnefAttribute& attribute : found.attributes) {
            if (message_.too_many) break;
            read_attribute(attribute);
        }
        add_fallbacks();
        return std::move(message_);
    }

private:
    void read_attribute(const TnefAttribute& attribute) {
        switch (attribute.number) {
            case att_message_properties: read_properties(attribute.data, message_.properties); break;
            case att_recipients: read_recipients(attribute.data); break;
            case att_subject: subject_ = attribute.data; break;
            case att_body: body_ = attribute.data; break;
            case att_codepage: codepage_ = attribute.data; break;
            case att_attach_render_data: begin_attachment(); break;
            case att_attachment:
                if (message_.attachments.empty()) begin_attachment();
                if (!message_.attachments.empty())
                    read_attachment(attribute.data, message_.attachments.back());
                break;
            case att_attach_title:
                add_to_attachment(PropertyId::attach_file_name, type_string8, attribute.data);
                break;
            case att_attach_data:
                add_to_attachment(PropertyId::attach_data, type_binary, attribute.data);
                break;
            default: break;
        }
    }

    void begin_attachment() {
        if (message_.attachments.size() >= limits::mapi_objects)
            message_.too_many = true;
        else
            message_.attachments.emplace_back();
    }

    void add_to_attachment(PropertyId id, std::uint16_t type, ByteView value) {
        if (message_.attachments.empty()) begin_attachment();
        if (!message_.attachments.empty())
            message_.attachments.back().properties.add(static_cast<std::uint16_t>(id), type, copy_of(value));
    }

    std::optional<std::size_t> read_properties(ByteView bytes, MapiProperties& properties) {
        const auto taken = scan::for_each_tnef_property(bytes, [&properties](const TnefProperty& property) {
            if (is_wanted_property(property.id))
                properties.add(property.id, property.type, copy_of(property.value));
        });
        if (!taken) message_.damaged = true;
        return taken;
    }

    /// Section 2.1.3.3.14: a number of rows, then a list of properties for each.
    void read_recipients(ByteView bytes) {
        const std::size_t rows = scan::u32_at(bytes, 0);
        ByteView left = scan::slice(bytes, 4);
        for (std::size_t row = 0; row < rows && !left.empty(); ++row) {
            if (message_.recipients.size() >= limits::mapi_objects) {
                message_.too_many = true;
                return;
            }
            const std::optional<std::size_t> taken =
                read_properties(left, message_.recipients.emplace_back());
            if (!taken) return;
            left = scan::slice(left, *taken);
        }
    }

    void read_attachment(ByteView bytes, MapiAttachment& attachment) {
        ByteView object;
        const auto taken = scan::for_each_tnef_property(bytes, [&](const TnefProperty& property) {
            const bool is_object = property.type == type_object &&
                                   property.id == static_cast<std::uint16_t>(PropertyId::attach_data);
            if (is_object)
                object = scan::slice(property.value, interface_id_bytes);
            else if (is_wanted_property(property.id))
                attachment.properties.add(property.id, property.type, copy_of(property.value));
        });
        if (!taken) message_.damaged = true;
        if (object.empty()) return;
        if (const auto inner = scan::read_tnef_attributes(object)) {
            read_inner(*inner, attachment);
        } else {
            attachment.properties.add(static_cast<std::uint16_t>(PropertyId::attach_data), type_binary,
                                      copy_of(object));
        }
    }

    void read_inner(const scan::TnefAttributes& inner, MapiAttachment& attachment) {
        if (depth_ + 1 >= limits::report_depth) {
            message_.too_deep = true;
            return;
        }
        attachment.message = std::make_unique<MapiMessage>(TnefReader(depth_ + 1).read(inner));
        message_.damaged |= attachment.message->damaged;
        message_.too_deep |= attachment.message->too_deep;
        message_.too_many |= attachment.message->too_many;
    }

    /// Older attributes say what properties say, in the code page of the sender.
    void add_fallbacks() {
        const auto add = [this](PropertyId id, std::uint16_t type, ByteView value) {
            if (!value.empty() && !message_.properties.has(id))
                message_.properties.add(static_cast<std::uint16_t>(id), type, copy_of(value));
        };
        add(PropertyId::subject, type_string8, subject_);
        add(PropertyId::body, type_string8, body_);
        add(PropertyId::message_codepage, type_integer, codepage_);
    }

    std::size_t depth_;
    MapiMessage message_;
    ByteView subject_, body_, codepage_;
};

}  // namespace

std::optional<MapiMessage> read_tnef_message(ByteView bytes) {
    const std::optional<scan::TnefAttributes> found = scan::read_tnef_attributes(bytes);
    if (!found) return std::nullopt;
    return TnefReader(0).read(*found);
}

}  // namespace tocsin::reported
