#include "reported/msg_file.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "scan/little_endian.hpp"
#include "scan/ole.hpp"

namespace tocsin::reported {

namespace {

// [MS-OXMSG] section 2.2: names of storages and streams.
constexpr std::string_view property_stream = "__properties_version1.0", value_prefix = "__substg1.0_",
                           recipient_prefix = "__recip_version1.0_",
                           attachment_prefix = "__attach_version1.0_";
constexpr std::string_view embedded_message = "__substg1.0_3701000D";
// Section 2.4.1: what stands before the entries of a property stream, at the top, in an embedded message, elsewhere.
constexpr std::size_t top_header_bytes = 32, embedded_header_bytes = 24, object_header_bytes = 8;
constexpr std::size_t property_entry_bytes = 16;

/// The number in hexadecimal that `text` consists of.
std::optional<std::uint16_t> hex_number(std::string_view text) {
    std::uint16_t number = 0;
    for (const char c : text) {
        const int digit = mail::hex_value(c);
        if (digit < 0) return std::nullopt;
        number = static_cast<std::uint16_t>(number << 4U | static_cast<unsigned>(digit));
    }
    return number;
}

class MsgReader {
public:
    explicit MsgReader(const scan::OleFile& file) : file_(file) {
        for (const scan::OleEntry& entry : file.entries()) children_.emplace(entry.path, &entry);
    }

    [[nodiscard]] bool is_message() const { return find("", property_stream) != nullptr; }

    MapiMessage read_message(const std::string& path, std::size_t depth) {
        MapiMessage message;
        read_properties(path, depth == 0 ? top_header_bytes : embedded_header_bytes, message.properties);
        std::size_t objects = 0;
        const auto [begin, end] = children_.equal_range(path);
        for (auto child = begin; child != end; ++child) {
            const scan::OleEntry& entry = *child->second;
            if (entry.kind != scan::OleKind::storage) continue;
            const bool is_recipient = entry.name.starts_with(recipient_prefix);
            if (!is_recipient && !entry.name.starts_with(attachment_prefix)) continue;
            if (++objects > limits::mapi_objects) {
                message.too_many = true;
                break;
            }
            const std::string below = path + entry.name + "/";
            if (is_recipient)
                read_properties(below, object_header_bytes, message.recipients.emplace_back());
            else
                read_attachment(below, depth, message);
        }
        message.damaged |= file_.damaged();
        message.too_many |= out_of_bytes_;
        return message;
    }

private:
    [[nodiscard]] const scan::OleEntry* find(const std::string& path, std::string_view name) const {
        const auto [begin, end] = children_.equal_range(path);
        for (auto child = begin; child != end; ++child)
            if (child->second->name == name) return child->second;
        return nullptr;
    }

    void read_attachment(const std::string& path, std::size_t depth, MapiMessage& message) {
        MapiAttachment attachment;
        read_properties(path, object_header_bytes, attachment.properties);
        const scan::OleEntry* inner = find(path, embedded_message);
        if (inner != nullptr && inner->kind == scan::OleKind::storage) {
            if (depth + 1 >= limits::report_depth) {
                message.too_deep = true;
                return;
            }
            attachment.message =
                std::make_unique<MapiMessage>(read_message(path + inner->name + "/", depth + 1));
            message.damaged |= attachment.message->damaged;
            message.too_deep |= attachment.message->too_deep;
            message.too_many |= attachment.message->too_many;
        }
        message.attachments.push_back(std::move(attachment));
    }

    /// Streams may share their sectors, so that a small file could ask for much: what is read is counted.
    Bytes read(const scan::OleEntry& entry) {
        if (entry.size > bytes_left_) {
            out_of_bytes_ = true;
            return {};
        }
        Bytes content = file_.read(entry);
        bytes_left_ -= content.size();
        return content;
    }

    void read_properties(const std::string& path, std::size_t header_bytes, MapiProperties& properties) {
        if (const scan::OleEntry* stream = find(path, property_stream))
            read_fixed(*stream, header_bytes, properties);
        const auto [begin, end] = children_.equal_range(path);
        for (auto child = begin; child != end; ++child) {
            const scan::OleEntry& entry = *child->second;
            // "__substg1.0_", then four digits of the number and four of the type; a value of a list has more.
            if (entry.kind != scan::OleKind::stream || !entry.name.starts_with(value_prefix) ||
                entry.name.size() != value_prefix.size() + 8)
                continue;
            const std::string_view tag = std::string_view(entry.name).substr(value_prefix.size());
            const std::optional<std::uint16_t> id = hex_number(tag.substr(0, 4)),
                                               type = hex_number(tag.substr(4));
            if (id && type && is_wanted_property(*id)) properties.add(*id, *type, read(entry));
        }
    }

    /// Section 2.4.2.1: type, number, flags, then the value where it has a fixed size.
    void read_fixed(const scan::OleEntry& stream, std::size_t header_bytes, MapiProperties& properties) {
        const Bytes content = read(stream);
        const ByteView entries = scan::slice(content, header_bytes);
        for (std::size_t at = 0; at + property_entry_bytes <= entries.size(); at += property_entry_bytes) {
            const std::uint16_t type = scan::u16_at(entries, at), id = scan::u16_at(entries, at + 2);
            if (type != type_integer && type != type_time) continue;
            const ByteView value = entries.subspan(at + 8, 8);
            properties.add(id, type, Bytes(value.begin(), value.end()));
        }
    }

    const scan::OleFile& file_;
    std::multimap<std::string, const scan::OleEntry*> children_;
    std::size_t bytes_left_ = limits::report_originals_bytes;
    bool out_of_bytes_ = false;
};

}  // namespace

std::optional<MapiMessage> read_msg(ByteView bytes) {
    const std::optional<scan::OleFile> file = scan::OleFile::open(bytes);
    if (!file) return std::nullopt;
    MsgReader reader(*file);
    if (!reader.is_message()) return std::nullopt;
    return reader.read_message("", 0);
}

}  // namespace tocsin::reported
