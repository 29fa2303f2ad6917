#include "proto/imap_types.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/limits/imap.hpp"

namespace tocsin::proto {

std::string ImapAnswer::summary() const {
    std::string line = status == ImapStatus::ok ? "OK" : status == ImapStatus::no ? "NO" : "BAD";
    if (!code.empty()) line += " [" + code + "]";
    if (!text.empty()) line += " " + text;
    return line;
}

std::string imap_day(std::int64_t microseconds) {
    static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(microseconds)));
    const std::chrono::year_month_day date(day);
    return fmt::format("{}-{}-{:04}", static_cast<unsigned>(date.day()),
                       months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()));
}

std::string imap_uid_set(const std::vector<std::uint32_t>& uids) {
    std::string set;
    for (std::size_t begin = 0; begin < uids.size();) {
        std::size_t end = begin;
        while (end + 1 < uids.size() && uids[end + 1] == uids[end] + 1) ++end;
        if (!set.empty()) set += ',';
        set += std::to_string(uids[begin]);
        if (end > begin) set += ":" + std::to_string(uids[end]);
        begin = end + 1;
    }
    return set;
}

bool is_plain_folder_level(std::string_view name) {
    const auto plain = [](char c) {
        const char letter = ascii_lower(c);
        return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= limits::incident_name_bytes && std::ranges::all_of(name, plain);
}

std::string imap_base64(std::string_view bytes) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t group = 3;
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += group) {
        std::uint32_t bits = 0;
        const std::size_t count = std::min(group, bytes.size() - at);
        for (std::size_t index = 0; index < group; ++index)
            bits = bits << 8U | (index < count ? static_cast<unsigned char>(bytes[at + index]) : 0U);
        for (std::size_t index = 0; index <= group; ++index)
            text += index <= count ? letters[bits >> (18U - 6U * index) & 63U] : '=';
    }
    return text;
}

}  // namespace tocsin::proto
