#include "reader/codec.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/codec_archive.hpp"
#include "reader/codec_reported.hpp"
#include "reader/report_codec.hpp"

namespace tocsin::reader {

namespace {

constexpr std::size_t file_name_bytes = 1024;
constexpr std::size_t type_bytes = 128;
constexpr std::size_t recipient_bytes = 1024;
constexpr std::size_t client_ip_bytes = 45;  // INET6_ADDRSTRLEN
constexpr std::size_t error_bytes = 512;
constexpr std::size_t output_name_bytes = 64;
constexpr std::size_t output_type_bytes = 64;
constexpr std::size_t enforced_bytes = 256;

/// One range in a datagram: two texts with their lengths, a hash, two numbers.
constexpr std::size_t output_range_bytes = 4 + output_name_bytes + 4 + output_type_bytes + 32 + 8 + 8;
/// The output list may take this much of a reply; the report gets the rest.
constexpr std::size_t range_list_bytes_max = limits::reply_bytes / 2;
/// Tag, id, error, lengths.
constexpr std::size_t reply_frame_bytes = 1 + 8 + 4 + error_bytes + 4;

std::uint8_t number(MessageTag tag) {
    return static_cast<std::uint8_t>(tag);
}

/// A reader of what follows the tag; failed when the tag is another one.
ByteReader open_datagram(std::string_view datagram, std::uint8_t tag) {
    ByteReader in(datagram);
    if (in.u8() != tag) in.set_failed();
    return in;
}

bool complete(const ByteReader& in) {
    return !in.failed() && in.at_end();
}

void write_range(ByteWriter& out, const OutputRange& range) {
    write_text(out, range.name, output_name_bytes);
    write_hash(out, range.hash);
    write_text(out, range.declared_type, output_type_bytes);
    out.u64(range.offset);
    out.u64(range.length);
}

OutputRange read_range(ByteReader& in) {
    OutputRange range;
    range.name = read_text(in, output_name_bytes);
    range.hash = read_hash(in);
    range.declared_type = read_text(in, output_type_bytes);
    range.offset = in.u64();
    range.length = in.u64();
    // The sum must not wrap around; whether the range lies inside the memfd is checked where the memfd is known.
    if (range.length > UINT64_MAX - range.offset) in.set_failed();
    return range;
}

/// A name that was cut would be another one.
void write_sender(ByteWriter& out, const Request& request) {
    const bool fits = request.client_ip.size() <= client_ip_bytes &&
                      request.helo.size() <= limits::spf_helo_bytes &&
                      request.mail_from.size() <= limits::spf_sender_bytes;
    write_text(out, fits ? request.client_ip : std::string(), client_ip_bytes);
    write_text(out, fits ? request.helo : std::string(), limits::spf_helo_bytes);
    write_text(out, fits ? request.mail_from : std::string(), limits::spf_sender_bytes);
}

}  // namespace

std::uint64_t output_bytes_max(RequestKind kind) {
    switch (kind) {
        case RequestKind::unpack_messages: return limits::message_bytes;
        case RequestKind::unpack_rules: return archived_files_bytes_max;
        case RequestKind::read_report:
        case RequestKind::read_submitted: return read_report_bytes_max;
        default: return limits::message_json_bytes;
    }
}

std::optional<MessageTag> tag_of(std::string_view datagram) {
    if (datagram.empty()) return std::nullopt;
    auto tag = static_cast<MessageTag>(datagram[0]);
    switch (tag) {
        case MessageTag::ready:
        case MessageTag::cache_question:
        case MessageTag::history_question:
        case MessageTag::dns_round:
        case MessageTag::reply: return tag;
    }
    return std::nullopt;
}

std::string encode(const Ready& ready) {
    ByteWriter out;
    out.u8(number(MessageTag::ready));
    write_text(out, ready.enforced, enforced_bytes);
    return out.take();
}

std::string encode(const Request& request) {
    ByteWriter out;
    out.u8(request_tag);
    out.u64(request.id);
    out.u8(static_cast<std::uint8_t>(request.kind));
    out.u8(static_cast<std::uint8_t>(request.direction));
    out.boolean(request.use_cache);
    out.boolean(request.use_history);
    out.boolean(request.use_dns);
    out.boolean(request.read_pictures);
    write_text(out, request.file_name, file_name_bytes);
    write_text(out, request.declared_type, type_bytes);
    write_text(out, request.envelope_recipient, recipient_bytes);
    write_sender(out, request);
    out.u32(request.time_budget_ms);
    const std::size_t texts = std::min(request.banner_texts.size(), limits::banner_looked_for);
    out.u32(static_cast<std::uint32_t>(texts));
    for (std::size_t index = 0; index < texts; ++index)
        write_text(out, request.banner_texts[index], limits::banner_text_bytes);
    return out.take();
}

std::string encode(const CacheQuestion& question) {
    ByteWriter out;
    out.u8(number(MessageTag::cache_question));
    out.u64(question.id);
    std::size_t count = std::min(question.hashes.size(), limits::cache_query_parts);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) write_hash(out, question.hashes[index]);
    return out.take();
}

