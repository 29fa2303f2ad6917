#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "mail/base64.hpp"
#include "mail/base64_variants.hpp"
#include "mail/decoded_alternatives.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

// Feeds lines of normalised text to a decoder with the habits of one variant.
class VariantDecoder {
public:
    VariantDecoder(Base64Variant variant, std::size_t text_bytes) : variant_(variant) {
        out_.reserve(text_bytes / 4 * 3 + 3);
    }

    void line(std::string_view text) {
        if (variant_.foreign == Base64Foreign::drops_line && std::ranges::any_of(text, is_foreign)) return;
        for (std::size_t at = 0; at < text.size() && !done_; ++at) {
            at += whole_quads(text.substr(at));
            if (at >= text.size() || !character(text[at])) break;
        }
        if (variant_.lines == Base64Lines::alone_rest_dropped) drop_quad();
        if (variant_.lines == Base64Lines::alone_rest_written) write_quad();
    }

    [[nodiscard]] bool done() const { return done_; }

    Bytes finish() {
        if (!done_) write_quad();
        // A decoder that reads `=` as zero bits still takes off what the final padding stands for.
        if (variant_.padding == Base64Padding::zero_bits)
            out_.resize(out_.size() - std::min({out_.size(), final_zeros_, std::size_t{2}}));
        return std::move(out_);
    }

private:
    static bool is_foreign(char c) {
        return c != '=' && base64_value[static_cast<unsigned char>(c)] == base64_foreign;
    }

    // Writes the quads of four symbols at the beginning of `text`, which mean the same in every variant; the characters taken.
    std::size_t whole_quads(std::string_view text) {
        if (members_ > 0) return 0;
        std::size_t at = 0;
        for (; at + 4 <= text.size(); at += 4) {
            for (std::size_t index = 0; index < 4; ++index)
                quad_[index] = base64_value[static_cast<unsigned char>(text[at + index])];
            if (std::ranges::max(quad_) == base64_foreign) break;
            count_ = 4;
            write_quad();
            final_zeros_ = 0;
        }
        return at;
    }

    // False when the rest of the line does not count.
    bool character(char c) {
        if (c == '=') {
            pad();
            return true;
        }
        const std::uint8_t value = base64_value[static_cast<unsigned char>(c)];
        if (value == base64_foreign) return foreign(c);
        final_zeros_ = 0;
        symbol(value);
        return true;
    }

    void symbol(std::uint8_t value) {
        pads_ = 0;
        quad_[count_++] = value;
        member();
    }

    // Quads are normally four symbols; two habits count other characters too.
    void member() {
        ++members_;
        const bool counts_others =
            variant_.padding == Base64Padding::fills_quad || variant_.foreign == Base64Foreign::drops_quad;
        if ((counts_others ? members_ : count_) < 4) return;
        spoiled_ ? drop_quad() : write_quad();
    }

    void pad() {
        switch (variant_.padding) {
            case Base64Padding::ends_data: end_data(); break;
            case Base64Padding::ends_data_when_complete:
                if (count_ >= 2 && count_ + ++pads_ >= 4) end_data();
                break;
            case Base64Padding::ends_quad:
                if (count_ >= 2) write_quad();
                break;
            case Base64Padding::fills_quad: member(); break;
            case Base64Padding::skipped: break;
            case Base64Padding::zero_bits:
                ++final_zeros_;
                symbol(0);
                break;
        }
    }

    bool foreign(char c) {
        switch (variant_.foreign) {
            case Base64Foreign::ends_data: end_data(); break;
            case Base64Foreign::ends_line: return false;
            case Base64Foreign::drops_quad:
                spoiled_ = true;
                member();
                break;
            case Base64Foreign::starts_quad: drop_quad(); break;
            case Base64Foreign::url_safe:
                if (c == '-' || c == '_') symbol(c == '-' ? 62 : 63);
                break;
            case Base64Foreign::skipped:
            case Base64Foreign::drops_line: break;
        }
        return true;
    }

    void end_data() {
        write_quad();
        done_ = true;
    }

