#include <array>
#include <cstring>
#include <utility>

#include "mail/decoded_alternatives.hpp"
#include "mail/quoted_printable_variants.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

// Bytes that may stand unescaped (RFC 2045 section 6.7, rules (2) to (4)). Blocks keep the inner loop free of
// branches, so that the compiler uses vector instructions.
bool only_plain_bytes(std::string_view text) {
    constexpr std::size_t block_bytes = 256;
    const auto unusual = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return static_cast<unsigned>(byte >= 0x7F) |
               (static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\t') &
                static_cast<unsigned>(byte != '\r') & static_cast<unsigned>(byte != '\n'));
    };
    while (!text.empty()) {
        const std::string_view block = text.substr(0, block_bytes);
        unsigned found = 0;
        for (const char c : block) found |= unusual(c);
        if (found != 0) return false;
        text.remove_prefix(block.size());
    }
    return true;
}

constexpr unsigned not_hex = 256;

// Value of two digits as an encoder must write them (RFC 2045 section 6.7, rule (1)), or not_hex and more.
unsigned legal_pair(char high, char low) {
    static constexpr std::array<std::uint16_t, 256> digits = [] {
        std::array<std::uint16_t, 256> table{};
        table.fill(not_hex);
        for (std::uint16_t i = 0; i < 16; ++i) table[static_cast<unsigned char>("0123456789ABCDEF"[i])] = i;
        return table;
    }();
    return digits[static_cast<unsigned char>(high)] * 16U | digits[static_cast<unsigned char>(low)];
}

// Decodes text that every decoder reads alike: escapes with decimal or upper-case digits, soft line breaks of
// `=` and LF or CR LF, plain bytes, no blanks before a line end. nullopt for everything else; that is no
// error, only not clean.
//
// Lines above 76 characters (RFC 2045 section 6.7, rule (5)) are clean: no decoder reads them differently.
std::optional<Bytes> decode_clean(std::string_view text) {
    if (!only_plain_bytes(text)) return std::nullopt;
    Bytes out(text.size());
    std::byte* to = out.data();
    const char* in = text.data();
    const char* const end = in + text.size();
    while (in != end) {
        if (*in != '=') {
            const auto left = static_cast<std::size_t>(end - in);
            const auto* const found = static_cast<const char*>(std::memchr(in, '=', left));
            const std::size_t plain = found == nullptr ? left : static_cast<std::size_t>(found - in);
            std::memcpy(to, in, plain);
            to += plain;
            in += plain;
            if (in == end) break;
        }
        const std::ptrdiff_t after = end - in - 1;
        const unsigned value = after < 2 ? not_hex : legal_pair(in[1], in[2]);
        if (value < not_hex) {
            *to++ = static_cast<std::byte>(value);
            in += 3;
        } else if (after >= 1 && in[1] == '\n') {
            if (after >= 2 && in[2] == '\r') return std::nullopt;
            in += 2;
        } else if (after >= 2 && in[1] == '\r' && in[2] == '\n') {
            if (after >= 3 && in[3] == '\n') return std::nullopt;
            in += 3;
        } else if (after == 0 || (after == 1 && in[1] == '\r')) {
            in = end;  // the line end that belongs to it was taken for the boundary's
        } else {
            return std::nullopt;
        }
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return out;
}

// True when a blank stands before a line end.
bool has_trailing_blanks(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
        if (found == nullptr) return false;
        const char* stop = static_cast<const char*>(found);
        if (stop != text.data() && stop[-1] == '\r') --stop;
        if (stop != text.data() && (stop[-1] == ' ' || stop[-1] == '\t')) return true;
        at = static_cast<const char*>(found) + 1;
    }
    return false;
}

struct Candidate {
    QuotedPrintableVariant variant;
    AmbiguityKind reason{};
    std::uint64_t offset = 0;
    Dispute dispute{};
    const char* detail = "";
};

