// What rules see inside a file: plain structs that mirror the schema of `file.explode` and its neighbours.
//
// Everything below `scan` is a section. A section that does not apply to a file is absent (null for a rule). `cut` says that a
// limit ended the section early: a rule that looked at it and did not match is undecided. Field paths that rules use, each with
// its home here:
//
//   depth, file_name, file_extension, size, flavors.mime, flavors.yara[]
//   scan.strings.strings[], scan.strings.raw
//   scan.ocr.raw                                   pictures and PDF, by scan/picture_text.hpp where it is loaded
//   scan.url.urls[].{url, scheme, domain.*, path, query_params, fragment, rewrite.*}
//   scan.pdf.urls[].{url, domain.*, path, ...}
//   scan.exiftool.fields[].{key, value}, .producer, .creator, .title, .page_count, .image_height, .image_width,
//       .zip_file_name, .zip_uncompressed_size
//   scan.yara.matches[].name
//   scan.qr.type, .data, .url.{url, domain.*, path, query_params, username, password, rewrite.*}
//   scan.javascript.identifiers[], .strings[], .keywords[]
//   scan.entropy.entropy
//   scan.zip.all_paths[], .attempted_files[], .encrypted
//   scan.encrypted_zip.cracked_password
//   scan.html.title, .scripts[].language
//   scan.ics.calendars[].components[].{type, summary, description, uid, organizers[].mailbox, attendees[].mailbox,
//       attachments[]}
//   scan.docx.author, .image_count; scan.pptx.*
//   scan.vba.auto_exec[], .hex[]
//   scan.xml.tags[]
//   scan.hash.{md5, sha1, sha256}
//   scan.pdf_obj_hash.object_hash
//   parse_exif: fields[].{key, value}, author, creator, producer, title, page_count, image_height, image_width
//   oletools: relationships[].{name, target, target_url.*}, macros.keywords[].type, indicators.encryption.exists,
//       indicators.vba_macros.{exists, risk}, file_format.value
//   scan_qr: found, items[].{type, data, url.*}
//   parse_ics: events[].{links[], raw_properties[].{key, value}, description, description_html}, product_id, scale
//   parse_text: text; parse_html: raw, display_text, inner_text; expand_archives: files[].{file_name, ...}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mail/message.hpp"

