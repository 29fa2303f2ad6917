#include "api/report_fields.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/limits/report_form.hpp"
#include "base/limits/respond.hpp"
#include "share/text.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

constexpr std::size_t base64_line = 76;

Error wrong(std::string text) {
    return {ErrorCode::invalid_input, std::move(text)};
}

/// An address that may stand in a field of a mail as it is. Whether it is his, nobody knows.
bool is_plain_address(std::string_view text) {
    const std::size_t at = text.find('@');
    const auto plain = [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F &&
               std::string_view("<>()[]{},;:\\\"").find(c) == std::string_view::npos;
    };
    return text.size() <= limits::form_address_bytes && at != std::string_view::npos && at > 0 &&
           at + 1 < text.size() && text.rfind('@') == at && std::ranges::all_of(text, plain) &&
           store::is_storable(text, limits::form_address_bytes);
}

Result<void> take_text(const proto::FormPart& part, ReportFields& out) {
    const std::string_view text = trim(part.content);
    if (part.name == "address")
        out.address = text;
    else if (part.name == "words")
        out.words = text;
    else if (part.name == "token")
        out.token = text;
    else if (part.name == "source")
        out.source = text;
    else if (part.name == "deed") {
        const auto deed = respond::from_word<respond::Deed>(text);
        if (!deed) return std::unexpected(wrong("Say what you did with the mail: choose one of the four."));
        out.deed = *deed;
    } else
        return std::unexpected(
            wrong("The form has a field that is not known here. Load the page again, and send it anew."));
    return {};
}

Result<void> check_lengths(const ReportFields& fields) {
    if (!fields.address.empty() && !is_plain_address(fields.address))
        return std::unexpected(
            wrong("This is no mail address. Write it like anna@company.example, or leave it out."));
    if (fields.words.size() > limits::form_words_bytes)
        return std::unexpected(wrong(fmt::format("That is a long text: please keep it below {} letters.",
                                                 limits::form_words_bytes / 2)));
    return {};
}

Result<void> check_content(const ReportFields& fields) {
    if (!fields.file.empty() && !fields.source.empty())
        return std::unexpected(
            wrong("There is a file, and a pasted mail. Send one of them, and the other one afterwards."));
    if (fields.file.empty() && !fields.file_name.empty())
        return std::unexpected(wrong("The file is empty. Save the mail once more, and choose it again."));
    if (fields.file.empty() && fields.source.empty() && fields.words.empty())
        return std::unexpected(
            wrong("Nothing was filled in. Choose the mail as a file, or say in your own words what came."));
    return {};
}

std::string in_lines(const std::string& base64) {
    std::string out;
    for (std::size_t at = 0; at < base64.size(); at += base64_line)
        out += base64.substr(at, base64_line) + "\r\n";
    return out;
}

/// A report as if it had come by mail, without a mail in it. The words are base64: none of them can become a field.
std::string mail_of(const ReportFields& fields) {
    return (fields.address.empty() ? std::string() : "From: <" + fields.address + ">\r\n") +
           "Subject: A report in words\r\nMIME-Version: 1.0\r\n"
           "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           in_lines(share::to_base64(fields.words));
}

}  // namespace

Result<void> read_fields(std::span<const proto::FormPart> parts, ReportFields& out) {
    std::set<std::string_view> seen;
    Result<void> first;
    for (const proto::FormPart& part : parts) {
        Result<void> taken;
        if (!seen.insert(part.name).second)
            taken = std::unexpected(wrong("A field came twice. Load the page again, and send it anew."));
        else if (part.name == "file") {
            out.file = part.content;
            out.file_name = store::stored_text(part.file_name.value_or(""), limits::form_file_name_bytes);
        } else
            taken = take_text(part, out);
        if (first && !taken) first = std::move(taken);
    }
    if (first) first = check_lengths(out);
    if (first) first = check_content(out);
    return first;
}

FilledReport report_from(const ReportFields& fields) {
    FilledReport out;
    out.report.way = respond::Way::web;
    out.report.reporter = fields.address;
    out.report.deed = fields.deed;
    // The note bears a mark of what the evidence is: it has to fit as well.
    constexpr std::size_t room_for_mark = 64;
    out.report.note = store::stored_text(fields.words, limits::respond_text_bytes - room_for_mark);
    if (!fields.file.empty()) {
        out.report.content = HandedIn::the_mail;
        out.file = fields.file;
        return out;
    }
    out.report.content = fields.source.empty() ? HandedIn::words : HandedIn::pasted_mail;
    out.made = fields.source.empty() ? mail_of(fields) : fields.source + "\r\n";
    return out;
}

}  // namespace tocsin::api
