// A message as Outlook keeps it: properties by number ([MS-OXPROPS]), recipients, attachments. What a .msg file and
// winmail.dat have in common.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mail/charset.hpp"

namespace tocsin::reported {

/// Numbers of the properties that are read ([MS-OXPROPS] section 2).
enum class PropertyId : std::uint16_t {
    message_class = 0x001A,
    subject = 0x0037,
    client_submit_time = 0x0039,
    represented_name = 0x0042,
    represented_address_type = 0x0064,
    represented_address = 0x0065,
    transport_headers = 0x007D,
    recipient_type = 0x0C15,
    sender_name = 0x0C1A,
    sender_address_type = 0x0C1E,
    sender_address = 0x0C1F,
    display_cc = 0x0E03,
    display_to = 0x0E04,
    delivery_time = 0x0E06,
    body = 0x1000,
    rtf_compressed = 0x1009,
    html = 0x1013,
    internet_message_id = 0x1035,
    references = 0x1039,
    in_reply_to = 0x1042,
    display_name = 0x3001,
    email_address = 0x3003,
    attach_data = 0x3701,
    attach_file_name = 0x3704,
    attach_method = 0x3705,
    attach_long_file_name = 0x3707,
    attach_mime_type = 0x370E,
    attach_content_id = 0x3712,
    smtp_address = 0x39FE,
    internet_codepage = 0x3FDE,
    message_codepage = 0x3FFD,
    sender_smtp_address = 0x5D01,
    represented_smtp_address = 0x5D02,
};

/// True for those above: others are not kept.
[[nodiscard]] bool is_wanted_property(std::uint16_t id);

// [MS-OXCDATA] section 2.11.1: types.
inline constexpr std::uint16_t type_integer = 0x0003, type_object = 0x000D, type_string8 = 0x001E,
                               type_unicode = 0x001F, type_time = 0x0040, type_binary = 0x0102;

/// The charset of a Windows code page, as CharsetConverters know it.
[[nodiscard]] std::string charset_of_codepage(std::uint32_t codepage);

class MapiProperties {
public:
    /// Keeps the first value of each wanted property; at most limits::mapi_properties.
    void add(std::uint16_t id, std::uint16_t type, Bytes value);
    [[nodiscard]] bool has(PropertyId id) const { return values_.contains(static_cast<std::uint16_t>(id)); }
    /// The raw value; empty where there is none.
    [[nodiscard]] ByteView bytes(PropertyId id) const;
    [[nodiscard]] std::uint16_t type(PropertyId id) const;
    /// A string property as UTF-8 without the NUL at its end; `charset`: of 8-bit strings.
    [[nodiscard]] std::string text(PropertyId id, const std::string& charset,
                                   mail::CharsetConverters& converters) const;
    [[nodiscard]] std::optional<std::uint32_t> integer(PropertyId id) const;
    /// A time as RFC 5322 section 3.3 writes it, in UTC; empty where there is none or its year is not of four digits.
    [[nodiscard]] std::string date(PropertyId id) const;
    /// Gives the memory of a value back that is no longer needed.
    void drop(PropertyId id) { values_.erase(static_cast<std::uint16_t>(id)); }

private:
    struct Value {
        std::uint16_t type = 0;
        Bytes bytes;
    };
    std::map<std::uint16_t, Value> values_;
};

struct MapiMessage;

struct MapiAttachment {
    MapiProperties properties;
    std::unique_ptr<MapiMessage> message;  ///< where the attachment is a message
};

struct MapiMessage {
    MapiProperties properties;
    std::vector<MapiProperties> recipients;
    std::vector<MapiAttachment> attachments;
    bool damaged = false;   ///< a length led outside, or what a list promises is not there
    bool too_deep = false;  ///< messages in it lie deeper than limits::report_depth
    bool too_many = false;  ///< more recipients, attachments or bytes than are read
};

}  // namespace tocsin::reported
