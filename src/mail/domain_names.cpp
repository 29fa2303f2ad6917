#include "mail/domain_names.hpp"

#include <arpa/inet.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/psl.hpp"

namespace tocsin::mail {
namespace {

/// RFC 1035 section 2.3.4.
constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t name_bytes_max = 253;
/// Longest text that is given to IDNA.
constexpr std::size_t idna_bytes_max = 1024;

/// Letters, digits, hyphen (RFC 952), and the underscore that the DNS carries all the same.
bool is_host_label(std::string_view label) {
    return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) {
               return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-' || c == '_';
           });
}

bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > name_bytes_max) return false;
    while (true) {
        const std::size_t dot = host.find('.');
        if (!is_host_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

/// Where the last `labels` labels of `host` begin; nullopt when there are fewer.
std::optional<std::size_t> start_of_last_labels(std::string_view host, std::size_t labels) {
    std::size_t end = host.size();
    for (; labels > 0; --labels) {
        if (end == std::string_view::npos || end == 0) return std::nullopt;
        const std::size_t dot = host.rfind('.', end - 1);
        if (labels == 1) return dot == std::string_view::npos ? 0 : dot + 1;
        end = dot;
    }
    return std::nullopt;
}

bool has_a_label(std::string_view host) {
    return host.starts_with("xn--") || host.find(".xn--") != std::string_view::npos;
}

void split_by_public_suffix(Domain& domain) {
    const std::string& host = domain.domain;
    const PublicSuffix suffix = public_suffix(host);
    const std::optional<std::size_t> tld = start_of_last_labels(host, suffix.labels);
    if (!tld) return;
    domain.tld = host.substr(*tld);
    domain.valid = suffix.listed;
    const std::optional<std::size_t> root = start_of_last_labels(host, suffix.labels + 1);
    if (!root) {
        domain.valid = false;  // a public suffix alone is nobody's domain
        return;
    }
    domain.root_domain = host.substr(*root);
    domain.sld = domain.root_domain.substr(0, domain.root_domain.find('.'));
    if (*root > 0) domain.subdomain = host.substr(0, *root - 1);
}

/// One number of the browser's IPv4 syntax; nullopt when it is none or exceeds 32 bits.
std::optional<std::uint64_t> browser_number(std::string_view text) {
    unsigned base = 10;
    if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() >= 2 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    } else if (text.empty()) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        const char lower = ascii_lower(c);
        const unsigned digit = is_ascii_digit(c)              ? static_cast<unsigned>(c - '0')
                               : lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10
                                                              : 99U;
        if (digit >= base) return std::nullopt;
        value = value * base + digit;
        if (value > 0xFFFFFFFFULL) return std::nullopt;
    }
    return value;
}

/// What is unusual in how the numbers of an IPv4 address are written.
std::vector<std::string> encoders_of(std::string_view host, std::size_t numbers) {
    std::vector<std::string> encoders;
    for (std::size_t start = 0; start < host.size();) {
        const std::size_t dot = std::min(host.find('.', start), host.size());
        const std::string_view number = host.substr(start, dot - start);
        start = dot + 1;
        std::string name;
        if (number.starts_with("0x") || number.starts_with("0X"))
            name = "hexadecimal";
        else if (number.size() > 1 && number.front() == '0')
            name = "octal";
        else if (numbers < 4)
            name = "decimal_integer";
        if (!name.empty() && std::ranges::find(encoders, name) == encoders.end())
            encoders.push_back(std::move(name));
    }
    return encoders;
}

IpAddress ipv4_from(std::uint64_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += std::to_string((value >> static_cast<unsigned>(shift)) & 0xFFU);
        if (shift > 0) text += '.';
    }
    return {.ip = std::move(text), .version = 4};
}

}  // namespace

struct DomainNames::Idna {
    struct Closer {
        void operator()(UIDNA* opened) const { uidna_close(opened); }
    };
    std::unique_ptr<UIDNA, Closer> tables;

    Idna() {
        UErrorCode status = U_ZERO_ERROR;
        constexpr std::uint32_t options = UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                          UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE;
        tables.reset(uidna_openUTS46(options, &status));
        if (U_FAILURE(status)) tables.reset();
    }
};

DomainNames::DomainNames() = default;
DomainNames::~DomainNames() = default;
DomainNames::DomainNames(DomainNames&&) noexcept = default;
DomainNames& DomainNames::operator=(DomainNames&&) noexcept = default;

DomainNames::Idna& DomainNames::idna() {
    if (!idna_) idna_ = std::make_unique<Idna>();
    return *idna_;
}

