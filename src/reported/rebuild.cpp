#include "reported/rebuild.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "mail/header_block.hpp"
#include "reported/rtf_body.hpp"

namespace tocsin::reported {

namespace {

constexpr std::string_view line_end = "\r\n";

/// A value on one line: whoever wrote it must not begin a field of his own.
std::string one_line(std::string_view value, std::size_t size_max = limits::reported_text_bytes * 8) {
    std::string out(value.substr(0, size_max));
    for (char& c : out)
        if (mail::is_control(c)) c = ' ';
    return std::string(mail::trim(out));
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : one_line(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

/// RFC 4648 section 4 in lines of 76 characters.
void append_base64(std::string& out, ByteView bytes) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t line_bytes = 57;
    const auto byte = [&bytes](std::size_t at) {
        return at < bytes.size() ? std::to_integer<std::uint32_t>(bytes[at]) : 0U;
    };
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::uint32_t three = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
        for (unsigned i = 0; i < 4; ++i)
            out += at + i > bytes.size() ? '=' : alphabet[three >> (18 - 6 * i) & 0x3FU];
        if ((at + 3) % line_bytes == 0) out += line_end;
    }
    if (!out.ends_with(line_end)) out += line_end;
}

std::size_t base64_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4 + bytes / 57 * 2 + 2;
}

struct Address {
    std::string name, email;
    [[nodiscard]] std::string text() const {
        if (email.empty()) return name.empty() ? std::string() : quoted(name);
        const std::string inside = "<" + one_line(email) + ">";
        return name.empty() || name == email ? inside : quoted(name) + " " + inside;
    }
};

/// About what the files of the message take.
std::size_t encoded_size(const MapiMessage& message) {
    std::size_t size = 0;
    for (const MapiAttachment& one : message.attachments)
        size += one.message ? encoded_size(*one.message)
                            : base64_size(one.properties.bytes(PropertyId::attach_data).size());
    return size;
}

/// Fields about a body that is put together anew.
bool describes_body(std::string_view name) {
    return mail::is_mime_field(name) || mail::equals_ignoring_case(name, "MIME-Version");
}

class Rebuilder {
public:
    explicit Rebuilder(mail::CharsetConverters& converters) : converters_(converters) {}

    Rebuilt run(MapiMessage& message) {
        // At once: a text that grows is there twice while it does.
        out_.reserve(std::min(encoded_size(message), limits::report_originals_bytes));
        add_message(message, 0);
        if (message.damaged) warn(ReportWarning::damaged);
        if (message.too_deep) warn(ReportWarning::too_deep);
        if (message.too_many) warn(ReportWarning::cut);
        if (too_large_) {
            out_.clear();
            warn(ReportWarning::too_large);
        }
        return {std::move(out_), std::move(warnings_)};
    }

private:
    void warn(ReportWarning warning) { add_warning(warnings_, warning); }
    void line(std::string_view text) { (out_ += text) += line_end; }
    void field(std::string_view name, std::string_view value) {
        if (!value.empty()) (((out_ += name) += ": ") += value) += line_end;
    }
    /// False when so many bytes more find no room.
    bool room(std::size_t bytes) {
        if (out_.size() + bytes > limits::report_originals_bytes) too_large_ = true;
        return !too_large_;
    }

    void add_message(MapiMessage& message, std::size_t depth);
    void add_header(const MapiMessage& message);
    bool add_kept_header(const MapiMessage& message);
    [[nodiscard]] Address address(const MapiProperties& properties, PropertyId name, PropertyId smtp,
                                  PropertyId other, PropertyId type) const;
    [[nodiscard]] std::string recipients(const MapiMessage& message, std::uint32_t type) const;
    void add_bodies(MapiMessage& message, const std::string& boundary);
    void add_text_part(std::string_view subtype, std::string_view text);
    std::string html_of(const MapiMessage& message);
    void add_attachment(MapiAttachment& attachment, std::size_t depth);
    void add_file(MapiAttachment& attachment);

    [[nodiscard]] std::string text(const MapiProperties& properties, PropertyId id) const {
        return properties.text(id, charset_, converters_);
    }