// Which disputes raise a flag was decided by counting in 3,071 bodies of real mail, honest and hostile:
// illegal escapes, blanks or bare CR in soft breaks, control characters and mixed case did not occur at all
// in 1,615 bodies of ham, newsletters and phish; bytes above 126 and trailing blanks did, so those are only
// scanned in both forms.
std::vector<Candidate> candidates_of(const QuotedPrintableSurvey& survey) {
    using Variant = QuotedPrintableVariant;
    std::vector<Candidate> found;
    const auto add = [&](const Variant& variant, AmbiguityKind reason, std::uint64_t offset, Dispute dispute,
                         const char* detail) { found.push_back({variant, reason, offset, dispute, detail}); };
    constexpr auto illegal_kind = AmbiguityKind::quoted_printable_illegal_escape;
    constexpr auto break_kind = AmbiguityKind::quoted_printable_soft_break;
    constexpr auto raw_kind = AmbiguityKind::quoted_printable_raw_bytes;
    constexpr std::array drops{IllegalEscape::mark_dropped, IllegalEscape::two_dropped,
                               IllegalEscape::three_dropped, IllegalEscape::removed_first};
    if (survey.illegal)
        for (const auto drop : drops)
            add({.illegal = drop}, illegal_kind, *survey.illegal, Dispute::flagged,
                "'=' before no hex digits");
    if (survey.blanks_in_break)
        add({.soft_break = SoftBreak::no_blanks}, break_kind, *survey.blanks_in_break, Dispute::flagged,
            "white space after the '=' of a soft line break");
    if (survey.cr_in_break)
        for (const auto way : {SoftBreak::one_character, SoftBreak::no_bare_cr, SoftBreak::to_line_feed})
            add({.soft_break = way}, break_kind, *survey.cr_in_break, Dispute::flagged,
                "CR without LF after the '=' of a soft line break");
    if (survey.odd_run)
        add({.soft_break = SoftBreak::odd_run}, break_kind, *survey.odd_run, Dispute::flagged,
            "a soft line break of LF CR or CR LF LF");
    if (survey.control)
        add({.raw = RawBytes::controls_dropped}, raw_kind, *survey.control, Dispute::flagged,
            "control character");
    if (survey.control || survey.high)
        add({.raw = RawBytes::controls_and_high_dropped}, raw_kind,
            survey.high.value_or(survey.control.value_or(0)), Dispute::silent, "byte above 126");
    // An encoder writes one case. Both in one body can hide the escapes that count among those that a strict
    // decoder drops.
    if (survey.lower_case) {
        const Dispute dispute = survey.upper_case ? Dispute::flagged : Dispute::silent;
        for (const auto way : {IllegalEscape::kept, drops[0], drops[1], drops[2], drops[3]})
            add({.illegal = way, .lower_case = LowerCase::illegal}, illegal_kind, *survey.lower_case, dispute,
                "lower-case and upper-case hex digits");
    }
    if (survey.trailing_blanks)
        add({.trailing = TrailingBlanks::dropped}, break_kind, *survey.trailing_blanks, Dispute::silent,
            "white space before a line end");
    return found;
}

// Two deviations at once: how illegal escapes are read, with each of the others.
void add_pairs(const QuotedPrintableSurvey& survey, std::vector<Candidate>& candidates) {
    if (!survey.illegal && !survey.lower_case && !survey.blanks_in_break && !survey.cr_in_break) return;
    const std::size_t singles = candidates.size();
    for (std::size_t first = 0; first < singles; ++first) {
        const auto illegal = candidates[first].variant.illegal;
        const auto lower_case = candidates[first].variant.lower_case;
        if (illegal == IllegalEscape::kept && lower_case == LowerCase::accepted) continue;
        for (std::size_t second = 0; second < singles; ++second) {
            Candidate pair = candidates[second];
            if (pair.variant.illegal != IllegalEscape::kept || pair.variant.lower_case != LowerCase::accepted)
                continue;
            pair.variant.illegal = illegal;
            pair.variant.lower_case = lower_case;
            candidates.push_back(pair);
        }
    }
    // Where blanks make a soft break illegal, what becomes of that `=` differs again.
    for (std::size_t first = 0; first < singles && !survey.illegal; ++first) {
        const auto soft_break = candidates[first].variant.soft_break;
        if (soft_break != SoftBreak::no_blanks && soft_break != SoftBreak::no_bare_cr) continue;
        Candidate dropped = candidates[first];
        dropped.variant.illegal = IllegalEscape::mark_dropped;
        candidates.push_back(dropped);
    }
}

}  // namespace

Decoded decode_quoted_printable(ByteView encoded, std::size_t alternatives_max) {
    const std::string_view text = as_text(encoded);
    Decoded decoded;
    if (!has_trailing_blanks(text)) {
        if (auto clean = decode_clean(text)) {
            decoded.bytes = std::move(*clean);
            return decoded;
        }
    }
    decoded.bytes = decode_quoted_printable_as(text, {});
    const QuotedPrintableSurvey survey = survey_quoted_printable(text);
    std::vector<Candidate> candidates = candidates_of(survey);
    add_pairs(survey, candidates);
    AlternativeCollector collector(decoded, encoded.size(), alternatives_max);
    for (const Candidate& candidate : candidates) {
        if (!collector.may_try(candidate.offset)) break;
        collector.offer(decode_quoted_printable_as(text, candidate.variant), candidate.reason,
                        candidate.offset, candidate.dispute, candidate.detail);
    }
    return decoded;
}

}  // namespace tocsin::mail