namespace {

using Conversion = std::int32_t (*)(const UIDNA*, const char*, std::int32_t, char*, std::int32_t, UIDNAInfo*,
                                    UErrorCode*);

/// UTS #46 processing with CheckHyphens and VerifyDnsLength off, as the WHATWG URL standard wants it ("domain
/// to ASCII").
std::optional<std::string> convert(const UIDNA* tables, Conversion conversion, std::string_view host) {
    if (tables == nullptr || host.size() > idna_bytes_max) return std::nullopt;
    std::array<char, 4 * idna_bytes_max> out{};
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size = conversion(tables, host.data(), static_cast<std::int32_t>(host.size()),
                                         out.data(), static_cast<std::int32_t>(out.size()), &info, &status);
    constexpr std::uint32_t tolerated = UIDNA_ERROR_HYPHEN_3_4 | UIDNA_ERROR_LEADING_HYPHEN |
                                        UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_EMPTY_LABEL |
                                        UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG;
    if (U_FAILURE(status) || (info.errors & ~tolerated) != 0 || size <= 0 ||
        static_cast<std::size_t>(size) > out.size()) {
        return std::nullopt;
    }
    return std::string(out.data(), static_cast<std::size_t>(size));
}

}  // namespace

std::optional<std::string> DomainNames::to_ascii(std::string_view host) {
    return convert(idna().tables.get(), uidna_nameToASCII_UTF8, host);
}

std::string DomainNames::to_unicode(const std::string& host) {
    return convert(idna().tables.get(), uidna_nameToUnicodeUTF8, host).value_or("");
}

Domain DomainNames::parse(std::string_view host) {
    if (host.size() > name_bytes_max) return take_apart(host);
    std::string key(host);
    if (const auto known = remembered_.find(key); known != remembered_.end()) return known->second;
    if (remembered_.size() >= limits::remembered_domains) remembered_.clear();
    return remembered_.emplace(std::move(key), take_apart(host)).first->second;
}

Domain DomainNames::take_apart(std::string_view host) {
    Domain domain;
    while (host.ends_with('.')) host.remove_suffix(1);
    domain.domain = to_lower(host);
    if (!is_ascii(domain.domain)) {
        if (auto ascii = to_ascii(domain.domain)) domain.domain = to_lower(*ascii);
        while (domain.domain.ends_with('.')) domain.domain.pop_back();
    }
    if (!is_host_name(domain.domain) || parse_ip(domain.domain)) return domain;
    split_by_public_suffix(domain);
    if (has_a_label(domain.domain)) {
        domain.punycode = to_unicode(domain.domain);
        if (domain.punycode == domain.domain) domain.punycode.clear();
    }
    return domain;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
    if (text.size() < 2 || text.size() > 45) return std::nullopt;
    if (text.find(':') == std::string_view::npos &&
        !(is_ascii_digit(text.front()) && is_ascii_digit(text.back())))
        return std::nullopt;
    std::array<char, 46> zero_ended{};
    std::ranges::copy(text, zero_ended.begin());
    std::array<unsigned char, 16> address{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    for (const auto& [family, version] : {std::pair{AF_INET, 4}, std::pair{AF_INET6, 6}}) {
        if (inet_pton(family, zero_ended.data(), address.data()) != 1) continue;
        if (inet_ntop(family, address.data(), shown.data(), static_cast<socklen_t>(shown.size())) == nullptr)
            continue;
        return IpAddress{.ip = shown.data(), .version = version};
    }
    return std::nullopt;
}

std::optional<IpAddress> parse_browser_ipv4(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > 256) return std::nullopt;
    std::array<std::uint64_t, 4> numbers{};
    std::size_t count = 0;
    for (std::size_t start = 0; start <= host.size();) {
        const std::size_t dot = std::min(host.find('.', start), host.size());
        const auto number = browser_number(host.substr(start, dot - start));
        if (!number || count == numbers.size()) return std::nullopt;
        numbers[count++] = *number;
        start = dot + 1;
    }
    std::uint64_t address = 0;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        if (numbers[i] > 255) return std::nullopt;
        address |= numbers[i] << (24U - 8U * static_cast<unsigned>(i));
    }
    const std::uint64_t last = numbers[count - 1];
    if (last >= (1ULL << (8U * (5U - static_cast<unsigned>(count))))) return std::nullopt;
    IpAddress ip = ipv4_from(address | last);
    if (ip.ip != host) ip.translation = IpTranslation{std::string(host), false, encoders_of(host, count)};
    return ip;
}

}  // namespace tocsin::mail
