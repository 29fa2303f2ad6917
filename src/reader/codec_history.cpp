#include "reader/codec_history.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/report_codec.hpp"
#include "reader/text_hygiene.hpp"

namespace tocsin::reader {

namespace {

constexpr auto question_tag = static_cast<std::uint8_t>(MessageTag::history_question);
constexpr std::size_t profiles_max = static_cast<std::size_t>(HistorySubject::count_);
constexpr std::size_t prevalence_bytes = 16;
constexpr std::size_t answer_text_bytes = 4 + limits::history_address_bytes;
static_assert(1 + 8 + 2 * 4 + answer_text_bytes + profiles_max * (1 + 2 * answer_text_bytes) +
                  limits::history_questions * (1 + answer_text_bytes) <=
              limits::reply_bytes);

void write_key(ByteWriter& out, std::string_view text) {
    write_text(out, can_ask_about(text) ? text : std::string_view(), limits::history_address_bytes);
}

std::string read_key(ByteReader& in) {
    return read_text(in, limits::history_address_bytes);
}

template <typename Word>
Word read_word(ByteReader& in) {
    const std::uint8_t number = in.u8();
    if (number >= static_cast<std::uint8_t>(Word::count_)) in.set_failed();
    return static_cast<Word>(number);
}

void write_days(ByteWriter& out, const std::optional<std::uint32_t>& days) {
    out.boolean(days.has_value());
    out.u32(days.value_or(0));
}

std::optional<std::uint32_t> read_days(ByteReader& in) {
    const bool known = in.boolean();
    const std::uint32_t days = in.u32();
    return known ? std::optional(days) : std::nullopt;
}

void write_profile(ByteWriter& out, const HistoryProfile& profile) {
    write_text(out, profile.prevalence, prevalence_bytes);
    out.boolean(profile.solicited);
    out.boolean(profile.any_messages_benign);
    out.boolean(profile.any_messages_malicious_or_spam);
    out.boolean(profile.any_false_positives);
    out.u32(profile.days_known);
    for (const auto& days :
         {profile.first_contact, profile.last_contact, profile.last_inbound, profile.last_outbound})
        write_days(out, days);
}

HistoryProfile read_profile(ByteReader& in) {
    HistoryProfile profile;
    profile.prevalence = read_text(in, prevalence_bytes);
    profile.solicited = in.boolean();
    profile.any_messages_benign = in.boolean();
    profile.any_messages_malicious_or_spam = in.boolean();
    profile.any_false_positives = in.boolean();
    profile.days_known = in.u32();
    profile.first_contact = read_days(in);
    profile.last_contact = read_days(in);
    profile.last_inbound = read_days(in);
    profile.last_outbound = read_days(in);
    return profile;
}

}  // namespace

bool can_ask_about(std::string_view text) {
    return text.size() <= limits::history_address_bytes && is_clean_text(text);
}

std::string encode(const HistoryQuestion& question) {
    ByteWriter out;
    out.u8(question_tag);
    out.u64(question.id);
    write_key(out, question.header_from);
    const std::size_t profiles = std::min(question.profiles.size(), profiles_max);
    out.u32(static_cast<std::uint32_t>(profiles));
    for (std::size_t at = 0; at < profiles; ++at) {
        const HistoryProfileQuestion& one = question.profiles[at];
        out.u8(static_cast<std::uint8_t>(one.subject));
        write_key(out, one.key);
        write_key(out, one.written_to);
    }
    const std::size_t lists = std::min(question.lists.size(), limits::history_questions);
    out.u32(static_cast<std::uint32_t>(lists));
    for (std::size_t at = 0; at < lists; ++at) {
        out.u8(static_cast<std::uint8_t>(question.lists[at].list));
        write_key(out, question.lists[at].text);
    }
    return out.take();
}

std::string encode(const HistoryAnswer& answer) {
    ByteWriter out;
    out.u8(history_answer_tag);
    out.u64(answer.id);
    const std::size_t profiles = std::min(answer.profiles.size(), profiles_max);
    out.u32(static_cast<std::uint32_t>(profiles));
    for (std::size_t at = 0; at < profiles; ++at) write_profile(out, answer.profiles[at]);
    const std::size_t lists = std::min(answer.lists.size(), limits::history_questions);
    out.u32(static_cast<std::uint32_t>(lists));
    for (std::size_t at = 0; at < lists; ++at) out.u8(static_cast<std::uint8_t>(answer.lists[at]));
    return out.take();
}

std::optional<HistoryQuestion> decode_history_question(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != question_tag) return std::nullopt;
    HistoryQuestion question;
    question.id = in.u64();
    question.header_from = read_key(in);
    const std::uint32_t profiles = in.count(profiles_max);
    for (std::uint32_t at = 0; at < profiles && !in.failed(); ++at) {
        HistoryProfileQuestion one;
        one.subject = read_word<HistorySubject>(in);
        one.key = read_key(in);
        one.written_to = read_key(in);
        question.profiles.push_back(std::move(one));
    }
    const std::uint32_t lists = in.count(limits::history_questions);
    for (std::uint32_t at = 0; at < lists && !in.failed(); ++at) {
        HistoryListQuestion one;
        one.list = read_word<HistoryList>(in);
        one.text = read_key(in);
        question.lists.push_back(std::move(one));
    }
    if (in.failed() || !in.at_end()) return std::nullopt;
    return question;
}

std::optional<HistoryAnswer> decode_history_answer(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != history_answer_tag) return std::nullopt;
    HistoryAnswer answer;
    answer.id = in.u64();
    const std::uint32_t profiles = in.count(profiles_max);
    for (std::uint32_t at = 0; at < profiles && !in.failed(); ++at)
        answer.profiles.push_back(read_profile(in));
    const std::uint32_t lists = in.count(limits::history_questions);
    for (std::uint32_t at = 0; at < lists && !in.failed(); ++at)
        answer.lists.push_back(read_word<HistoryMembership>(in));
    if (in.failed() || !in.at_end()) return std::nullopt;
    return answer;
}

}  // namespace tocsin::reader
