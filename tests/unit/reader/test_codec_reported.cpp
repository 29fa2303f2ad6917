#include "reader/codec_reported.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;
using namespace tocsin::reported;

namespace {

ReadReport sample() {
    ReadReport report;
    report.reporter = "anna@company.example";
    report.reporter_name = "Anna";
    report.subject = "3|strange";
    report.message_id = "<r@company.example>";
    report.date = "today";
    report.comment = "line\nline";
    report.claim = Claim::phishing;
    report.warnings = {ReportWarning::ambiguous, ReportWarning::cut};
    ReportedMail& mail = report.mails.emplace_back();
    mail.shape = Shape::feedback_report;
    mail.grade = Grade::rebuilt;
    mail.offset = 0;
    mail.length = 10;
    mail.message_id = "<p@evil.example>";
    mail.record_id = "01ABC";
    mail.sender = "n@evil.example";
    mail.sender_name = "Bank";
    mail.mail_from = "b@evil.example";
    mail.subject = "Act";
    mail.date = "D";
    mail.recipients = {"a@b.example", "c@d.example"};
    mail.source_ip = "192.0.2.7";
    mail.source_ip_from = SourceIpFrom::received_spf;
    mail.feedback_type = "abuse";
    mail.provider = "provider.example";
    mail.user_agent = "Loop/1";
    mail.arrival_date = "then";
    mail.incidents = 3;
    mail.reported_uris = {"https://x.example/"};
    mail.warnings = {ReportWarning::redacted};
    report.mails.emplace_back();
    report.mails.back().inside = 0;
    report.mails.back().offset = 10;
    report.mails.back().length = 5;
    return report;
}

}  // namespace

TEST_CASE("a read report comes back as it was") {
    CHECK(decode_read_report(encode_read_report(sample()), 15) == sample());
    CHECK(decode_read_report(encode_read_report({}), 0) == ReadReport{});
}

TEST_CASE("a record that is cut or has something behind it is refused") {
    const std::string whole = encode_read_report(sample());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const ExactBuffer cut(std::string_view(whole).substr(0, size));
        CHECK_FALSE(decode_read_report(cut.text(), 15));
    }
    CHECK_FALSE(decode_read_report(whole + "x", 15));
    CHECK_FALSE(decode_read_report(std::string(limits::report_record_bytes + 1, '\0'), 0));
}

TEST_CASE("originals that lie outside, overlap, or go backwards are refused, and mails inside later ones") {
    const auto refused = [](auto change) {
        ReadReport report = sample();
        change(report);
        return !decode_read_report(encode_read_report(report), 15);
    };
    CHECK_FALSE(refused([](ReadReport&) {}));
    CHECK(refused([](ReadReport& report) { report.mails[1].length = 6; }));
    CHECK(refused([](ReadReport& report) { report.mails[1].offset = 9; }));
    CHECK(refused([](ReadReport& report) { report.mails[1].offset = 16; }));
    CHECK(refused([](ReadReport& report) { report.mails[1].length = UINT64_MAX; }));
    CHECK(refused([](ReadReport& report) { report.mails[1].inside = 1; }));
    CHECK(refused([](ReadReport& report) { report.mails[0].inside = 7; }));
    CHECK_FALSE(refused([](ReadReport& report) {
        report.mails[1].length = 0;
        report.mails[1].offset = 99;
    }));
    CHECK(refused([](ReadReport& report) { report.mails[0].shape = Shape::count_; }));
    CHECK(refused([](ReadReport& report) { report.mails[0].grade = Grade::count_; }));
    CHECK(refused([](ReadReport& report) { report.mails[0].source_ip_from = SourceIpFrom::count_; }));
    CHECK(refused([](ReadReport& report) { report.claim = Claim::count_; }));
    CHECK(refused([](ReadReport& report) { report.warnings = {ReportWarning::count_}; }));
}

TEST_CASE("what is too long is cut by the writer: every record fits, and is read again") {
    ReadReport report = sample();
    const std::string endless(100'000, 'x');
    report.comment = report.subject = endless;
    report.mails[0].subject = report.mails[0].sender = report.mails[0].message_id = endless;
    report.mails[0].recipients.assign(100, endless);
    report.mails[0].reported_uris.assign(100, endless);
    report.mails[0].incidents = UINT32_MAX;
    report.mails[0].sender_name = "\xFF bad";
    report.mails.assign(100, report.mails[0]);
    for (std::size_t index = 0; index < report.mails.size(); ++index) report.mails[index].offset = index * 10;
    const std::string record = encode_read_report(report);
    CHECK(record.size() <= limits::report_record_bytes);
    const std::optional<ReadReport> back = decode_read_report(record, 1000);
    REQUIRE(back);
    CHECK(back->mails.size() == limits::reported_mails);
    CHECK(back->mails[0].recipients.size() == limits::reported_recipients);
    CHECK(back->mails[0].incidents == limits::reported_incidents);
    CHECK(back->comment.size() == limits::report_comment_bytes);
}
