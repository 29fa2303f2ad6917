#include "store/kept_mail.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {

namespace {

/// First byte of an entry; another layout gets another number.
enum class Tag : std::uint8_t { mail = 1, not_kept = 2 };

void put_time(ByteWriter& out, TimePoint time) {
    out.u64(static_cast<std::uint64_t>(time.microseconds));
}

TimePoint get_time(ByteReader& in) {
    return TimePoint{static_cast<std::int64_t>(in.u64())};
}

/// Every text of the facts, in the order in which they stand in an entry.
template <typename Facts, typename Visitor>
void visit_texts(Facts& facts, const Visitor& visit) {
    visit(facts.record_id);
    visit(facts.direction);
    visit(facts.mail_from);
    visit(facts.customer);
    visit(facts.subject);
    visit(facts.verdict);
    visit(facts.disposition);
    visit(facts.recipient);
}

std::optional<KeptEntry> decode_mail(ByteReader& in) {
    KeptMail mail;
    mail.facts.time = get_time(in);
    visit_texts(mail.facts, [&](std::string& text) { text = in.string(limits::kept_facts_bytes); });
    mail.facts.recipients = in.u64();
    mail.facts.passed_to = in.u64();
    mail.facts.text_fingerprint = in.u64();
    const ByteView content = as_bytes(in.string(limits::message_bytes));
    mail.content.assign(content.begin(), content.end());
    if (in.failed() || !in.at_end()) return std::nullopt;
    return mail;
}

std::optional<KeptEntry> decode_note(ByteReader& in) {
    NotKept note;
    note.time = get_time(in);
    note.direction = in.string(limits::kept_facts_bytes);
    for (std::uint64_t& count : note.counts) count = in.u64();
    if (in.failed() || !in.at_end()) return std::nullopt;
    return note;
}

}  // namespace

std::string_view to_string(NotKeptWhy why) {
    switch (why) {
        case NotKeptWhy::copy: return "copy";
        case NotKeptWhy::too_large: return "too_large";
        case NotKeptWhy::queue_full: return "queue_full";
        case NotKeptWhy::not_written:
        case NotKeptWhy::count_: break;
    }
    return "not_written";
}

std::string encode_kept(const KeptFacts& facts, ByteView content) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(Tag::mail));
    put_time(out, facts.time);
    visit_texts(facts,
                [&](const std::string& text) { out.string(stored_text(text, limits::record_text_bytes)); });
    out.u64(facts.recipients);
    out.u64(facts.passed_to);
    out.u64(facts.text_fingerprint);
    ASSERT(out.size() <= limits::kept_facts_bytes, "eight texts of a record and some numbers");
    out.string(as_text(content));
    return out.take();
}

std::string encode_not_kept(const NotKept& note) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(Tag::not_kept));
    put_time(out, note.time);
    out.string(stored_text(note.direction, limits::record_text_bytes));
    for (const std::uint64_t count : note.counts) out.u64(count);
    return out.take();
}

std::optional<KeptEntry> decode_kept(std::string_view plain) {
    ByteReader in(plain);
    switch (static_cast<Tag>(in.u8())) {
        case Tag::mail: return decode_mail(in);
        case Tag::not_kept: return decode_note(in);
    }
    return std::nullopt;
}

}  // namespace tocsin::store
