#include "scan/outcome_fields.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "mail/header_block.hpp"
#include "scan/inspection.hpp"

namespace tocsin::scan {

namespace {

using mail::is_ascii_digit;

constexpr std::string_view ellipsis = "…";
/// A field's value that is longer holds no address that somebody wrote.
constexpr std::size_t address_field_bytes = 4U << 10;
/// Digits of a subject and of a detail (RFC 3463 section 2).
constexpr std::size_t status_digits_max = 3;

std::string_view digits_at(std::string_view text) {
    std::size_t count = 0;
    while (count < text.size() && is_ascii_digit(text[count])) ++count;
    return text.substr(0, count);
}

/// "." 1*3DIGIT at the beginning, with the point; empty: none.
std::string_view point_and_digits(std::string_view text) {
    if (!text.starts_with('.')) return {};
    const std::size_t digits = digits_at(text.substr(1)).size();
    return digits == 0 || digits > status_digits_max ? std::string_view() : text.substr(0, digits + 1);
}

bool is_failure_class(char c) {
    return c == '4' || c == '5';
}

/// RFC 5321 section 4.2: the three digits of an answer that refuses, with a blank or hyphen behind.
bool is_reply_code(std::string_view text) {
    return text.size() > 3 && is_failure_class(text[0]) && text[1] >= '0' && text[1] <= '5' &&
           is_ascii_digit(text[2]) &&
           (text[3] == ' ' || text[3] == '-' || text[3] == '\r' || text[3] == '\n');
}

/// Whether an answer can begin behind `before`.
bool begins_answer(std::string_view before) {
    while (!before.empty() && mail::is_space_or_tab(before.back())) before.remove_suffix(1);
    return before.empty() || std::string_view(":;\n").find(before.back()) != std::string_view::npos;
}

/// Whether an enhanced code can stand behind `before`: "550 ", "550-", "#".
bool announces_status(std::string_view before, char status_class) {
    if (before.ends_with('#')) return true;
    if (before.size() < 4) return false;
    const std::string_view code = before.substr(before.size() - 4);
    return is_reply_code(code) && code[0] == status_class &&
           (before.size() == 4 || !mail::is_ascii_alphanumeric(before[before.size() - 5]));
}

std::string record_of_verdict(std::string_view value) {
    constexpr std::string_view name = "record=";
    for (std::size_t begin = 0; begin < value.size();) {
        const std::size_t end = std::min(value.find(';', begin), value.size());
        const std::string_view one = mail::trim(value.substr(begin, end - begin));
        if (one.starts_with(name)) return std::string(one.substr(name.size()));
        begin = end + 1;
    }
    return {};
}

bool is_record_id(std::string_view text) {
    return !text.empty() && text.size() <= limits::outcome_id_bytes &&
           std::ranges::all_of(text, [](char c) { return mail::is_ascii_alphanumeric(c) || c == '-'; });
}

/// The lowest field counts: servers on the way write above, so it is what the sender's own side wrote.
std::string record_id_of(const std::vector<mail::HeaderField>& fields) {
    std::string of_verdict;
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        const bool is_verdict = mail::equals_ignoring_case(field->name, "X-Tocsin-Verdict");
        if (!is_verdict && !mail::equals_ignoring_case(field->name, "X-Tocsin-Record")) continue;
        const std::string value = mail::unfold(field->raw_value);
        std::string id = is_verdict ? record_of_verdict(value) : std::string(mail::trim(value));
        if (!is_record_id(id)) continue;
        if (!is_verdict) return id;
        if (of_verdict.empty()) of_verdict = std::move(id);
    }
    return of_verdict;
}

bool says_redacted(std::string_view local_part) {
    return mail::find_ignoring_case(local_part, "redacted") != std::string_view::npos;
}

/// RFC 5321 section 4.1.2, and what servers deliver to besides: names with underscores, U-labels (RFC 6531), one label alone.
bool is_domain(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const auto is_letter = [](char c) {
        return mail::is_ascii_alphanumeric(c) || std::string_view("-_.:").find(c) != std::string_view::npos ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    return !text.empty() && !text.starts_with('.') && !text.ends_with('.') &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, is_letter);
}

/// The address of a mailbox if it has the shape of one.
std::string address_of(const mail::EmailAddress& address) {
    if (address.local_part.empty() || says_redacted(address.local_part) || !is_domain(address.domain.domain))
        return {};
    return whole_value(address.email, limits::outcome_address_bytes);
}

/// RFC 3464 section 2.1: groups of fields with empty lines between; a line of blanks counts as empty, since programs indent.
constexpr mail::HeaderRules group_rules = {.only_spaces = mail::OddLine::ends_headers};

}  // namespace

std::string value_of(const Fields& fields, std::string_view name) {
    const mail::HeaderField* field = mail::find_field(fields, name);
    return field == nullptr ? std::string() : std::string(mail::trim(mail::unfold(field->raw_value)));
}

Fields next_group(std::string_view& text) {
    text = text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
    if (text.empty()) return {};
    mail::HeaderBlock block = mail::read_header_block(as_bytes(text), group_rules);
    text.remove_prefix(block.body_begin == 0 ? text.size() : std::min(block.body_begin, text.size()));
    return std::move(block.fields);
}

