#include "reader/codec_reported.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/report_codec.hpp"

namespace tocsin::reader {

namespace {

using reported::ReadReport;
using reported::ReportedMail;
using reported::ReportWarning;

constexpr std::size_t warnings_max = static_cast<std::size_t>(ReportWarning::count_);

/// Every text of a mail at its longest, with its length in front; numbers and enumerators.
constexpr std::size_t mail_bytes_max =
    2 * (4 + limits::outcome_id_bytes) +
    (2 + limits::reported_recipients) * (4 + limits::outcome_address_bytes) +
    (7 + limits::reported_uris) * (4 + limits::reported_text_bytes) + 4 + limits::reported_ip_bytes +
    warnings_max + 64;
static_assert(limits::reported_mails * mail_bytes_max + limits::report_comment_bytes +
                  8 * limits::reported_text_bytes <=
              limits::report_record_bytes);

template <typename Enum>
void write_enum(ByteWriter& out, Enum value) {
    out.u8(static_cast<std::uint8_t>(value));
}

template <typename Enum>
Enum read_enum(ByteReader& in) {
    const std::uint8_t value = in.u8();
    if (value < static_cast<std::uint8_t>(Enum::count_)) return static_cast<Enum>(value);
    in.set_failed();
    return {};
}

void write_list(ByteWriter& out, const std::vector<std::string>& list, std::size_t count_max,
                std::size_t bytes_max) {
    const std::size_t count = std::min(list.size(), count_max);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) write_text(out, list[index], bytes_max);
}

std::vector<std::string> read_list(ByteReader& in, std::size_t count_max, std::size_t bytes_max) {
    std::vector<std::string> list;
    const std::uint32_t count = in.count(count_max);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        list.push_back(read_text(in, bytes_max));
    return list;
}

void write_warnings(ByteWriter& out, const std::vector<ReportWarning>& warnings) {
    const std::size_t count = std::min(warnings.size(), warnings_max);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) write_enum(out, warnings[index]);
}

std::vector<ReportWarning> read_warnings(ByteReader& in) {
    std::vector<ReportWarning> warnings;
    const std::uint32_t count = in.count(warnings_max);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        warnings.push_back(read_enum<ReportWarning>(in));
    return warnings;
}

void write_mail(ByteWriter& out, const ReportedMail& mail) {
    constexpr std::size_t text = limits::reported_text_bytes, address = limits::outcome_address_bytes;
    write_enum(out, mail.shape);
    write_enum(out, mail.grade);
    out.u32(mail.inside);
    out.u64(mail.offset);
    out.u64(mail.length);
    write_text(out, mail.message_id, limits::outcome_id_bytes);
    write_text(out, mail.record_id, limits::outcome_id_bytes);
    write_text(out, mail.sender, address);
    write_text(out, mail.sender_name, text);
    write_text(out, mail.mail_from, address);
    write_text(out, mail.subject, text);
    write_text(out, mail.date, text);
    write_list(out, mail.recipients, limits::reported_recipients, address);
    write_text(out, mail.source_ip, limits::reported_ip_bytes);
    write_enum(out, mail.source_ip_from);
    write_text(out, mail.feedback_type, text);
    write_text(out, mail.provider, text);
    write_text(out, mail.user_agent, text);
    write_text(out, mail.arrival_date, text);
    out.u32(std::min(mail.incidents, limits::reported_incidents));
    write_list(out, mail.reported_uris, limits::reported_uris, text);
    write_warnings(out, mail.warnings);
}

ReportedMail read_mail(ByteReader& in) {
    constexpr std::size_t text = limits::reported_text_bytes, address = limits::outcome_address_bytes;
    ReportedMail mail;
    mail.shape = read_enum<reported::Shape>(in);
    mail.grade = read_enum<reported::Grade>(in);
    mail.inside = in.u32();
    mail.offset = in.u64();
    mail.length = in.u64();
    mail.message_id = read_text(in, limits::outcome_id_bytes);
    mail.record_id = read_text(in, limits::outcome_id_bytes);
    mail.sender = read_text(in, address);
    mail.sender_name = read_text(in, text);
    mail.mail_from = read_text(in, address);
    mail.subject = read_text(in, text);
    mail.date = read_text(in, text);
    mail.recipients = read_list(in, limits::reported_recipients, address);
    mail.source_ip = read_text(in, limits::reported_ip_bytes);
    mail.source_ip_from = read_enum<reported::SourceIpFrom>(in);
    mail.feedback_type = read_text(in, text);
    mail.provider = read_text(in, text);
    mail.user_agent = read_text(in, text);
    mail.arrival_date = read_text(in, text);
    mail.incidents = in.u32();
    if (mail.incidents > limits::reported_incidents) in.set_failed();
    mail.reported_uris = read_list(in, limits::reported_uris, text);
    mail.warnings = read_warnings(in);
    return mail;
}

/// Originals do not overlap, so that what they take together is bounded by what was written.
bool in_order(const std::vector<ReportedMail>& mails, std::uint64_t originals_bytes) {
    std::uint64_t end = 0;
    for (std::size_t index = 0; index < mails.size(); ++index) {
        const ReportedMail& mail = mails[index];
        if (mail.inside != reported::in_no_mail && mail.inside >= index) return false;
        if (mail.length == 0) continue;
        if (mail.offset < end || mail.offset > originals_bytes || mail.length > originals_bytes - mail.offset)
            return false;
        end = mail.offset + mail.length;
    }
    return true;
}

}  // namespace

std::string encode_read_report(const ReadReport& report) {
    ByteWriter out;
    write_text(out, report.reporter, limits::outcome_address_bytes);
    write_text(out, report.reporter_name, limits::reported_text_bytes);
    write_text(out, report.subject, limits::reported_text_bytes);
    write_text(out, report.message_id, limits::outcome_id_bytes);
    write_text(out, report.date, limits::reported_text_bytes);
    write_text(out, report.comment, limits::report_comment_bytes);
    write_enum(out, report.claim);
    write_warnings(out, report.warnings);
    const std::size_t count = std::min(report.mails.size(), limits::reported_mails);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) write_mail(out, report.mails[index]);
    return out.take();
}

std::optional<ReadReport> decode_read_report(std::string_view record, std::uint64_t originals_bytes) {
    if (record.size() > limits::report_record_bytes) return std::nullopt;
    ByteReader in(record);
    ReadReport report;
    report.reporter = read_text(in, limits::outcome_address_bytes);
    report.reporter_name = read_text(in, limits::reported_text_bytes);
    report.subject = read_text(in, limits::reported_text_bytes);
    report.message_id = read_text(in, limits::outcome_id_bytes);
    report.date = read_text(in, limits::reported_text_bytes);
    report.comment = read_text(in, limits::report_comment_bytes);
    report.claim = read_enum<reported::Claim>(in);
    report.warnings = read_warnings(in);
    const std::uint32_t count = in.count(limits::reported_mails);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        report.mails.push_back(read_mail(in));
    if (in.failed() || !in.at_end() || !in_order(report.mails, originals_bytes)) return std::nullopt;
    return report;
}

}  // namespace tocsin::reader
