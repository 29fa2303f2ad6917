#include "proto/smtp_client_facts.hpp"

#include <algorithm>

#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "proto/smtp_path.hpp"
#include "proto/smtp_xtext.hpp"

namespace tocsin::proto {
namespace {

constexpr std::string_view unavailable = "[UNAVAILABLE]";
constexpr std::string_view ipv6_prefix = "IPV6:";

/// XFORWARD_README, note 1: no control characters, no bytes beyond ASCII, no blanks, nothing that is special in a header. A HELO
/// name may hold them all, so they are replaced: refusing would refuse the message.
bool take_text(std::string& value) {
    for (char& c : value)
        if (c <= 0x20 || c >= 0x7F || std::string_view("<>()\\\";@,").contains(c)) c = '?';
    return value.size() <= limits::smtp_client_fact_bytes;
}

bool take_address(std::string& value) {
    const bool prefixed = ascii_upper(value).starts_with(ipv6_prefix);
    if (prefixed) value.erase(0, ipv6_prefix.size());
    return parse_ip_address(value) && (!prefixed || value.find(':') != std::string::npos);
}

bool take_port(std::string& value) {
    unsigned port = 0;
    for (const char c : value) {
        if (c < '0' || c > '9') return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
        if (port > 65'535) return false;
    }
    return !value.empty();
}

/// XFORWARD_README: "an SMTP or non-SMTP protocol name of up to 64 characters".
bool take_protocol(std::string& value) {
    return take_text(value) && value.size() <= 64;
}

bool take_smtp(std::string& value) {
    value = ascii_upper(value);
    return value == "SMTP" || value == "ESMTP";
}

bool take_source(std::string& value) {
    value = ascii_upper(value);
    return value == "LOCAL" || value == "REMOTE";
}

/// A login decides which customer sends, so it must stay what it is: `a?b` could be another one.
bool take_login(std::string& value) {
    return value.size() <= limits::smtp_client_fact_bytes &&
           std::none_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

struct Attribute {
    std::string_view name;
    std::optional<std::string> SmtpClientFacts::* fact;
    bool (*take_xforward)(std::string&);  ///< nothing: not for this command
    bool (*take_xclient)(std::string&);
};

constexpr Attribute attributes[] = {
    {"NAME", &SmtpClientFacts::name, take_text, take_text},
    {"ADDR", &SmtpClientFacts::address, take_address, take_address},
    {"PORT", &SmtpClientFacts::port, take_port, take_port},
    {"PROTO", &SmtpClientFacts::protocol, take_protocol, take_smtp},
    {"HELO", &SmtpClientFacts::helo, take_text, take_text},
    {"IDENT", &SmtpClientFacts::ident, take_text, nullptr},
    {"SOURCE", &SmtpClientFacts::source, take_source, nullptr},
    {"LOGIN", &SmtpClientFacts::login, nullptr, take_login},
};

auto taker(const Attribute& attribute, SmtpForwarding forwarding) {
    return forwarding == SmtpForwarding::xforward ? attribute.take_xforward : attribute.take_xclient;
}

/// The decoded value as it is kept; nothing if it is malformed.
std::optional<std::string> read_value(const Attribute& attribute, SmtpForwarding forwarding,
                                      std::string_view xtext) {
    auto value = decode_xtext(xtext);
    if (!value || value->empty()) return std::nullopt;
    if (const std::string word = ascii_upper(*value); word == unavailable || word == "[TEMPUNAVAIL]")
        return std::string();
    if (!taker(attribute, forwarding)(*value)) return std::nullopt;
    return value;
}

/// As it is written into a command. An IPv6 address has its prefix there, or Postfix would not take it.
std::string written_value(const Attribute& attribute, const std::string& value) {
    if (value.empty()) return std::string(unavailable);
    const bool ipv6 = attribute.name == "ADDR" && value.find(':') != std::string::npos;
    return (ipv6 ? "IPv6:" : "") + encode_xtext(value);
}

}  // namespace

std::string_view to_string(SmtpForwarding forwarding) {
    return forwarding == SmtpForwarding::xforward ? "XFORWARD" : "XCLIENT";
}

std::string announcement(SmtpForwarding forwarding) {
    std::string line(to_string(forwarding));
    for (const Attribute& attribute : attributes)
        if (taker(attribute, forwarding) != nullptr) line += " " + std::string(attribute.name);
    return line;
}

std::optional<std::string> merge_client_facts(std::string_view arguments, SmtpForwarding forwarding,
                                              SmtpClientFacts& facts) {
    const auto parameters = parse_smtp_parameters(arguments);
    if (!parameters || parameters->empty()) return "attribute=value is expected";
    SmtpClientFacts merged = facts;
    for (const auto& [key, value] : *parameters) {
        const auto* const found =
            std::find_if(std::begin(attributes), std::end(attributes), [&](const Attribute& one) {
                return one.name == key && taker(one, forwarding) != nullptr;
            });
        if (found == std::end(attributes)) return "unknown attribute " + key;
        auto taken = read_value(*found, forwarding, value);
        if (!taken) return "malformed attribute " + key;
        merged.*(found->fact) = std::move(*taken);
    }
    facts = std::move(merged);
    return std::nullopt;
}

std::vector<std::string> xforward_commands(const SmtpClientFacts& facts,
                                           const std::vector<std::string>& announced) {
    constexpr std::size_t line_bytes_max = 510;  // RFC 5321 section 4.5.3.1.4, without CRLF
    std::vector<std::string> commands;
    for (const Attribute& attribute : attributes) {
        const auto& fact = facts.*(attribute.fact);
        if (!fact || attribute.take_xforward == nullptr ||
            std::find(announced.begin(), announced.end(), attribute.name) == announced.end())
            continue;
        std::string word = " " + std::string(attribute.name) + "=" + written_value(attribute, *fact);
        if (word.size() > line_bytes_max - 8)
            word = " " + std::string(attribute.name) + "=" + std::string(unavailable);
        if (commands.empty() || commands.back().size() + word.size() > line_bytes_max)
            commands.emplace_back("XFORWARD");
        commands.back() += word;
    }
    return commands;
}

}  // namespace tocsin::proto
