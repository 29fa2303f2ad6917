#include "reader/codec_dns.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/codec.hpp"

namespace tocsin::reader {

namespace {

constexpr auto round_tag = static_cast<std::uint8_t>(MessageTag::dns_round);
/// Tag, id and count; status and count of an answer; the length of a record or a name.
constexpr std::size_t frame_bytes = 1 + 8 + 4, answer_frame_bytes = 1 + 4, length_bytes = 4;
static_assert(frame_bytes + limits::dns_round_questions * (1 + length_bytes + limits::domain_name_bytes) <=
              limits::reply_bytes);

bool may_be_asked(std::string_view name) {
    return is_dns_name(name) && std::ranges::none_of(name, [](char c) { return c != ascii_lower(c); });
}

/// Bytes of its records with their lengths; nullopt: it is over a bound.
std::optional<std::size_t> bytes_of(const DnsAnswer& answer) {
    if (answer.records.size() > limits::dns_answer_records) return std::nullopt;
    std::size_t bytes = 0;
    for (const std::string& record : answer.records) bytes += record.size();
    if (bytes > limits::dns_answer_bytes) return std::nullopt;
    return bytes + answer.records.size() * length_bytes;
}

DnsAnswer read_answer(ByteReader& in) {
    DnsAnswer answer;
    const std::uint8_t status = in.u8();
    if (status >= static_cast<std::uint8_t>(DnsStatus::count_)) in.set_failed();
    answer.status = static_cast<DnsStatus>(status);
    const std::uint32_t count = in.count(limits::dns_answer_records);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        answer.records.emplace_back(in.string(limits::dns_answer_bytes));
    if (!bytes_of(answer)) in.set_failed();
    return answer;
}

}  // namespace

std::string encode(const DnsRound& round) {
    ByteWriter out;
    out.u8(round_tag);
    out.u64(round.id);
    const std::size_t count = std::min(round.questions.size(), limits::dns_round_questions);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) {
        const DnsQuestion& question = round.questions[index];
        out.u8(static_cast<std::uint8_t>(question.type));
        out.string(may_be_asked(question.name) ? question.name : std::string());
    }
    return out.take();
}

std::string encode(const DnsAnswers& answers) {
    ByteWriter out;
    out.u8(dns_answers_tag);
    out.u64(answers.id);
    const std::size_t count = std::min(answers.answers.size(), limits::dns_round_questions);
    out.u32(static_cast<std::uint32_t>(count));
    std::size_t room = limits::reply_bytes - frame_bytes - count * answer_frame_bytes;
    const DnsAnswer failed;
    for (std::size_t index = 0; index < count; ++index) {
        const std::optional<std::size_t> bytes = bytes_of(answers.answers[index]);
        const bool fits = bytes && *bytes <= room;
        const DnsAnswer& answer = fits ? answers.answers[index] : failed;
        if (fits) room -= *bytes;
        out.u8(static_cast<std::uint8_t>(answer.status));
        out.u32(static_cast<std::uint32_t>(answer.records.size()));
        for (const std::string& record : answer.records) out.string(record);
    }
    return out.take();
}

std::optional<DnsRound> decode_dns_round(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != round_tag) return std::nullopt;
    DnsRound round;
    round.id = in.u64();
    const std::uint32_t count = in.count(limits::dns_round_questions);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index) {
        const std::uint8_t type = in.u8();
        if (type >= static_cast<std::uint8_t>(DnsType::count_)) in.set_failed();
        round.questions.push_back(
            {static_cast<DnsType>(type), std::string(in.string(limits::domain_name_bytes))});
        const std::string& name = round.questions.back().name;
        if (!name.empty() && !may_be_asked(name)) in.set_failed();
    }
    if (in.failed() || !in.at_end()) return std::nullopt;
    return round;
}

std::optional<DnsAnswers> decode_dns_answers(std::string_view datagram) {
    if (datagram.size() > limits::reply_bytes) return std::nullopt;
    ByteReader in(datagram);
    if (in.u8() != dns_answers_tag) return std::nullopt;
    DnsAnswers answers;
    answers.id = in.u64();
    const std::uint32_t count = in.count(limits::dns_round_questions);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        answers.answers.push_back(read_answer(in));
    if (in.failed() || !in.at_end()) return std::nullopt;
    return answers;
}

}  // namespace tocsin::reader
