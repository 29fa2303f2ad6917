#include "reader/codec_txt.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/codec.hpp"

namespace tocsin::reader {

namespace {

constexpr auto question_tag = static_cast<std::uint8_t>(MessageTag::txt_question);
constexpr std::size_t label_bytes = 63;
static_assert(1 + 8 + 4 +
                  limits::txt_names * (1 + 4 + limits::txt_records * (4 + limits::txt_record_bytes)) <=
              limits::reply_bytes);

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= label_bytes && std::ranges::all_of(label, [](char c) {
        const char lower = ascii_lower(c);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool fits(const TxtRecords& records) {
    return records.texts.size() <= limits::txt_records &&
           std::ranges::all_of(records.texts, [](const std::string& text) {
               return text.size() <= limits::txt_record_bytes;
           });
}

TxtRecords read_records(ByteReader& in) {
    TxtRecords records;
    const std::uint8_t status = in.u8();
    if (status >= static_cast<std::uint8_t>(TxtStatus::count_)) in.set_failed();
    records.status = static_cast<TxtStatus>(status);
    const std::uint32_t count = in.count(limits::txt_records);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        records.texts.emplace_back(in.string(limits::txt_record_bytes));
    return records;
}

}  // namespace

bool is_txt_name(std::string_view name) {
    if (name.size() > limits::domain_name_bytes) return false;
    std::size_t labels = 0;
    for (std::size_t end = 0; end != std::string_view::npos; ++labels) {
        end = name.find('.');
        if (!is_label(name.substr(0, end))) return false;
        if (end != std::string_view::npos) name.remove_prefix(end + 1);
    }
    return labels >= 2;
}

std::string encode(const TxtQuestion& question) {
    ByteWriter out;
    out.u8(question_tag);
    out.u64(question.id);
    const std::size_t count = std::min(question.names.size(), limits::txt_names);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index)
        out.string(is_txt_name(question.names[index]) ? question.names[index] : std::string());
    return out.take();
}

std::string encode(const TxtAnswer& answer) {
    ByteWriter out;
    out.u8(txt_answer_tag);
    out.u64(answer.id);
    const std::size_t count = std::min(answer.records.size(), limits::txt_names);
    out.u32(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) {
        const TxtRecords records = fits(answer.records[index]) ? answer.records[index] : TxtRecords{};
        out.u8(static_cast<std::uint8_t>(records.status));
        out.u32(static_cast<std::uint32_t>(records.texts.size()));
        for (const std::string& text : records.texts) out.string(text);
    }
    return out.take();
}

std::optional<TxtQuestion> decode_txt_question(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != question_tag) return std::nullopt;
    TxtQuestion question;
    question.id = in.u64();
    const std::uint32_t count = in.count(limits::txt_names);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index) {
        question.names.emplace_back(in.string(limits::domain_name_bytes));
        if (!question.names.back().empty() && !is_txt_name(question.names.back())) in.set_failed();
    }
    if (in.failed() || !in.at_end()) return std::nullopt;
    return question;
}

std::optional<TxtAnswer> decode_txt_answer(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != txt_answer_tag) return std::nullopt;
    TxtAnswer answer;
    answer.id = in.u64();
    const std::uint32_t count = in.count(limits::txt_names);
    for (std::uint32_t index = 0; index < count && !in.failed(); ++index)
        answer.records.push_back(read_records(in));
    if (in.failed() || !in.at_end()) return std::nullopt;
    return answer;
}

}  // namespace tocsin::reader
