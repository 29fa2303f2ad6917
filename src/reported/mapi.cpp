#include "reported/mapi.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/limits/report.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::reported {

namespace {

using Id = PropertyId;

constexpr std::array wanted = {Id::message_class,
                               Id::subject,
                               Id::client_submit_time,
                               Id::represented_name,
                               Id::represented_address_type,
                               Id::represented_address,
                               Id::transport_headers,
                               Id::recipient_type,
                               Id::sender_name,
                               Id::sender_address_type,
                               Id::sender_address,
                               Id::display_cc,
                               Id::display_to,
                               Id::delivery_time,
                               Id::body,
                               Id::rtf_compressed,
                               Id::html,
                               Id::internet_message_id,
                               Id::references,
                               Id::in_reply_to,
                               Id::display_name,
                               Id::email_address,
                               Id::attach_data,
                               Id::attach_file_name,
                               Id::attach_method,
                               Id::attach_long_file_name,
                               Id::attach_mime_type,
                               Id::attach_content_id,
                               Id::smtp_address,
                               Id::internet_codepage,
                               Id::message_codepage,
                               Id::sender_smtp_address,
                               Id::represented_smtp_address};

/// UTF-16LE up to its first NUL, or its end.
std::string utf16_text(ByteView bytes) {
    std::string out;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        char32_t unit = scan::u16_at(bytes, at);
        if (unit == 0) break;
        const char32_t next = scan::u16_at(bytes, at + 2);
        if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00);
            at += 2;
        }
        mail::append_utf8(out, unit);
    }
    return out;
}

}  // namespace

bool is_wanted_property(std::uint16_t id) {
    return std::ranges::find(wanted, static_cast<PropertyId>(id)) != wanted.end();
}

std::string charset_of_codepage(std::uint32_t codepage) {
    static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 12> names = {{
        {932, "shift_jis"},
        {936, "gb18030"},
        {949, "windows-949"},
        {950, "big5"},
        {20127, "us-ascii"},
        {20866, "koi8-r"},
        {21866, "koi8-u"},
        {50220, "iso-2022-jp"},
        {51932, "euc-jp"},
        {51949, "euc-kr"},
        {54936, "gb18030"},
        {65001, "utf-8"},
    }};
    for (const auto& [number, name] : names)
        if (number == codepage) return std::string(name);
    if (codepage == 874 || (codepage >= 1250 && codepage <= 1258)) return fmt::format("windows-{}", codepage);
    if (codepage > 28590 && codepage <= 28605) return fmt::format("iso-8859-{}", codepage - 28590);
    return "windows-1252";
}

void MapiProperties::add(std::uint16_t id, std::uint16_t type, Bytes value) {
    if (!is_wanted_property(id) || values_.size() >= limits::mapi_properties) return;
    values_.try_emplace(id, Value{type, std::move(value)});
}

ByteView MapiProperties::bytes(PropertyId id) const {
    const auto found = values_.find(static_cast<std::uint16_t>(id));
    return found == values_.end() ? ByteView() : ByteView(found->second.bytes);
}

std::uint16_t MapiProperties::type(PropertyId id) const {
    const auto found = values_.find(static_cast<std::uint16_t>(id));
    return found == values_.end() ? std::uint16_t{0} : found->second.type;
}

std::string MapiProperties::text(PropertyId id, const std::string& charset,
                                 mail::CharsetConverters& converters) const {
    const ByteView raw = bytes(id);
    if (raw.empty()) return {};
    if (type(id) == type_unicode) return utf16_text(raw);
    std::string_view narrow = as_text(raw);
    return converters.to_utf8(narrow.substr(0, narrow.find('\0')), charset);
}

std::optional<std::uint32_t> MapiProperties::integer(PropertyId id) const {
    const ByteView raw = bytes(id);
    if (raw.size() < 4) return std::nullopt;
    return scan::u32_at(raw, 0);
}

std::string MapiProperties::date(PropertyId id) const {
    using namespace std::chrono;
    const ByteView raw = bytes(id);
    if (raw.size() < 8 || type(id) != type_time) return {};
    // [MS-DTYP] section 2.3.3: 100 nanoseconds since 1601.
    constexpr std::uint64_t per_second = 10'000'000, seconds_to_1970 = 11'644'473'600;
    const std::uint64_t since_1601 = scan::little_endian(raw, 0, 8) / per_second;
    constexpr std::uint64_t seconds_to_10000 = 265'046'774'400;
    if (since_1601 < seconds_to_1970 || since_1601 >= seconds_to_10000) return {};
    const sys_seconds moment{seconds{since_1601 - seconds_to_1970}};
    const sys_days day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{moment - day};
    static constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                                 "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", weekdays[weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

}  // namespace tocsin::reported
