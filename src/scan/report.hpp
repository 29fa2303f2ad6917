// What the engines say about a message: plain values that cross from the confined reader to the daemon. No engine is needed to
// use this header (target tocsin_scan_types).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "mail/ambiguity.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::scan {

/// The one-word answer. Order is rank: the worst of all findings wins. `unscannable` is never "clean".
enum class Verdict : std::uint8_t { clean, suspicious, unscannable, phish, malware };

/// How bad one finding is by itself.
enum class Severity : std::uint8_t { info, suspicious, phish, malware };

/// Properties of a part that a policy can act on. Stable names by to_string().
enum class PartFlag : std::uint8_t {
    encrypted_archive,    ///< a member cannot be read without a password
    password_in_message,  ///< ... and the password stands in the message: it was opened with it
    macro,                ///< VBA, XLM or similar
    macro_auto_exec,      ///< ... that runs by itself when opened
    embedded_object,      ///< OLE object, embedded file in a document
    external_template,    ///< the document fetches another one when opened
    pdf_script,           ///< JavaScript in a PDF
    pdf_launch,           ///< a PDF that starts a program, opens a file or submits a form by itself
    pdf_embedded_file,
    html_smuggling,      ///< HTML or SVG that builds a file in the browser
    html_password_form,  ///< an attached page that asks for a password
    svg_script,
    shortcut,    ///< LNK, URL, or similar that starts something
    disk_image,  ///< ISO, IMG, UDF, VHD
    onenote,
    executable,          ///< a program, installer or script by content
    script,              ///< a script by name or content
    double_extension,    ///< invoice.pdf.exe
    bidi_name,           ///< right-to-left override or similar in the file name
    type_mismatch,       ///< name, declared type and content disagree
    polyglot,            ///< valid as two file types
    container_conflict,  ///< archive readers disagree about what is inside
    qr_code,             ///< holds a QR code
    remote_content,      ///< message/external-body or a link that replaces content
    count_,
};

enum class ScanLimit : std::uint8_t {
    message_bytes,
    parts,
    nesting_depth,
    alternatives,
    decoded_bytes,
    header_block_bytes,
    container_depth,
    container_members,
    container_bytes,
    container_ratio,
    engine_time,
    engine_error,
    html_bytes,
    qr_pixels,
    findings,
    unsupported_method,
    damaged_container,
    locked,
    links,
    rules,
    count_,
};

