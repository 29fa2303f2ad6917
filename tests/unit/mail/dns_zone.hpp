// DNS for tests: lines such as "example.com MX 10 mail.example.com", and what they say of a question.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/dns.hpp"
#include "base/ip_network.hpp"

namespace tocsin {

/// "example.com" as it stands in a record.
inline std::string wire_name(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        out += static_cast<char>(label.size()) + std::string(label);
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    return out + std::string(1, '\0');
}

/// A TXT record of pieces of at most 255 bytes.
inline std::string wire_text(std::string_view text) {
    constexpr std::size_t piece_bytes = 255;
    std::string out;
    for (std::size_t at = 0; at < std::max<std::size_t>(text.size(), 1); at += piece_bytes) {
        const std::string_view piece = text.substr(at, piece_bytes);
        out += static_cast<char>(piece.size()) + std::string(piece);
    }
    return out;
}

class DnsZone {
public:
    DnsZone() = default;
    /// Each line: a name, TXT, A, AAAA or MX, and what it says; or "TYPE?" for an answer that does not come.
    explicit DnsZone(const std::string& lines) {
        std::istringstream in(lines);
        for (std::string line; std::getline(in, line);) add(line);
    }

    void add(const std::string& line) {
        std::istringstream in(line);
        std::string name, type, value;
        if (!(in >> name >> type)) return;
        std::getline(in >> std::ws, value);
        const bool silent = type.ends_with('?');
        if (silent) type.pop_back();
        DnsAnswer& answer = answers_[{type_of(type), name}];
        answer.status = silent ? DnsStatus::failed : DnsStatus::found;
        if (!silent) answer.records.push_back(record_of(type_of(type), value));
    }

    [[nodiscard]] DnsAnswer ask(const DnsQuestion& question) const {
        const auto found = answers_.find(question);
        return found == answers_.end() ? DnsAnswer{DnsStatus::none, {}} : found->second;
    }

private:
    static DnsType type_of(std::string_view word) {
        if (word == "A") return DnsType::a;
        if (word == "AAAA") return DnsType::aaaa;
        return word == "MX" ? DnsType::mx : DnsType::txt;
    }
    static std::string record_of(DnsType type, const std::string& value) {
        if (type == DnsType::txt) return wire_text(value);
        if (type == DnsType::mx)
            return std::string("\0\x0a", 2) + wire_name(value.substr(value.find(' ') + 1));
        const IpAddress address = parse_ip_address(value).value();
        constexpr std::size_t mapped_bytes = 12;
        return {address.begin() + (type == DnsType::a ? mapped_bytes : 0), address.end()};
    }

    std::map<DnsQuestion, DnsAnswer> answers_;
};

}  // namespace tocsin