    mail::CharsetConverters& converters_;
    std::string charset_ = "windows-1252";
    std::string out_;
    std::vector<ReportWarning> warnings_;
    bool too_large_ = false;
};

void Rebuilder::add_message(MapiMessage& message, std::size_t depth) {
    const std::string charset_before = charset_;
    const auto codepage = message.properties.integer(PropertyId::message_codepage);
    if (codepage) charset_ = charset_of_codepage(*codepage);
    add_header(message);
    line("MIME-Version: 1.0");
    // No body can hold these lines: texts and files are base64, and header fields never begin a line with a hyphen.
    const std::string mixed = fmt::format("=_tocsin_mixed_{}", depth),
                      bodies = fmt::format("=_tocsin_bodies_{}", depth);
    line(fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"", mixed));
    line("");
    line("--" + mixed);
    add_bodies(message, bodies);
    for (MapiAttachment& attachment : message.attachments) {
        if (too_large_) return;
        line("--" + mixed);
        add_attachment(attachment, depth);
    }
    line("--" + mixed + "--");
    charset_ = charset_before;
}

void Rebuilder::add_header(const MapiMessage& message) {
    if (add_kept_header(message)) return;
    warn(ReportWarning::header_made);
    const MapiProperties& properties = message.properties;
    const Address sender = address(properties, PropertyId::sender_name, PropertyId::sender_smtp_address,
                                   PropertyId::sender_address, PropertyId::sender_address_type);
    Address from = address(properties, PropertyId::represented_name, PropertyId::represented_smtp_address,
                           PropertyId::represented_address, PropertyId::represented_address_type);
    if (from.email.empty()) from = sender;
    field("From", from.text());
    if (!sender.email.empty() && !mail::equals_ignoring_case(sender.email, from.email))
        field("Sender", sender.text());
    constexpr std::uint32_t type_to = 1, type_cc = 2;
    std::string to = recipients(message, type_to), cc = recipients(message, type_cc);
    field("To", to.empty() ? one_line(text(properties, PropertyId::display_to)) : to);
    field("Cc", cc.empty() ? one_line(text(properties, PropertyId::display_cc)) : cc);
    field("Subject", one_line(text(properties, PropertyId::subject)));
    const std::string submitted = properties.date(PropertyId::client_submit_time);
    field("Date", submitted.empty() ? properties.date(PropertyId::delivery_time) : submitted);
    field("Message-ID", one_line(text(properties, PropertyId::internet_message_id)));
    field("In-Reply-To", one_line(text(properties, PropertyId::in_reply_to)));
    field("References", one_line(text(properties, PropertyId::references)));
}

/// [MS-OXOMSG] section 2.2.1.61 (PidTagTransportMessageHeaders), field by field: so that nothing in it ends the header early.
bool Rebuilder::add_kept_header(const MapiMessage& message) {
    std::string kept = text(message.properties, PropertyId::transport_headers);
    // A line that older versions put before it.
    constexpr std::string_view preamble = "Microsoft Mail Internet Headers Version 2.0";
    if (kept.starts_with(preamble)) kept.erase(0, std::min(kept.find('\n'), kept.size() - 1) + 1);
    const mail::HeaderBlock block = mail::read_header_block(as_bytes(kept));
    if (!room(kept.size())) return true;
    bool any = false;
    for (const mail::HeaderField& one : block.fields) {
        if (describes_body(one.name)) continue;
        any = true;
        std::string_view left = one.raw_value;
        out_ += one.name;
        out_ += ':';
        for (bool first = true; !left.empty() || first; first = false) {
            const std::size_t end = mail::find_line_end(left);
            const std::string_view piece = left.substr(0, end);
            // A line that was folded stays folded, with white space in front whatever stood there.
            if (!first && !piece.empty() && !mail::is_space_or_tab(piece.front())) out_ += ' ';
            if (first || !piece.empty()) line(piece);
            left.remove_prefix(std::min(left.find_first_not_of("\r\n", end), left.size()));
        }
    }
    return any;
}

Address Rebuilder::address(const MapiProperties& properties, PropertyId name, PropertyId smtp,
                           PropertyId other, PropertyId type) const {
    Address address{one_line(text(properties, name)), one_line(text(properties, smtp))};
    // Inside Exchange an address is the path of a directory entry ("EX"): of no use outside.
    if (address.email.empty() && !mail::equals_ignoring_case(text(properties, type), "EX"))
        address.email = one_line(text(properties, other));
    if (address.email.find('@') == std::string::npos) address.email.clear();
    return address;
}