[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::string_view to_string(PartFlag flag);
[[nodiscard]] std::string_view to_string(ScanLimit limit);
/// What reaching the limit means, in plain words for a person: "an archive has more members than are opened (2000)".
[[nodiscard]] std::string_view explain(ScanLimit limit);
/// What the flag means, in plain words.
[[nodiscard]] std::string_view explain(PartFlag flag);

inline constexpr std::uint32_t whole_message = 0xFFFFFFFFU;

/// One result of one engine.
struct Finding {
    std::string engine;  ///< "clamav", "yara", "tocsin"
    std::string rule;    ///< name of the signature or rule
    Severity severity = Severity::info;
    std::string text;                    ///< what it saw, in words that an employee understands
    std::uint32_t part = whole_message;  ///< index into ScanReport::parts
};

/// The first of those with the greatest severity; nullptr when there are none.
[[nodiscard]] const Finding* worst_finding(const std::vector<Finding>& findings);

/// A limit that was reached, or bytes that could not be read: the part behind it was not fully scanned.
struct LimitHit {
    ScanLimit limit{};
    std::uint32_t part = whole_message;
    std::string detail;
};

/// One scanned part: a MIME entity, or a member of a container in it.
struct PartSummary {
    std::uint32_t parent = whole_message;  ///< index into ScanReport::parts
    std::uint16_t depth = 0;
    std::string
        origin;  ///< mail::Origin as text, or "member" for what was unpacked, "page" for the raw message
    std::string media_type;  ///< declared
    std::string file_type;   ///< by content: "pdf", "zip", "html", "exe", "unknown"
    std::string file_name;
    std::uint64_t size = 0;
    std::vector<PartFlag> flags;
    std::string note;  ///< the statement where name, declared type and content disagree
    /// Findings came from the parts cache, or the signatures were asked about nothing but what differs from a part in it.
    bool remembered = false;
    std::optional<Hash256> hash;  ///< keyed content hash, when the part may be cached
};

/// A URL that a person or a client would follow, where it was found.
struct FoundUrl {
    std::string url;
    std::string source;  ///< "html", "text", "qr", "pdf", "form", "document"
    std::uint32_t part = whole_message;
};

/// Host of an absolute URL that a reader gave in normal form, without user and port; an IPv6 literal keeps its brackets (RFC
/// 3986 section 3.2.2). Empty without "://".
[[nodiscard]] std::string_view host_of(std::string_view url);

/// Where a header field stands in the message: from its name up to and with its line end.
struct FieldRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// What the journal and the watch want to know of a message, bounded.
struct MessageFacts {
    std::string header_from;  ///< address
    std::string header_from_name;
    /// Further addresses in From: who wants to be somebody else may put them second, or into a second field.
    std::vector<std::string> further_from;
    std::string subject;
    std::string message_id;
    std::string reply_to;  ///< address; the first of several
    /// What somebody registered, of the hosts of links, where that is more than the last two labels: "example.co.uk"; at most
    /// limits::long_registrable_domains.
    std::vector<std::string> long_registrable_domains;
    std::vector<std::string> attachment_sha256;
    /// The text that a person reads is a page.
    bool is_page = false;
    /// How that page is built (page_fingerprint.hpp). 0: no page, or too little of one.
    std::uint64_t page_fingerprint = 0;
    /// SimHash of the visible text (text_fingerprint.hpp): near for copies of one campaign. 0: too little text to tell.
    std::uint64_t text_fingerprint = 0;
    /// ISO 639-1 code of the language of the visible text, "pt"; of outgoing mail that is judged. Empty: not told (language.hpp).
    std::string language;
    /// Fields of the message's own header that claim to be Tocsin's (reserved_names.hpp), in order of their place.
    std::vector<FieldRange> reserved_fields;
};

/// What a mail says has become of another mail that was sent before.
enum class ReportedKind : std::uint8_t {
    bounce_hard,  ///< not delivered, and trying again is of no use
    bounce_soft,  ///< not delivered, or not yet, for a reason that may pass
    delivered,
    complaint,  ///< the recipient does not want it
    count_,
};
/// "bounce_hard": the names that the watch has for the same.
[[nodiscard]] std::string_view to_string(ReportedKind kind);

/// One recipient of a bounce or complaint (delivery_outcomes.hpp). It is a claim of whoever wrote this mail: anybody can write
/// one. All but the kind may be empty: who reports often takes names and addresses out.
struct ReportedOutcome {
    ReportedKind kind{};
    std::string recipient;  ///< as the sender knew it; limits::outcome_address_bytes
    std::string status;     ///< RFC 3463: "5.1.1"
    // Of the message that it is about, as far as it was returned.
    std::string message_id;          ///< with its angle brackets; limits::outcome_id_bytes
    std::string record_id;           ///< of our own record, from a header field that we wrote
    std::string original_mail_from;  ///< address that the envelope had
    std::string original_from;       ///< address in its From
    std::string detail;  ///< the reason given, or the type of a complaint; limits::outcome_detail_bytes

    bool operator==(const ReportedOutcome&) const = default;
};

/// Something that rules asked for and that could not be told, and how many of them it left undecided.
struct MissingAnswer {
    std::string name;  ///< "link_analysis", "$tranco_1m"
    std::uint32_t rules = 0;
};

/// How the rules' answer came about. `as_copy`: it is that of other copies of the mailing, which were judged whole; this one
/// differs from them by what cannot change it (rules/judged_copies.hpp).
enum class JudgedHow : std::uint8_t { whole, as_copy };

/// What rules said of a message. Each rule that matched is a Finding of engine "rules" too, and what they add up to is one of
/// engine "judge".
struct RulesSummary {
    std::uint32_t asked = 0, matched = 0, undecided = 0;
    std::uint32_t points = 0;
    std::uint32_t suspicious_from = 0, phish_from = 0;  ///< points from which on the verdict is that
    double hostility =
        0;  ///< how likely the words alone are an attack or spam, 0 to 1; 0 without a text model
    std::vector<MissingAnswer> missing;  ///< names sorted
    std::string coaching;                ///< a line for the reader of the mail; empty where nothing was found
    std::string version;                 ///< changes when rules, lists or the text model do
    JudgedHow judged = JudgedHow::whole;
};

struct ScanReport {
    Verdict verdict = Verdict::unscannable;
    std::uint32_t readings = 1;
    std::vector<mail::Ambiguity> ambiguities;
    std::vector<Finding> findings;
    std::vector<PartSummary> parts;
    std::vector<LimitHit> limits_hit;
    std::vector<FoundUrl> urls;
    MessageFacts facts;
    std::vector<ReportedOutcome> outcomes;  ///< at most limits::reported_outcomes
    bool outcomes_cut = false;              ///< the mail tells of more than these
    RulesSummary rules;
    BannerPlan banner;
    std::string engine_version;  ///< engines and their databases; changes when any of them changes
    std::uint64_t parse_us = 0;
    std::uint64_t scan_us = 0;
    std::uint64_t bytes_copied = 0;

    [[nodiscard]] bool ambiguous() const { return !ambiguities.empty(); }
};

/// The verdict that findings and limits add up to: malware > phish > unscannable (any limit that hid bytes) > suspicious > clean.
[[nodiscard]] Verdict decide_verdict(const std::vector<Finding>& findings,
                                     const std::vector<LimitHit>& limits_hit);

}  // namespace tocsin::scan
