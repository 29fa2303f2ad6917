// Any bytes as a report, and as the reported mail itself: every original lies in what was kept, every bound holds, the record
// about it is read again as it was, in bounded time.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/charset.hpp"
#include "reader/codec_reported.hpp"
#include "reported/report_reader.hpp"

using namespace tocsin;
using namespace tocsin::reported;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_text(const std::string& text, std::size_t size_max) {
    require(text.size() <= size_max && mail::is_valid_utf8(text));
    require(text.find('\0') == std::string::npos && text.find('\x1b') == std::string::npos);
}

void check_mail(const ReportedMail& mail, ByteView input, const std::string& originals) {
    for (const std::string* text : {&mail.sender_name, &mail.subject, &mail.date, &mail.feedback_type,
                                    &mail.provider, &mail.user_agent, &mail.arrival_date})
        check_text(*text, limits::reported_text_bytes);
    for (const std::string* address : {&mail.sender, &mail.mail_from})
        check_text(*address, limits::outcome_address_bytes);
    require(mail.offset + mail.length <= originals.size());
    require(mail.recipients.size() <= limits::reported_recipients);
    require(mail.reported_uris.size() <= limits::reported_uris);
    // What is called exact and was not encoded stands in the input as it is.
    if (mail.shape == Shape::submitted) require(mail.length == input.size());
}

void check_form(ByteView input, ReportForm form, mail::MailTools& tools) {
    std::string originals;
    const auto keep = [&originals](ByteView bytes) -> Result<std::uint64_t> {
        if (bytes.size() > limits::report_originals_bytes - originals.size())
            return fail(ErrorCode::limit, "full");
        const std::uint64_t offset = originals.size();
        originals += as_text(bytes);
        return offset;
    };
    const ReadReport report =
        read_report(input, {.form = form, .keep = keep, .time_left = [] { return true; }, .tools = tools});
    require(report.mails.size() <= limits::reported_mails);
    check_text(report.comment, limits::report_comment_bytes);
    for (const ReportedMail& mail : report.mails) check_mail(mail, input, originals);
    const std::string record = reader::encode_read_report(report);
    require(record.size() <= limits::report_record_bytes);
    const auto back = reader::decode_read_report(record, originals.size());
    require(back.has_value() && *back == report);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    static mail::MailTools tools;
    constexpr std::chrono::seconds time_max(10);
    const auto start = std::chrono::steady_clock::now();
    check_form(input, ReportForm::report, tools);
    check_form(input, ReportForm::submitted, tools);
    require(std::chrono::steady_clock::now() - start < time_max);
    // A record that nobody wrote: what is read out of it can be written and read again.
    if (const auto report = reader::decode_read_report(as_text(input), size)) {
        const auto back = reader::decode_read_report(reader::encode_read_report(*report), size);
        require(back.has_value() && *back == *report);
    }
    return 0;
}
