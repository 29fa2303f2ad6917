// Limits of reading what people report. Included by its users, not by limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// A report with all that is attached, and what is taken out of one zip in it. Mail servers take 25 to 35 MiB, so larger ones
/// come from nobody.
inline constexpr std::size_t report_bytes = 40U << 20;
/// The originals taken out of one report together; rebuilt ones grow by a third, because files in them become base64.
inline constexpr std::size_t report_originals_bytes = 64U << 20;
/// Originals in one report. A person who reports more sends them in several.
inline constexpr std::size_t reported_mails = 32;
/// Messages inside messages: a report of a forward of a forward of a mail.
inline constexpr std::size_t report_depth = 4;
/// Attachments and members of archives that are looked at in one report.
inline constexpr std::size_t report_files = 256;
/// Quotations inside quotations of one text that are taken for mails of their own.
inline constexpr std::size_t inline_forwards = 4;
/// A page that is read for quotations; of a larger one nothing is, since every form of it takes memory. Mail programs write a few
/// kilobytes, long conversations some hundred.
inline constexpr std::size_t report_page_bytes = 4U << 20;
/// Time for one report; what is found until then is told, with the warning `out_of_time`.
inline constexpr std::uint32_t report_time_ms = 3'000;
/// What the reporter wrote himself; a longer text is cut.
inline constexpr std::size_t report_comment_bytes = 4U << 10;
/// Subjects, names, dates and other texts of one mail; longer ones are cut.
inline constexpr std::size_t reported_text_bytes = 512;
/// Recipients and reported addresses of pages of one mail that are kept.
inline constexpr std::size_t reported_recipients = 16, reported_uris = 8;
/// An IP address as text: 45 bytes are the longest (an IPv4 address inside an IPv6 one).
inline constexpr std::size_t reported_ip_bytes = 46;
/// `Incidents` of a feedback report: more is a mistake or a lie.
inline constexpr std::uint32_t reported_incidents = 1'000'000;
/// What the reader writes about a report beside the originals: 32 mails with every text at its longest.
inline constexpr std::size_t report_record_bytes = 512U << 10;
/// Properties of one Outlook object; recipients and attachments of one message.
inline constexpr std::size_t mapi_properties = 4096, mapi_objects = 1024;
/// A body in RTF, unpacked: it packs repetitions, so that a few kilobytes could become anything.
inline constexpr std::size_t rtf_text_bytes = 8U << 20;
/// Groups inside groups of an RTF text; Outlook writes fewer than ten.
inline constexpr std::size_t rtf_depth = 128;
/// The JSON of an X-ARF report: its evidence is inside. Values in it, and arrays in arrays.
inline constexpr std::size_t xarf_json_bytes = 16U << 20, xarf_json_values = 4096, xarf_json_depth = 16;
/// The text for programs of an older X-ARF report, and of a feedback report.
inline constexpr std::size_t feedback_bytes = 256U << 10;
/// Evidence items of one X-ARF report (its specification allows 50; mails in it count as mails).
inline constexpr std::size_t xarf_evidence = 50;

}  // namespace tocsin::limits
