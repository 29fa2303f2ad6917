#include "proto/smtp_parameters.hpp"

#include <algorithm>
#include <charconv>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "proto/smtp_path.hpp"
#include "proto/smtp_xtext.hpp"

namespace tocsin::proto {
namespace {

using Refusal = std::optional<SmtpReply>;  ///< nothing: understood

bool is_printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

Refusal unusable(const std::string& key) {
    return make_reply(555, "5.5.4", "cannot use parameter " + key);
}

Refusal malformed(const std::string& key) {
    return make_reply(501, "5.5.4", "malformed parameter " + key);
}

/// RFC 3461 section 4.3.
bool is_dsn_return(std::string_view value) {
    return value == "FULL" || value == "HDRS";
}

/// RFC 3461 section 4.4: xtext of printable ASCII.
bool is_envelope_id(std::string_view value) {
    const auto text = decode_xtext(value);
    return !value.empty() && value.size() <= limits::smtp_envelope_id_bytes && text &&
           is_printable_ascii(*text);
}

/// RFC 3461 section 4.1: NEVER stands alone, the others are a list without repetition.
bool is_notify(std::string_view value) {
    if (value == "NEVER") return true;
    bool success = false, failure = false, delay = false;
    for (;;) {
        const std::string_view word = value.substr(0, value.find(','));
        bool* const seen = word == "SUCCESS"   ? &success
                           : word == "FAILURE" ? &failure
                           : word == "DELAY"   ? &delay
                                               : nullptr;
        if (seen == nullptr || *seen) return false;
        *seen = true;
        if (word.size() == value.size()) return true;
        value.remove_prefix(word.size() + 1);
    }
}

/// RFC 3461 section 4.2: an address type, `;`, xtext. RFC 6533 section 3: with type `utf-8`, bytes beyond ASCII may stand for
/// themselves; whether they may be used is for the caller to say.
bool is_original_recipient(std::string_view value) {
    const std::size_t semicolon = value.find(';');
    if (semicolon == std::string_view::npos || value.size() > limits::smtp_original_recipient_bytes)
        return false;
    const std::string_view type = value.substr(0, semicolon);
    const bool atom = !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    std::string address(value.substr(semicolon + 1));
    if (!atom || address.empty()) return false;
    if (ascii_upper(type) == "UTF-8")
        std::erase_if(address, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const auto text = decode_xtext(address);
    return text && is_printable_ascii(*text);
}

Refusal read_size(const std::string& value, const SmtpOffer& offer, SmtpSender& sender) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (error != std::errc() || end != value.data() + value.size()) return unusable("SIZE");
    sender.size_bytes = size;
    if (size > offer.size_bytes) return make_reply(552, "5.3.4", "message too large");
    return std::nullopt;
}

Refusal read_body(const std::string& value, const SmtpOffer& offer, SmtpSender& sender) {
    const std::string body = ascii_upper(value);
    if (body != "7BIT" && (body != "8BITMIME" || !offer.eight_bit)) return unusable("BODY");
    sender.eight_bit = body == "8BITMIME";
    return std::nullopt;
}

Refusal read_mail_parameter(const std::string& key, const std::string& value, const SmtpOffer& offer,
                            SmtpSender& sender) {
    if (key == "SIZE") return read_size(value, offer, sender);
    if (key == "BODY") return read_body(value, offer, sender);
    if (key == "SMTPUTF8" && value.empty()) {
        sender.utf8 = true;
        if (!offer.smtputf8) return make_reply(555, "5.6.7", "SMTPUTF8 was not announced");
        return std::nullopt;
    }
    if (!offer.dsn || (key != "RET" && key != "ENVID")) return unusable(key);
    if (key == "RET") {
        if (!sender.dsn_return.empty() || !is_dsn_return(ascii_upper(value))) return malformed(key);
        sender.dsn_return = ascii_upper(value);
    } else {
        if (!sender.envelope_id.empty() || !is_envelope_id(value)) return malformed(key);
        sender.envelope_id = value;
    }
    return std::nullopt;
}

Refusal read_recipient_parameter(const std::string& key, const std::string& value, const SmtpOffer& offer,
                                 bool utf8, SmtpRecipient& recipient) {
    if (!offer.dsn || (key != "NOTIFY" && key != "ORCPT")) return unusable(key);
    if (key == "NOTIFY") {
        if (!recipient.notify.empty() || !is_notify(ascii_upper(value))) return malformed(key);
        recipient.notify = ascii_upper(value);
    } else {
        const bool ascii = is_printable_ascii(value);
        if (!recipient.original_recipient.empty() || !is_original_recipient(value) || (!ascii && !utf8))
            return malformed(key);
        recipient.original_recipient = value;
    }
    return std::nullopt;
}

std::string joined(std::string_view first, const std::string& first_value, std::string_view second,
                   const std::string& second_value) {
    std::string text;
    if (!first_value.empty()) text.append(first).append("=").append(first_value);
    if (second_value.empty()) return text;
    if (!text.empty()) text += ' ';
    return text.append(second).append("=").append(second_value);
}

}  // namespace

std::optional<SmtpReply> read_mail_parameters(std::string_view text, const SmtpOffer& offer,
                                              SmtpSender& sender) {
    const auto parameters = parse_smtp_parameters(text);
    if (!parameters) return make_reply(501, "5.5.4", "malformed parameters");
    for (const auto& [key, value] : *parameters)
        if (auto refusal = read_mail_parameter(key, value, offer, sender)) return refusal;
    return std::nullopt;
}

std::optional<SmtpReply> read_recipient_parameters(std::string_view text, const SmtpOffer& offer, bool utf8,
                                                   SmtpRecipient& recipient) {
    const auto parameters = parse_smtp_parameters(text);
    if (!parameters) return make_reply(501, "5.5.4", "malformed parameters");
    for (const auto& [key, value] : *parameters)
        if (auto refusal = read_recipient_parameter(key, value, offer, utf8, recipient)) return refusal;
    return std::nullopt;
}

std::string dsn_text(const SmtpSender& sender) {
    return joined("RET", sender.dsn_return, "ENVID", sender.envelope_id);
}

std::string dsn_text(const SmtpRecipient& recipient) {
    return joined("NOTIFY", recipient.notify, "ORCPT", recipient.original_recipient);
}

bool has_valid_dsn(const SmtpSender& sender) {
    return (sender.dsn_return.empty() || is_dsn_return(sender.dsn_return)) &&
           (sender.envelope_id.empty() || is_envelope_id(sender.envelope_id));
}

bool has_valid_dsn(const SmtpRecipient& recipient) {
    return (recipient.notify.empty() || is_notify(recipient.notify)) &&
           (recipient.original_recipient.empty() || is_original_recipient(recipient.original_recipient));
}

}  // namespace tocsin::proto
