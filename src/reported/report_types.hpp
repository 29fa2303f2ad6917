// What somebody reported: the mails that a report is about, how sure their bytes are, and what the report itself says. Plain
// values that cross from the confined reader to the daemon; no parser is needed to use this header (target
// tocsin_reported_types).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::reported {

/// How a mail came to be in a report.
enum class Shape : std::uint8_t {
    submitted,         ///< the bytes were handed in as the mail itself; who asked said so
    attached_message,  ///< message/rfc822 or message/global (RFC 2046 section 5.2.1)
    eml_file,          ///< a file that is a message
    eml_in_zip,
    outlook_msg,        ///< .msg ([MS-OXMSG])
    tnef,               ///< winmail.dat ([MS-OXTNEF])
    inline_forward,     ///< quoted in the text
    feedback_report,    ///< ARF (RFC 5965)
    feedback_attached,  ///< a provider's loop without a report for programs: Microsoft's JMRP
    xarf,               ///< X-ARF, as fields (0.2) or JSON (3, 4)
    count_,
};

/// What the bytes are worth as evidence. Order is rank: the first is the best.
enum class Grade : std::uint8_t {
    raw,        ///< A: the bytes of the message as they were handed to us
    rebuilt,    ///< B: put together again from Outlook's properties; signatures no longer fit
    text_only,  ///< C: quoted text, a header alone, or with addresses taken out
    count_,
};

/// What has to be known beside the grade.
enum class ReportWarning : std::uint8_t {
    ambiguous,     ///< the report can be read in more than one way; the reading of most mail programs counts
    parser_limit,  ///< a limit of the message parser hid a part of the report
    too_many_mails,    ///< limits::reported_mails
    too_many_files,    ///< limits::report_files
    too_deep,          ///< limits::report_depth
    too_large,         ///< limits::report_originals_bytes: this one, or one of these, was left out
    out_of_time,       ///< limits::report_time_ms
    damaged,           ///< a file or container is cut or broken; what could be read is there
    locked,            ///< an archive is locked with a password
    header_only,       ///< only the header was sent
    nothing_sent,      ///< nothing of the mail was sent, only what the report says of it
    redacted,          ///< the sender of the report took addresses out (RFC 6590)
    no_trace,          ///< no Received field: the header was written, or written anew, by a mail program
    header_made,       ///< Outlook had not kept the header; ours was made from its properties
    body_from_rtf,     ///< the text was only there as RTF; its form is a guess
    body_lost,         ///< no text was in it, or it could not be read
    no_feedback_part,  ///< says that it is a feedback report, and has none
    unknown_version,   ///< a report for programs in a version that we do not know
    cut,               ///< a list or text in the report is longer than is kept
    nothing_found,     ///< no mail was found in the report
    count_,
};

/// Who says from which address the mail came to the recipient's server.
enum class SourceIpFrom : std::uint8_t {
    nobody,
    report,            ///< Source-IP of the report
    x_originating_ip,  ///< ... and these were derived from the mail's header
    received_spf,
    authentication_results,
    received,  ///< the topmost public address in a Received field
    count_,
};

/// What the reporter says the mail is: "1|", "2|", "3|" before the subject, as Microsoft's buttons write it.
enum class Claim : std::uint8_t { none, junk, not_junk, phishing, count_ };

/// Stable names: "eml_in_zip", "A", "header_only", "received_spf", "phishing".
[[nodiscard]] std::string_view to_string(Shape shape);
[[nodiscard]] std::string_view to_string(Grade grade);
[[nodiscard]] std::string_view to_string(ReportWarning warning);
[[nodiscard]] std::string_view to_string(SourceIpFrom from);
[[nodiscard]] std::string_view to_string(Claim claim);
/// For people.
[[nodiscard]] std::string_view explain(Shape shape);
[[nodiscard]] std::string_view explain(Grade grade);
[[nodiscard]] std::string_view explain(ReportWarning warning);

inline constexpr std::uint32_t in_no_mail = 0xFFFFFFFFU;

/// One mail that was reported. Every text is a claim of whoever wrote it, and may be empty.
struct ReportedMail {
    Shape shape{};
    Grade grade{};
    std::uint32_t inside = in_no_mail;  ///< index into ReadReport::mails of the mail that it was found in
    /// Where its bytes stand in the originals; zero length: nothing was sent.
    std::uint64_t offset = 0, length = 0;

    std::string message_id;  ///< with angle brackets; limits::outcome_id_bytes, as the next
    std::string record_id;   ///< of our own record, from a header field that we wrote
    std::string sender;      ///< address in From; limits::outcome_address_bytes, as all addresses
    std::string sender_name;
    std::string mail_from;  ///< address that the envelope had
    std::string subject;
    std::string date;                     ///< as written
    std::vector<std::string> recipients;  ///< addresses; at most limits::reported_recipients
    std::string source_ip;
    SourceIpFrom source_ip_from = SourceIpFrom::nobody;

    // Of a report for programs only.
    std::string feedback_type;  ///< lower case: "abuse", "not-spam"
    std::string provider;       ///< domain of who sent the report
    std::string user_agent;
    std::string arrival_date;  ///< as written
    std::uint32_t incidents = 0;
    std::vector<std::string> reported_uris;  ///< at most limits::reported_uris

    std::vector<ReportWarning> warnings;  ///< each once

    bool operator==(const ReportedMail&) const = default;
};

/// What a report says. Bytes of the mails are kept beside it.
struct ReadReport {
    std::string reporter;  ///< address in its From: nobody checked it here
    std::string reporter_name;
    std::string subject;
    std::string message_id;
    std::string date;     ///< as written
    std::string comment;  ///< what the reporter wrote; limits::report_comment_bytes
    Claim claim = Claim::none;
    std::vector<ReportedMail> mails;      ///< at most limits::reported_mails
    std::vector<ReportWarning> warnings;  ///< each once

    bool operator==(const ReadReport&) const = default;
};

/// Adds it unless it is there.
void add_warning(std::vector<ReportWarning>& warnings, ReportWarning warning);

}  // namespace tocsin::reported
