#include "store/order_value.hpp"

#include <algorithm>

#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/time_units.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

constexpr std::size_t quoted_bytes = 100;  // of a refused value, in the error

std::unexpected<Error> refuse(std::string_view value, std::string_view what_it_is_not,
                              std::string_view expected) {
    return fail(ErrorCode::invalid_input, "\"" + stored_text(value, quoted_bytes) + "\" is not " +
                                              std::string(what_it_is_not) + ": give " +
                                              std::string(expected));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Letters, digits, hyphen; the underscore that some hosts have; bytes of UTF-8 (RFC 6531 section 3.3).
bool is_domain_character(char c) {
    const char letter = ascii_lower(c);
    return (letter >= 'a' && letter <= 'z') || is_digit(c) || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// RFC 1035 section 2.3.4: labels of 1 to 63 bytes, 253 together. A top label of digits alone is no domain (RFC 3696
/// section 2), but an IP address, or one mistyped.
bool is_domain(std::string_view domain) {
    if (domain.empty() || domain.size() > 253) return false;
    std::string_view label;
    for (std::size_t at = 0; at <= domain.size(); at += label.size() + 1) {
        label = domain.substr(at, domain.find('.', at) - at);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (!std::ranges::all_of(label, is_domain_character)) return false;
    }
    return !std::ranges::all_of(label, is_digit);
}

/// RFC 5321 section 4.1.3.
bool is_address_literal(std::string_view text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    text = text.substr(1, text.size() - 2);
    if (ascii_lower(text.substr(0, 5)) == "ipv6:") text.remove_prefix(5);
    return parse_ip_address(text).has_value();
}

/// RFC 5321 section 4.1.2, with UTF-8 (RFC 6531). An asterisk may stand in a local part, but whoever writes it in an order
/// means "anything".
bool is_local_part(std::string_view local) {
    if (local.empty()) return false;
    if (local.size() > 2 && local.front() == '"' && local.back() == '"') return true;
    return std::ranges::none_of(local, [](char c) {
        return (static_cast<unsigned char>(c) <= 0x20) || c == 0x7F ||
               std::string_view("()<>[]:;@\\,\"*").find(c) != std::string_view::npos;
    });
}

Result<std::string> address_value(std::string_view value, std::string_view person) {
    const std::string expected = "an address such as " + std::string(person) +
                                 "@mail.example, or @mail.example for every address of that domain";
    if (value.starts_with("*@")) value.remove_prefix(1);
    const std::size_t at = value.rfind('@');
    if (at == std::string_view::npos || value.size() > limits::smtp_path_bytes)
        return refuse(value, "an address", expected);
    const std::string_view local = value.substr(0, at), domain = value.substr(at + 1);
    if (!is_domain(domain) && !is_address_literal(domain)) return refuse(value, "an address", expected);
    if (!local.empty() && !is_local_part(local)) return refuse(value, "an address", expected);
    return ascii_lower(value);
}

Result<std::string> link_domain_value(std::string_view value) {
    const bool ascii =
        std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (!ascii)
        return refuse(value, "the domain of a link as it is compared",
                      "its ASCII form, which begins with xn--");
    const auto address = IpNetwork::parse(value);
    const bool is_ipv4 =
        address && address->is_single() && value.find_first_of(":/") == std::string_view::npos;
    if (is_ipv4 || is_domain(value)) return ascii_lower(value);
    return refuse(value, "a domain of links",
                  "a domain such as mail.example (it covers what is below it), or an IPv4 address");
}

Result<std::string> hash_value(std::string_view value) {
    const std::string lower = ascii_lower(value);
    if (lower.size() == 64 && lower.find_first_not_of("0123456789abcdef") == std::string::npos) return lower;
    return refuse(value, "a SHA-256", "the 64 hexadecimal digits that sha256sum prints for the attachment");
}

/// RFC 4954 section 4 and RFC 4422 leave the form to the mechanism: what no name of an account has are control characters. Upper
/// and lower case are alike in an order: servers differ in this, and an order that is a little too wide keeps mail, one that is
/// too narrow lets the thief pass.
Result<std::string> login_value(std::string_view value) {
    const bool has_control = std::ranges::any_of(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (!has_control && value.size() <= limits::order_login_bytes) return ascii_lower(value);
    return refuse(value, "a login", "the name that the journal has for it (tocsin journal list --login NAME)");
}

std::string_view words_of(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::sender: return "whose sender (envelope or From) is ";
        case SubjectKind::domain: return "whose sender (envelope or From) is in the domain or below it: ";
        case SubjectKind::customer: return "of the customer ";
        case SubjectKind::login: return "sent with the login ";
        case SubjectKind::recipient: return "with the recipient ";
        case SubjectKind::client_ip: return "from the client address ";
        case SubjectKind::link_domain: return "with a link to the domain or below it: ";
        case SubjectKind::content_sha256: return "with an attachment of SHA-256 ";
        case SubjectKind::subject: return "whose subject contains ";
        case SubjectKind::url: return "with a link that begins with ";
        case SubjectKind::similar: return "whose text is similar to that of the fingerprint ";
    }
    return "";
}

Result<std::string> url_value(std::string_view value) {
    std::string key = link_key(value);
    const std::string host = key.substr(0, key.find_first_of("/?"));
    if (host.size() < key.size() && link_domain_value(host.substr(0, host.find(':')))) return key;
    return refuse(value, "the beginning of a link",
                  "host and path such as mail.example/login; for all links to a host, use link_domain");
}

}  // namespace

std::string link_key(std::string_view url) {
    if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos)
        url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find('#'));
    const std::size_t host_end = std::min(url.find_first_of("/?"), url.size());
    const std::size_t user = url.substr(0, host_end).rfind('@');
    const std::size_t host_begin = user == std::string_view::npos ? 0 : user + 1;
    return ascii_lower(url.substr(host_begin, host_end - host_begin)) + std::string(url.substr(host_end));
}

