// The words between daemon and reader: one request with a sealed memfd, perhaps one question about remembered parts,
// one about earlier mail (codec_history.hpp) and some about DNS (codec_dns.hpp), one bounded answer. Whatever comes
// from a reader is hostile: it is decoded with limits, and anything odd is `violated`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "mail/direction.hpp"
#include "scan/report.hpp"

namespace tocsin::reader {

enum class RequestKind : std::uint8_t {
    scan_message,  ///< the bytes are a message
    scan_auto,     ///< the bytes are a file: a message if they look like one, else a plain file
    scan_part,  ///< the bytes are one decoded part, to be remembered: by a child that has seen nothing else
    read_message,  ///< write the Message Data Model as JSON into the output memfd
    scan_mail_or_file,  ///< nobody said what the bytes are: as a message, and as a file too unless they look like a message
    unpack_messages,  ///< the bytes are a zip: write its .eml members into the output memfd, one after the other
    describe_rules,  ///< write what is loaded as JSON into the output memfd; the bytes are not looked at
    explain_rules,   ///< judge the message and write every rule's answer as JSON into the output memfd
    unpack_rules,  ///< the bytes are an archive: write its rule files into the output memfd (codec_archive.hpp)
    read_report,  ///< what a mail to the report address is about: originals and a record (codec_reported.hpp)
    read_submitted,  ///< the same for the suspicious mail itself, in whatever form it was saved
    count_,
};
/// What the reader writes into the output memfd for these.
[[nodiscard]] constexpr bool has_output(RequestKind kind) {
    return kind == RequestKind::read_message || kind == RequestKind::unpack_messages ||
           kind == RequestKind::describe_rules || kind == RequestKind::explain_rules ||
           kind == RequestKind::unpack_rules || kind == RequestKind::read_report ||
           kind == RequestKind::read_submitted;
}

/// Most bytes that the daemon takes of it.
[[nodiscard]] std::uint64_t output_bytes_max(RequestKind kind);

struct Request {
    std::uint64_t id = 0;
    RequestKind kind = RequestKind::scan_message;
    mail::Direction direction = mail::Direction::inbound;
    bool use_cache = false;     ///< the daemon will answer a CacheQuestion
    bool use_history = false;   ///< ... and a HistoryQuestion (codec_history.hpp)
    bool use_dns = false;       ///< ... and rounds of questions to DNS (codec_dns.hpp)
    bool read_pictures = true;  ///< false: an earlier try ended without an answer, and a picture may have been why
    std::string file_name;      ///< of the file, for scan_auto and scan_part
    std::string declared_type;  ///< for scan_part
    std::string envelope_recipient;
    /// Who sends, for SPF; encode() leaves out all three where one is longer than it may be. An empty address: it is
    /// not known.
    std::string client_ip, helo, mail_from;
    std::uint32_t time_budget_ms = 0;
    /// Not empty: look for places for a banner, and whether the message shows one of these texts of it. At most
    /// limits::banner_looked_for.
    std::vector<std::string> banner_texts{};
};

/// Reader → daemon, at most once per request.
struct CacheQuestion {
    std::uint64_t id = 0;
    std::vector<Hash256> hashes;
};

/// Daemon → reader: one entry per hash, in order.
struct CacheEntry {
    bool known = false;
    bool wants_bytes = false;
    std::string report;   ///< encode_part_report() of the remembered scan, when known
    std::string content;  ///< the bytes that were scanned, when the hash is that of a sketch
};
struct CacheAnswer {
    std::uint64_t id = 0;
    std::vector<CacheEntry> entries;
};

/// A range of the output memfd: the one that came with the request (read_message, unpack_messages), or with the
/// CacheAnswer (exported parts).
struct OutputRange {
    std::string name;  ///< of the unpacked message, or empty
    Hash256 hash{};    ///< claimed hash of an exported part
    std::string declared_type;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct Reply {
    std::uint64_t id = 0;
    scan::ScanReport report;
    std::vector<OutputRange> output;
    std::string
        error;  ///< why the request could not be served (unpack of something that is no zip); empty otherwise
};

/// Reader → daemon, once, when the child is confined.
struct Ready {
    std::string enforced;  ///< sandbox::Enforced::describe()
};

enum class MessageTag : std::uint8_t {
    ready = 1,
    cache_question = 2,
    reply = 3,
    history_question = 4,
    dns_round = 5
};
// Daemon → reader. The reader knows from its state which of them must come next; the tag is for both to notice a bug.
inline constexpr std::uint8_t request_tag = 16, cache_answer_tag = 17, history_answer_tag = 18,
                              dns_answers_tag = 19;

/// The tag of a datagram from a reader, if it is one.
[[nodiscard]] std::optional<MessageTag> tag_of(std::string_view datagram);

[[nodiscard]] std::string encode(const Ready& ready);
/// Texts that are too long are cut.
[[nodiscard]] std::string encode(const Request& request);
/// At most limits::cache_query_parts hashes.
[[nodiscard]] std::string encode(const CacheQuestion& question);
/// Fits into limits::reply_bytes: entries whose report finds no room become unknown, so that their parts are scanned.
[[nodiscard]] std::string encode(const CacheAnswer& answer);
/// Fits into limits::reply_bytes: lists are cut with a LimitHit `findings` when they do not, findings of worse
/// severity kept first.
[[nodiscard]] std::string encode(const Reply& reply);

// Every decoder answers nullopt to what is not well-formed; the daemon then treats the child as `violated`. What
// they return keeps every bound of limits.hpp, every text in it is UTF-8 without NUL, every enumerator is a known
// one, every index into ScanReport::parts exists, and the verdict is no better than its findings.
[[nodiscard]] std::optional<Ready> decode_ready(std::string_view datagram);
[[nodiscard]] std::optional<Request> decode_request(std::string_view datagram);
[[nodiscard]] std::optional<CacheQuestion> decode_cache_question(std::string_view datagram);
[[nodiscard]] std::optional<CacheAnswer> decode_cache_answer(std::string_view datagram);
[[nodiscard]] std::optional<Reply> decode_reply(std::string_view datagram);

/// A remembered scan of one part: findings, flags, limits, URLs, file type. Same codec as inside a Reply; fits into
/// limits::part_report_bytes.
[[nodiscard]] std::string encode_part_report(const scan::ScanReport& report);
[[nodiscard]] std::optional<scan::ScanReport> decode_part_report(std::string_view bytes);

}  // namespace tocsin::reader
