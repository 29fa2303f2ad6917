#include "gate/check_envelope.hpp"

#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/limits/address.hpp"
#include "proto/smtp_path.hpp"

namespace tocsin::gate {

namespace {

Result<void> check_routes(const char* field, std::string_view address) {
    if (proto::is_routed_little(address)) return {};
    return fail(ErrorCode::invalid_input,
                std::string(field) + ": an address has more than " + std::to_string(limits::address_routes) +
                    " marks of routing (%, !, @): nobody can say where it leads");
}

/// Splits at commas outside quotes: a quoted local part (RFC 5321 section 4.1.2) may hold one.
Result<void> add_recipients(std::string_view list, std::vector<std::string>& recipients) {
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= list.size(); ++at) {
        if (at < list.size() && list[at] == '\\' && quoted) {
            ++at;
            continue;
        }
        if (at < list.size() && list[at] == '"') quoted = !quoted;
        if (at < list.size() && (quoted || list[at] != ',')) continue;
        std::string one = proto::plain_path(list.substr(begin, at - begin));
        begin = at + 1;
        if (one.empty()) continue;
        if (one.size() > limits::smtp_path_bytes)
            return fail(ErrorCode::invalid_input, "Rcpt: an address is longer than " +
                                                      std::to_string(limits::smtp_path_bytes) + " bytes");
        TRY(check_routes("Rcpt", one));
        if (recipients.size() >= limits::smtp_recipients)
            return fail(ErrorCode::invalid_input,
                        "Rcpt: more than " + std::to_string(limits::smtp_recipients) + " recipients");
        recipients.push_back(std::move(one));
    }
    return {};
}

/// "192.0.2.7", "[192.0.2.7]", "IPv6:2001:db8::1". Who does not know it says "unknown", or nothing. Anything else is an error:
/// orders and networks could not be held against it.
Result<std::string> client_address(std::string_view value) {
    std::string_view address = trim(value);
    if (address.empty() || equals_ignoring_case(address, "unknown")) return std::string();
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    constexpr std::string_view tag = "IPv6:";  // RFC 5321 section 4.1.3
    if (equals_ignoring_case(address.substr(0, tag.size()), tag)) address.remove_prefix(tag.size());
    if (parse_ip_address(address)) return std::string(address);
    return fail(ErrorCode::invalid_input,
                "IP: not an IP address: give one such as 192.0.2.7 or 2001:db8::1, or `unknown`");
}

Result<void> take_field(std::string_view name, std::string_view value, Envelope& envelope) {
    auto is = [name](std::string_view known) { return equals_ignoring_case(name, known); };
    if (is("IP")) envelope.client_ip = TRY(client_address(value));
    if (is("Helo")) envelope.helo = trim(value);
    if (is("Hostname")) envelope.client_name = trim(value);
    if (is("From")) {
        envelope.mail_from = proto::plain_path(value);
        TRY(check_routes("From", envelope.mail_from));
    }
    if (is("User")) envelope.sasl_login = trim(value);
    if (is("Queue-ID")) envelope.queue_id = trim(value);
    if (is("Rcpt")) TRY(add_recipients(value, envelope.recipients));
    if (is("File") || is("Path") || ascii_lower(name).starts_with("shm"))
        return fail(ErrorCode::permission,
                    std::string(name) + ": files of this machine are not read; send the message as the body");
    // RFC 9110 section 8.4. Scanned as it came, a compressed message would be clean.
    const bool encoded =
        is("Content-Encoding") && !trim(value).empty() && !equals_ignoring_case(trim(value), "identity");
    if (is("Compression") || encoded)
        return fail(ErrorCode::unavailable,
                    std::string(name) + ": compressed messages are not taken; send it as it is");
    return {};
}

}  // namespace

Result<Envelope> envelope_from(const proto::HttpRequest& request, const proto::HttpTarget& target) {
    Envelope envelope;
    for (const auto& [name, value] : target.query) TRY(take_field(name, value, envelope));
    for (const auto& [name, value] : request.headers.fields) TRY(take_field(name, value, envelope));
    // Deliver-To is one of the recipients again, for rules of this recipient; rspamc's -d gives it alone.
    if (envelope.recipients.empty())
        if (auto deliver_to = request.headers.find("Deliver-To"))
            TRY(add_recipients(*deliver_to, envelope.recipients));
    return envelope;
}

}  // namespace tocsin::gate