std::string encode(const CacheAnswer& answer) {
    constexpr std::size_t frame_bytes = 1 + 8 + 4, entry_bytes = 1 + 1 + 4 + 4;
    ByteWriter out;
    out.u8(cache_answer_tag);
    out.u64(answer.id);
    std::size_t count = std::min(answer.entries.size(), limits::cache_query_parts);
    out.u32(static_cast<std::uint32_t>(count));
    std::size_t room = limits::reply_bytes - frame_bytes - count * entry_bytes;
    for (std::size_t index = 0; index < count; ++index) {
        const CacheEntry& entry = answer.entries[index];
        const std::size_t size = entry.report.size() + entry.content.size();
        bool fits = entry.known && size <= room && entry.report.size() <= limits::part_report_bytes &&
                    entry.content.size() <= limits::campaign_body_bytes_max;
        out.boolean(fits);
        out.boolean(entry.wants_bytes);
        out.string(fits ? std::string_view(entry.report) : std::string_view{});
        out.string(fits ? std::string_view(entry.content) : std::string_view{});
        if (fits) room -= size;
    }
    return out.take();
}

std::string encode(const Reply& reply) {
    static_assert(limits::output_ranges * output_range_bytes <= 2 * range_list_bytes_max);
    ByteWriter ranges;
    std::uint32_t count = 0;
    for (const OutputRange& range : reply.output) {
        if (count == limits::output_ranges || ranges.size() + output_range_bytes > range_list_bytes_max)
            break;
        write_range(ranges, range);
        ++count;
    }
    ByteWriter out;
    out.u8(number(MessageTag::reply));
    out.u64(reply.id);
    write_text(out, reply.error, error_bytes);
    out.u32(count);
    std::string text = out.take();
    text += ranges.data();
    text += encode_report(reply.report, limits::reply_bytes - reply_frame_bytes - ranges.size());
    return text;
}

std::optional<Ready> decode_ready(std::string_view datagram) {
    ByteReader in = open_datagram(datagram, number(MessageTag::ready));
    Ready ready{read_text(in, enforced_bytes)};
    if (!complete(in)) return std::nullopt;
    return ready;
}

std::optional<Request> decode_request(std::string_view datagram) {
    ByteReader in = open_datagram(datagram, request_tag);
    Request request;
    request.id = in.u64();
    std::uint8_t kind = in.u8(), direction = in.u8();
    request.use_cache = in.boolean();
    request.use_history = in.boolean();
    request.use_dns = in.boolean();
    request.read_pictures = in.boolean();
    request.file_name = read_text(in, file_name_bytes);
    request.declared_type = read_text(in, type_bytes);
    request.envelope_recipient = read_text(in, recipient_bytes);
    request.client_ip = read_text(in, client_ip_bytes);
    request.helo = read_text(in, limits::spf_helo_bytes);
    request.mail_from = read_text(in, limits::spf_sender_bytes);
    request.time_budget_ms = in.u32();
    const std::uint32_t texts = in.count(limits::banner_looked_for);
    for (std::uint32_t index = 0; index < texts && !in.failed(); ++index)
        request.banner_texts.push_back(read_text(in, limits::banner_text_bytes));
    if (!complete(in) || kind >= static_cast<std::uint8_t>(RequestKind::count_) ||
        direction > static_cast<std::uint8_t>(mail::Direction::internal))
        return std::nullopt;
    request.kind = static_cast<RequestKind>(kind);
    request.direction = static_cast<mail::Direction>(direction);
    return request;
}

std::optional<CacheQuestion> decode_cache_question(std::string_view datagram) {
    ByteReader in = open_datagram(datagram, number(MessageTag::cache_question));
    CacheQuestion question;
    question.id = in.u64();
    std::uint32_t count = in.count(limits::cache_query_parts);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        question.hashes.push_back(read_hash(in));
    if (!complete(in)) return std::nullopt;
    return question;
}

std::optional<CacheAnswer> decode_cache_answer(std::string_view datagram) {
    ByteReader in = open_datagram(datagram, cache_answer_tag);
    CacheAnswer answer;
    answer.id = in.u64();
    std::uint32_t count = in.count(limits::cache_query_parts);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index) {
        CacheEntry entry;
        entry.known = in.boolean();
        entry.wants_bytes = in.boolean();
        entry.report = in.string(limits::part_report_bytes);
        entry.content = in.string(limits::campaign_body_bytes_max);
        answer.entries.push_back(std::move(entry));
    }
    if (!complete(in)) return std::nullopt;
    return answer;
}

std::optional<Reply> decode_reply(std::string_view datagram) {
    if (datagram.size() > limits::reply_bytes) return std::nullopt;
    ByteReader in = open_datagram(datagram, number(MessageTag::reply));
    Reply reply;
    reply.id = in.u64();
    reply.error = read_text(in, error_bytes);
    std::uint32_t count = in.count(limits::output_ranges);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        reply.output.push_back(read_range(in));
    reply.report = read_report(in);
    if (!complete(in)) return std::nullopt;
    return reply;
}

std::string encode_part_report(const scan::ScanReport& report) {
    return encode_report(report, limits::part_report_bytes);
}

std::optional<scan::ScanReport> decode_part_report(std::string_view bytes) {
    if (bytes.size() > limits::part_report_bytes) return std::nullopt;
    ByteReader in(bytes);
    scan::ScanReport report = read_report(in);
    if (!complete(in)) return std::nullopt;
    return report;
}

}  // namespace tocsin::reader
