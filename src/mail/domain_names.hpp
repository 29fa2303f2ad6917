// Host names: from any text to a Domain taken apart, and IPv4/IPv6 literals.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mail/message.hpp"

namespace tocsin::mail {

/// Understands host names; keeps ICU's IDNA tables open once they were needed, and remembers the last names,
/// for the same servers and sites come again in message after message. One per thread.
class DomainNames {
public:
    DomainNames();
    ~DomainNames();
    DomainNames(DomainNames&&) noexcept;
    DomainNames& operator=(DomainNames&&) noexcept;

    /// Takes `host` apart (RFC 1035, RFC 5891, UTS #46, Public Suffix List). Never fails: what is no host
    /// name comes back in `domain` with `valid` false. Non-ASCII hosts are put into A-label form, as a
    /// browser does; a final dot is dropped.
    [[nodiscard]] Domain parse(std::string_view host);

    /// The A-label form of a host that is not ASCII; nullopt when IDNA forbids it.
    [[nodiscard]] std::optional<std::string> to_ascii(std::string_view host);

private:
    struct Idna;
    Idna& idna();
    std::string to_unicode(const std::string& host);
    Domain take_apart(std::string_view host);

    std::unique_ptr<Idna> idna_;
    std::unordered_map<std::string, Domain> remembered_;
};

/// Dotted IPv4 in the four decimal numbers of RFC 6943 section 3.1.1, or IPv6 (RFC 4291 section 2.2) without
/// brackets; normalised.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);

/// IPv4 as a browser reads the host of a URL: one to four numbers, each decimal, 0-octal or 0x-hexadecimal,
/// the last one filling the rest (WHATWG URL standard, "IPv4 parser"). Normalised to dotted decimal; written in any other
/// way, it has a translation.
[[nodiscard]] std::optional<IpAddress> parse_browser_ipv4(std::string_view host);

}  // namespace tocsin::mail