namespace tocsin::rules {

struct KeyValue {
    std::string key;
    std::string value;
};

/// Where a file stands in the explosion that it belongs to.
inline constexpr std::uint32_t no_parent = 0xFFFFFFFFU;

struct FileFlavors {
    std::string mime;  ///< by content, in the names of libmagic: "text/html"
    std::vector<std::string>
        yara;  ///< names of file kinds: "encrypted_zip", "javascript_file" (file_flavors.hpp)
};

struct StringsScan {
    std::vector<std::string> strings;  ///< printable ASCII runs, each once, in order
    std::optional<std::string> raw;    ///< the whole file, when it is valid UTF-8
    bool cut = false;
};

struct OcrScan {
    std::string raw;
    bool cut = false;
};

struct UrlScan {
    std::vector<mail::Url> urls;
    std::vector<std::string> invalid_urls;
    bool cut = false;
};

/// Also the result of `beta.parse_exif`.
struct ExiftoolScan {
    std::vector<KeyValue> fields;
    std::optional<std::string> producer, creator, title, author, pdf_version, linearized, file_type,
        zip_file_name;
    std::optional<std::int64_t> page_count, image_height, image_width, zip_bit_flag, zip_compressed_size,
        zip_uncompressed_size;
    bool cut = false;
};

struct YaraNamedMatch {
    std::string name;
    std::string description;  ///< of meta
};
struct YaraScan {
    std::vector<YaraNamedMatch> matches;
    bool cut = false;  ///< the engine ran out of time, or failed
};

/// One QR code. `type`: email, mobile, app, geo, wifi, url, undefined.
struct QrCode {
    std::string type;
    std::string data;
    std::optional<mail::Url> url;
};
struct QrScan {
    QrCode code;                 ///< the first one that is a link, else the first one
    std::vector<QrCode> others;  ///< of a PDF's pages, or of a picture with several
    bool cut = false;
};

struct JavascriptScan {
    std::vector<std::string> identifiers, strings, keywords, regular_expressions;  ///< each once, in order
    bool cut = false;
};

struct PdfScan {
    std::vector<mail::Url> urls;
    std::vector<std::string> invalid_urls;
    bool cut = false;
};

struct EntropyScan {
    double entropy = 0;  ///< bits per byte
};

struct ZipScan {
    std::vector<std::string> all_paths;        ///< files and folders
    std::vector<std::string> attempted_files;  ///< files
    bool encrypted = false;
    std::int64_t total_files = 0;
    bool cut = false;
};

struct EncryptedZipScan {
    std::optional<std::string> cracked_password;
};

struct HtmlScript {
    std::optional<std::string> language, type, src;
};
struct HtmlScan {
    std::optional<std::string> title;
    std::vector<HtmlScript> scripts;
    bool cut = false;
};

struct IcsPerson {
    mail::Mailbox mailbox;
    std::optional<std::string> role, partstat;
    std::optional<bool> rsvp;
};
struct IcsAttachment {
    std::string type;  ///< "uri", "base64_binary", "other"
    std::optional<std::string> uri, filename, mime_type;
    std::optional<std::int64_t> size;
};
struct IcsComponent {
    std::string type;  ///< "VEVENT"
    std::optional<std::string> summary, description, uid, location, status, dtstart, dtend, dtstamp, duration,
        created, last_modified, class_, priority, sequence, transp;
    std::vector<IcsPerson> organizers, attendees;
    std::vector<IcsAttachment> attachments;
    std::vector<mail::Url> urls;
};
struct IcsCalendar {
    std::optional<std::string> prodid, version, method, calscale;
    std::vector<IcsComponent> components;
};
struct IcsScan {
    std::vector<IcsCalendar> calendars;
    bool cut = false;
};

/// What Word and PowerPoint files say of themselves (docProps/core.xml), and counts.
struct OfficeScan {
    std::optional<std::string> author, category, comments, content_status, created, keywords,
        last_modified_by, modified, subject, title;
    std::int64_t image_count = 0;
    std::int64_t word_count = 0;
    std::int64_t slide_count = 0;          ///< of presentations
    std::vector<std::string> font_colors;  ///< of documents
    std::vector<mail::Url> urls;           ///< of presentations
    bool cut = false;
};

struct HashScan {
    std::string md5, sha1, sha256;
};

struct XmlScan {
    std::vector<std::string> tags, namespaces;  ///< each once, in order, without prefix
    std::optional<std::string> doc_type, version;
    bool cut = false;
};

struct VbaScan {
    std::vector<std::string> auto_exec;   ///< names by which a macro runs unasked: "AutoOpen"
    std::vector<std::string> hex;         ///< what hexadecimal texts in the source say
    std::vector<std::string> suspicious;  ///< words that fetch, write or start something
    std::int64_t total_files = 0;
    bool cut = false;
};

struct PdfObjectHash {
    std::string object_hash;  ///< MD5 of hash_string
    std::string hash_string;  ///< "Catalog|Pages|Page|"
    bool cut = false;
};

struct FileScan {
    std::optional<StringsScan> strings;
    std::optional<OcrScan> ocr;
    std::optional<UrlScan> url;
    std::optional<ExiftoolScan> exiftool;
    std::optional<YaraScan> yara;
    std::optional<QrScan> qr;
    std::optional<JavascriptScan> javascript;
    std::optional<PdfScan> pdf;
    std::optional<EntropyScan> entropy;
    std::optional<ZipScan> zip;
    std::optional<HtmlScan> html;
    std::optional<IcsScan> ics;
    std::optional<OfficeScan> docx;
    std::optional<OfficeScan> pptx;
    std::optional<HashScan> hash;
    std::optional<XmlScan> xml;
    std::optional<VbaScan> vba;
    std::optional<EncryptedZipScan> encrypted_zip;
    std::optional<PdfObjectHash> pdf_obj_hash;
};

/// One file of an explosion; the first one is the file itself.
struct ExplodedFile {
    std::uint32_t parent = no_parent;  ///< index of the file that it was found in
    int depth = 0;
    std::string file_name;       ///< with folders, as the container gives it
    std::string file_extension;  ///< lower case, without dot; empty when there is none
    std::string file_type;       ///< by content, in the names of the Message Data Model: "pdf"
    std::string content_type;    ///< declared
    std::int64_t size = 0;
    FileFlavors flavors;
    FileScan scan;
};

// ---- neighbours of file.explode -----------------------------------------------------------------------------------------

struct OfficeRelationship {
    std::string name;  ///< its kind: "hyperlink", "attachedTemplate"
    std::string target;
    std::optional<mail::Url> target_url;
};
struct MacroKeyword {
    std::string type;  ///< "autoexec", "suspicious"
    std::string keyword;
};
struct OfficeIndicator {
    bool exists = false;
    std::string risk = "none";  ///< "none", "medium", "high"
};
/// Result of `file.oletools`.
struct OfficeFacts {
    std::string file_format;                        ///< "MS Word 2007+ Document (.docx)"
    std::vector<OfficeRelationship> relationships;  ///< those that lead out of the file
    std::vector<MacroKeyword> macro_keywords;
    OfficeIndicator vba_macros, xlm_macros, encryption, external_relationships, object_pool;
    bool cut = false;
};

/// Result of `beta.scan_qr`.
struct QrItems {
    bool found = false;
    std::vector<QrCode> items;
    bool cut = false;
};

struct CalendarEvent {
    std::vector<mail::Link> links;
    std::vector<KeyValue> raw_properties;  ///< name in upper case and value as written, unfolded
    std::optional<std::string> summary, description, description_html, location, uid;
    std::vector<mail::Mailbox> organizers, attendees;
};
/// Result of `beta.file.parse_ics`.
struct CalendarFile {
    std::vector<CalendarEvent> events;
    std::optional<std::string> product_id, scale, method, version;
    bool cut = false;
};

struct ParsedText {
    std::string text;
    bool cut = false;
};
struct ParsedHtml {
    std::string raw, display_text, inner_text;
    bool cut = false;
};

}  // namespace tocsin::rules