Result<std::string> order_value(SubjectKind kind, std::string_view value) {
    value = trim(value);
    if (value.empty()) return fail(ErrorCode::invalid_input, "an order needs a value: what it looks for");
    switch (kind) {
        case SubjectKind::sender: return address_value(value, "thief");
        case SubjectKind::recipient: return address_value(value, "boss");
        case SubjectKind::customer: return std::string(value);
        case SubjectKind::login: return login_value(value);
        case SubjectKind::domain:
            if (is_domain(value)) return ascii_lower(value);
            return refuse(value, "a domain",
                          "a domain such as mail.example, without @ and *; it covers what is below it");
        case SubjectKind::link_domain: return link_domain_value(value);
        case SubjectKind::client_ip:
            if (IpNetwork::parse(value)) return ascii_lower(value);
            return refuse(value, "an IP address",
                          "an IPv4 or IPv6 address, or a block such as 192.0.2.0/24 or 2001:db8::/32");
        case SubjectKind::content_sha256: return hash_value(value);
        case SubjectKind::url: return url_value(value);
        case SubjectKind::similar:
            if (fingerprint_from(ascii_lower(value))) return ascii_lower(value);
            return refuse(value, "a text fingerprint",
                          "the text_fingerprint of a journal record; the API and the command line take the "
                          "record's id");
        case SubjectKind::subject:
            if (value.size() >= limits::order_subject_bytes_min) return std::string(value);
            return refuse(value, "long enough for a part of a subject",
                          "three letters or more, or it fits nearly every message");
    }
    return fail(ErrorCode::invalid_input, "this kind of order is not known");
}

Result<void> check_order_direction(std::string_view direction) {
    if (direction.empty() || direction == "inbound" || direction == "outbound") return {};
    return refuse(direction, "a direction that an order can have",
                  "inbound or outbound, or nothing for both");
}

Result<void> check_order_action(OrderAction action, SubjectKind kind) {
    if (action != OrderAction::pace || kind != SubjectKind::recipient) return {};
    return fail(ErrorCode::invalid_input, "mail for one recipient cannot go in small parts: give an order that "
                                          "holds it, or pace the sender, customer, login or text");
}

std::string order_meaning(const Order& order) {
    const bool whole_domain = order.value.starts_with('@');
    std::string meaning = std::string(to_string(order.action)) + " ";
    if (!order.direction.empty()) meaning += order.direction + " ";
    meaning += "messages " + std::string(words_of(order.subject_kind));
    if (order.subject_kind == SubjectKind::subject)
        meaning += "\"" + order.value + "\", upper and lower case alike";
    else
        meaning += whole_domain ? "any address of " + order.value.substr(1) : order.value;
    if (order.action == OrderAction::pace)
        meaning += ": " + std::to_string(limits::order_pace_recipients) + " recipients get them in " +
                   std::to_string(limits::order_pace_window_us / minute_us) + " minutes, the rest comes again";
    return meaning;
}

}  // namespace tocsin::store