std::string Rebuilder::recipients(const MapiMessage& message, std::uint32_t type) const {
    std::string all;
    for (const MapiProperties& recipient : message.recipients) {
        if (recipient.integer(PropertyId::recipient_type).value_or(1) != type) continue;
        Address one{one_line(text(recipient, PropertyId::display_name)),
                    one_line(text(recipient, PropertyId::smtp_address))};
        if (one.email.empty()) one.email = one_line(text(recipient, PropertyId::email_address));
        if (one.email.find('@') == std::string::npos) one.email.clear();
        if (one.text().empty()) continue;
        all += (all.empty() ? "" : ",\r\n ") + one.text();
    }
    return all;
}

void Rebuilder::add_text_part(std::string_view subtype, std::string_view body) {
    line(fmt::format("Content-Type: text/{}; charset=utf-8", subtype));
    line("Content-Transfer-Encoding: base64");
    line("");
    if (room(base64_size(body.size()))) append_base64(out_, as_bytes(body));
}

/// PidTagHtml is binary in the code page that PidTagInternetCodepage names; some programs write it as a string.
std::string Rebuilder::html_of(const MapiMessage& message) {
    const MapiProperties& properties = message.properties;
    if (properties.type(PropertyId::html) != type_binary) return text(properties, PropertyId::html);
    const auto codepage = properties.integer(PropertyId::internet_codepage);
    return converters_.to_utf8(as_text(properties.bytes(PropertyId::html)),
                               codepage ? charset_of_codepage(*codepage) : std::string());
}

void Rebuilder::add_bodies(MapiMessage& message, const std::string& boundary) {
    std::string plain = text(message.properties, PropertyId::body), html = html_of(message);
    message.properties.drop(PropertyId::body);
    message.properties.drop(PropertyId::html);
    if (html.empty()) {
        const auto rtf = unpack_rtf(message.properties.bytes(PropertyId::rtf_compressed));
        if (rtf && rtf->cut) warn(ReportWarning::damaged);
        RtfText found;
        if (rtf) found = read_rtf_text(rtf->text, converters_);
        std::string* taken = found.content == RtfContent::html ? &html : plain.empty() ? &plain : nullptr;
        if (taken != nullptr && !found.text.empty()) {
            *taken = std::move(found.text);
            warn(ReportWarning::body_from_rtf);
        }
    }
    if (plain.empty() && html.empty()) warn(ReportWarning::body_lost);
    if (plain.empty() == html.empty()) {
        line(fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"", boundary));
        line("");
        line("--" + boundary);
        add_text_part("plain", plain);
        line("--" + boundary);
        add_text_part("html", html);
        line("--" + boundary + "--");
    } else {
        add_text_part(html.empty() ? "plain" : "html", html.empty() ? plain : html);
    }
}

void Rebuilder::add_attachment(MapiAttachment& attachment, std::size_t depth) {
    if (attachment.message == nullptr) return add_file(attachment);
    line("Content-Type: message/rfc822");
    line("");
    add_message(*attachment.message, depth + 1);
    attachment.message.reset();
}

void Rebuilder::add_file(MapiAttachment& attachment) {
    const MapiProperties& properties = attachment.properties;
    std::string name = one_line(text(properties, PropertyId::attach_long_file_name));
    if (name.empty()) name = one_line(text(properties, PropertyId::attach_file_name));
    const std::string declared = text(properties, PropertyId::attach_mime_type);
    const bool is_type = std::ranges::count(declared, '/') == 1 && std::ranges::all_of(declared, [](char c) {
                             return mail::is_token_character(c) || c == '/';
                         });
    // What says that it is mail is a file here, byte for byte; our own words must not be taken for its.
    const bool is_composite = mail::starts_with_ignoring_case(declared, "multipart/") ||
                              mail::starts_with_ignoring_case(declared, "message/");
    out_ += "Content-Type: ";
    out_ += is_type && !is_composite ? declared : "application/octet-stream";
    if (!name.empty()) out_ += "; name=" + quoted(name);
    line("");
    line("Content-Transfer-Encoding: base64");
    line("Content-Disposition: attachment" + (name.empty() ? "" : "; filename=" + quoted(name)));
    const std::string id = one_line(text(properties, PropertyId::attach_content_id));
    if (!id.empty()) field("Content-ID", "<" + id + ">");
    line("");
    const ByteView content = properties.bytes(PropertyId::attach_data);
    if (room(base64_size(content.size()))) append_base64(out_, content);
    attachment.properties.drop(PropertyId::attach_data);
}

}  // namespace

Rebuilt rebuild_message(MapiMessage& message, mail::CharsetConverters& converters) {
    return Rebuilder(converters).run(message);
}

}  // namespace tocsin::reported