    void write_quad() {
        const auto byte = [](unsigned value) { return static_cast<std::byte>(value & 0xFFU); };
        if (count_ >= 2) out_.push_back(byte(quad_[0] * 4U + quad_[1] / 16U));
        if (count_ >= 3) out_.push_back(byte(quad_[1] * 16U + quad_[2] / 4U));
        if (count_ >= 4) out_.push_back(byte(quad_[2] * 64U + quad_[3]));
        drop_quad();
    }

    void drop_quad() {
        count_ = 0;
        members_ = 0;
        pads_ = 0;
        spoiled_ = false;
    }

    Base64Variant variant_;
    Bytes out_;
    std::array<std::uint8_t, 4> quad_{};
    std::size_t count_ = 0;    // symbols in quad_
    std::size_t members_ = 0;  // characters that count towards four
    std::size_t pads_ = 0;     // `=` since the last symbol, where two are waited for
    std::size_t final_zeros_ = 0;
    bool spoiled_ = false;
    bool done_ = false;
};

std::string_view extent_of(const Base64Survey& survey, Base64Extent extent) {
    const std::string_view text = survey.text;
    switch (extent) {
        case Base64Extent::all: break;
        case Base64Extent::from_second_line: return text.substr(survey.after_first_line);
        case Base64Extent::from_first_blank_line: return text.substr(survey.after_first_blank_line);
        case Base64Extent::from_last_blank_line: return text.substr(survey.after_last_blank_line);
        case Base64Extent::to_first_blank_line: return text.substr(0, survey.after_first_blank_line);
    }
    return text;
}

struct Reason {
    AmbiguityKind kind{};
    std::uint64_t offset = 0;
    std::string detail;
};

// Why a variant differs. With two deviations the one that decides more of the output names it.
Reason reason_of(const Base64Survey& survey, const Base64Variant& variant) {
    if (variant.extent == Base64Extent::from_second_line)
        return {AmbiguityKind::base64_preceded_by_text, 0, "the first line may not be data"};
    if (variant.extent != Base64Extent::all)
        return {AmbiguityKind::base64_preceded_by_text, survey.blank_line.value_or(0),
                "blank line inside the data"};
    if (variant.padding != Base64Padding::ends_data_when_complete)
        return {AmbiguityKind::base64_padding, survey.padding.value_or(0), "'=' with data after it"};
    if (variant.foreign != Base64Foreign::skipped)
        return {AmbiguityKind::base64_foreign_characters, survey.foreign.value_or(0),
                fmt::format("{} inside the data", show_character(survey.foreign_character))};
    return {AmbiguityKind::base64_length, survey.odd_line.value_or(0),
            "line lengths that are no multiple of four"};
}

}  // namespace

Bytes decode_base64_as(const Base64Survey& survey, const Base64Variant& variant) {
    const std::string_view text = extent_of(survey, variant.extent);
    VariantDecoder decoder(variant, text.size());
    for (std::size_t at = 0; at < text.size() && !decoder.done();) {
        const std::size_t stop = std::min(text.find('\n', at), text.size());
        decoder.line(text.substr(at, stop - at));
        at = stop + 1;
    }
    return decoder.finish();
}

Decoded decode_base64(ByteView encoded, std::size_t alternatives_max) {
    Decoded decoded;
    if (auto clean = decode_clean_base64(as_text(encoded))) {
        decoded.bytes = std::move(*clean);
        return decoded;
    }
    const Base64Survey survey = survey_base64(as_text(encoded));
    decoded.bytes = decode_base64_as(survey, {});
    AlternativeCollector collector(decoded, encoded.size(), alternatives_max);
    for (const Base64Variant& variant : base64_variants(survey)) {
        const Reason reason = reason_of(survey, variant);
        if (!collector.may_try(reason.offset)) break;
        collector.offer(decode_base64_as(survey, variant), reason.kind, reason.offset, Dispute::flagged,
                        reason.detail);
    }
    // Some decoders refuse such data altogether and show nothing, or show it undecoded.
    if (survey.lone_symbol)
        collector.flag(AmbiguityKind::base64_length, encoded.size(), "one character is left over at the end");
    return decoded;
}

}  // namespace tocsin::mail