bool is_headers_part(const mail::Entity& entity) {
    return entity.subtype == "rfc822-headers" || entity.media_type() == "message/global-headers";
}

std::string outcome_detail(std::string_view text) {
    std::string collapsed;
    for (const char c : mail::trim(text)) {
        if (collapsed.size() > limits::outcome_detail_bytes) break;
        const char shown = mail::is_ascii_space(c) ? ' ' : c;
        if (shown != ' ' || !collapsed.ends_with(' ')) collapsed.push_back(shown);
    }
    return printable(collapsed, limits::outcome_detail_bytes - ellipsis.size());
}

std::string whole_value(std::string_view text, std::size_t size_max) {
    const std::string_view value = mail::trim(text);
    if (value.empty() || value.size() > size_max) return {};
    return printable(value, size_max) == value ? std::string(value) : std::string();
}

std::string decode_xtext(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view code = text.substr(at, 3);
        if (code == "+2B" || code == "+3D") {
            out.push_back(code == "+2B" ? '+' : '=');
            at += 2;
        } else {
            out.push_back(text[at]);
        }
    }
    return out;
}

std::string_view enhanced_status(std::string_view text) {
    // RFC 3463 section 2: "2", "4" or "5", then subject and detail.
    const std::string_view value = mail::trim(text);
    if (value.empty() || (value[0] != '2' && !is_failure_class(value[0]))) return {};
    const std::string_view subject = point_and_digits(value.substr(1));
    if (subject.empty()) return {};
    const std::string_view detail = point_and_digits(value.substr(1 + subject.size()));
    if (detail.empty()) return {};
    const std::string_view status = value.substr(0, 1 + subject.size() + detail.size());
    const std::string_view behind = value.substr(status.size());
    // "5.1.1.3" is an address of a host.
    const bool goes_on = behind.size() > 1 && behind[0] == '.' && is_ascii_digit(behind[1]);
    return goes_on || (!behind.empty() && mail::is_ascii_alphanumeric(behind[0])) ? std::string_view()
                                                                                  : status;
}

AnswerCodes answer_codes(std::string_view text) {
    AnswerCodes codes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_failure_class(text[at])) continue;
        const std::string_view before = text.substr(0, at), here = text.substr(at);
        if (announces_status(before, text[at])) {
            const std::string_view status = enhanced_status(here.substr(0, limits::outcome_status_bytes + 2));
            if (!status.empty()) return {std::string(status), text[at]};
        }
        if (codes.reply_class == 0 && is_reply_code(here) && begins_answer(before))
            codes.reply_class = text[at];
    }
    return codes;
}

std::vector<std::string> OutcomeAddresses::all(std::string_view raw_value, std::size_t count_max) {
    std::vector<std::string> addresses;
    for (const mail::Mailbox& mailbox : mail::parse_mailboxes(raw_value, converters_, domain_names_)) {
        if (addresses.size() >= count_max) break;
        std::string address = address_of(mailbox.email);
        if (!address.empty()) addresses.push_back(std::move(address));
    }
    return addresses;
}

std::string OutcomeAddresses::first(std::string_view raw_value) {
    const std::vector<std::string> found = all(raw_value.substr(0, address_field_bytes), 1);
    return found.empty() ? std::string() : found.front();
}

std::string OutcomeAddresses::only(std::string_view raw_value) {
    if (raw_value.size() > address_field_bytes) return {};
    const std::vector<mail::Mailbox> mailboxes = mail::parse_mailboxes(raw_value, converters_, domain_names_);
    return mailboxes.size() == 1 ? address_of(mailboxes.front().email) : std::string();
}

std::string OutcomeAddresses::typed(std::string_view raw_value) {
    if (raw_value.size() > address_field_bytes) return {};
    const std::string unfolded = mail::unfold(raw_value);
    std::string_view address = unfolded;
    const std::size_t end_of_type = address.find(';');
    if (end_of_type != std::string_view::npos) {
        const std::string_view type = mail::trim(address.substr(0, end_of_type));
        if (!mail::equals_ignoring_case(type, "rfc822") && !mail::equals_ignoring_case(type, "utf-8"))
            return {};
        address.remove_prefix(end_of_type + 1);
    }
    return first(decode_xtext(address));
}

void note_original(const Fields& fields, OutcomeAddresses& addresses, ReportedOutcome& about) {
    const auto note = [&](std::string& value, std::string_view name, auto read) {
        if (!value.empty()) return;
        if (const mail::HeaderField* field = mail::find_field(fields, name)) value = read(field->raw_value);
    };
    const auto address = [&](std::string_view raw_value) { return addresses.first(raw_value); };
    note(about.message_id, "Message-ID", [](std::string_view raw_value) {
        return whole_value(mail::unfold(raw_value), limits::outcome_id_bytes);
    });
    note(about.original_mail_from, "Return-Path", address);
    note(about.original_from, "From", address);
    if (about.record_id.empty()) about.record_id = record_id_of(fields);
}

}  // namespace tocsin::scan
