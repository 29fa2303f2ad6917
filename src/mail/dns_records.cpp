#include "mail/dns_records.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {

namespace {

/// Cuts off a piece that stands behind its length; nullopt: there are fewer bytes.
std::optional<std::string_view> take_piece(std::string_view& bytes) {
    const auto size = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (size > bytes.size()) return std::nullopt;
    const std::string_view piece = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return piece;
}

/// The pieces of one TXT record (RFC 1035 section 3.3.14); nullopt: damaged.
std::optional<std::string> text_of(std::string_view record) {
    std::string text;
    while (!record.empty()) {
        const std::optional<std::string_view> piece = take_piece(record);
        if (!piece) return std::nullopt;
        text += *piece;
    }
    return text;
}

/// A name as it stands in a record, without compression (RFC 1035 section 3.1); empty: none that can be asked for.
std::string name_of(std::string_view record) {
    std::string name;
    while (!record.empty()) {
        const std::optional<std::string_view> label = take_piece(record);
        if (!label || (label->empty() && !record.empty())) return {};
        if (label->empty()) return is_dns_name(name) ? name : std::string();
        if (label->contains('.')) return {};
        if (!name.empty()) name += '.';
        name += to_lower(*label);
    }
    return {};
}

}  // namespace

TxtTexts read_texts(const DnsAnswer& answer) {
    TxtTexts out{answer.status, {}};
    for (const std::string& record : answer.records) {
        std::optional<std::string> text = text_of(record);
        if (!text) return {};
        out.texts.push_back(std::move(*text));
    }
    return out;
}

std::vector<tocsin::IpAddress> read_addresses(const DnsAnswer& answer) {
    constexpr std::size_t v4_bytes = 4;
    std::vector<tocsin::IpAddress> out;
    for (const std::string& record : answer.records) {
        tocsin::IpAddress address{};
        if (record.size() == v4_bytes)
            address[10] = address[11] = 0xFF;  // RFC 4291 section 2.5.5.2
        else if (record.size() != address.size())
            continue;
        std::ranges::transform(record, address.end() - static_cast<std::ptrdiff_t>(record.size()),
                               [](char c) { return static_cast<std::uint8_t>(c); });
        out.push_back(address);
    }
    return out;
}

std::vector<std::string> read_mail_hosts(const DnsAnswer& answer) {
    constexpr std::size_t preference_bytes = 2;
    std::vector<std::string> out;
    for (const std::string& record : answer.records)
        out.push_back(record.size() < preference_bytes
                          ? std::string()
                          : name_of(std::string_view(record).substr(preference_bytes)));
    return out;
}

}  // namespace tocsin::mail
