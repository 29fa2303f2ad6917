#include "mail/quoted_printable_variants.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/ascii.hpp"
namespace tocsin::mail {
namespace {

bool is_lower_hex(char c) {
    return c >= 'a' && c <= 'f';
}
bool is_upper_hex(char c) {
    return c >= 'A' && c <= 'F';
}
bool is_high(char c) {
    return static_cast<unsigned char>(c) >= 0x7F;
}
bool is_control_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

bool is_hex_pair(std::string_view text, std::size_t at) {
    return at + 1 < text.size() && hex_value(text[at]) >= 0 && hex_value(text[at + 1]) >= 0;
}

bool is_legal_pair(std::string_view text, std::size_t at, LowerCase lower_case) {
    return is_hex_pair(text, at) &&
           (lower_case == LowerCase::accepted || std::ranges::none_of(text.substr(at, 2), is_lower_hex));
}

struct LineEnd {
    std::size_t after = 0;  // position behind it
    bool blanks = false;
    bool bare_cr = false;  // a CR that no LF follows at once
    bool odd_run = false;  // LF CR, or CR LF LF: for some programs one line end, for others two
};

// The line end, or end of text, at `at`, perhaps behind blanks: what makes a `=` before it a soft line break.
std::optional<LineEnd> line_end_at(std::string_view text, std::size_t at) {
    LineEnd found;
    std::size_t i = at;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    found.blanks = i != at;
    const std::size_t carriage_returns = i;
    while (i < text.size() && text[i] == '\r') ++i;
    if (i < text.size() && text[i] == '\n') {
        found.bare_cr = i - carriage_returns > 1;
        found.after = i + 1;
        const char other = i == carriage_returns ? '\r' : '\n';
        found.odd_run = found.after < text.size() && text[found.after] == other;
        return found;
    }
    if (i != carriage_returns) {  // Without LF each CR is a line end of its own: the first one is taken.
        found.bare_cr = carriage_returns + 1 < text.size();
        found.after = carriage_returns + 1;
        return found;
    }
    if (i < text.size()) return std::nullopt;
    found.after = i;
    return found;
}

class VariantDecoder {
public:
    VariantDecoder(std::string_view text, const QuotedPrintableVariant& variant)
        : text_(text), variant_(variant) {
        out_.reserve(text.size());
    }

    Bytes run() {
        std::size_t at = 0;
        while (at < text_.size()) {
            const std::size_t mark = std::min(text_.find('=', at), text_.size());
            literal(text_.substr(at, mark - at));
            at = mark == text_.size() ? mark : escape(mark);
        }
        return std::move(out_);
    }

private:
    void literal(std::string_view piece) {
        if (variant_.raw == RawBytes::kept && variant_.trailing == TrailingBlanks::kept) {
            const ByteView bytes = as_bytes(piece);
            out_.insert(out_.end(), bytes.begin(), bytes.end());
            return;
        }
        const bool drop_controls = variant_.raw != RawBytes::kept;
        const bool drop_high = variant_.raw == RawBytes::controls_and_high_dropped;
        std::size_t solid = out_.size();  // blanks of this piece stand behind it
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const char c = piece[i];
            if ((drop_controls && is_control_byte(c)) || (drop_high && is_high(c))) continue;
            const bool ends_line = c == '\n' || (c == '\r' && i + 1 < piece.size() && piece[i + 1] == '\n');
            if (ends_line && variant_.trailing == TrailingBlanks::dropped) out_.resize(solid);
            out_.push_back(static_cast<std::byte>(c));
            if (c != ' ' && c != '\t') solid = out_.size();
        }
    }

    // The `=` at `mark`; returns where to go on.
    std::size_t escape(std::size_t mark) {
        if (is_legal_pair(text_, mark + 1, variant_.lower_case)) {
            out_.push_back(
                static_cast<std::byte>(hex_value(text_[mark + 1]) * 16 + hex_value(text_[mark + 2])));
            return mark + 3;
        }
        if (const auto end = line_end_at(text_, mark + 1)) {
            if (const auto after = soft_break(mark, *end)) return *after;
        }
        return illegal(mark);
    }

    std::optional<std::size_t> soft_break(std::size_t mark, const LineEnd& end) const {
        switch (variant_.soft_break) {
            case SoftBreak::lenient: break;
            case SoftBreak::no_blanks:
                if (end.blanks) return std::nullopt;
                break;
            case SoftBreak::one_character:
                if (end.bare_cr) return text_.find('\r', mark) + 1;
                break;
            case SoftBreak::no_bare_cr:
                if (end.bare_cr) return std::nullopt;
                break;
            case SoftBreak::odd_run:
                if (end.odd_run) return end.after + 1;
                break;
            case SoftBreak::to_line_feed:
                if (end.bare_cr) return std::min(text_.find('\n', mark), text_.size() - 1) + 1;
                break;
        }
        return end.after;
    }

    std::size_t illegal(std::size_t mark) {
        std::size_t dropped = 0;
        switch (variant_.illegal) {
            case IllegalEscape::removed_first:
            case IllegalEscape::kept: literal(text_.substr(mark, 1)); return mark + 1;
            case IllegalEscape::mark_dropped: dropped = 1; break;
            case IllegalEscape::two_dropped: dropped = 2; break;
            case IllegalEscape::three_dropped: dropped = 3; break;
        }
        // A line end is never part of an escape.
        const std::size_t line_end = std::min(text_.find_first_of("\r\n", mark), text_.size());
        return std::min(mark + dropped, line_end);
    }

    std::string_view text_;
    QuotedPrintableVariant variant_;
    Bytes out_;
};

// What is left when `=` and one character are removed wherever they begin neither a legal escape nor a soft
// line break.
std::string without_illegal_escapes(std::string_view text, LowerCase lower_case) {
    std::string rest;
    rest.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t mark = std::min(text.find('=', at), text.size());
        rest.append(text.substr(at, mark - at));
        at = mark;
        if (at == text.size()) break;
        const bool doubled = at + 1 < text.size() && text[at + 1] == '=';
        std::size_t kept = 0;
        if (is_legal_pair(text, at + 1, lower_case))
            kept = 3;
        else if (doubled || line_end_at(text, at + 1))
            kept = 1;
        rest.append(text.substr(at, kept));
        at += kept != 0 ? kept : 2;
    }
    return rest;
}

void first(std::optional<std::uint64_t>& place, std::size_t offset) {
    if (!place) place = offset;
}

std::optional<std::uint64_t> trailing_blanks_in(std::string_view text) {
    for (std::size_t at = text.find('\n'); at < text.size(); at = text.find('\n', at + 1)) {
        std::size_t stop = at;
        if (stop > 0 && text[stop - 1] == '\r') --stop;
        if (stop > 0 && (text[stop - 1] == ' ' || text[stop - 1] == '\t')) return stop - 1;
    }
    return std::nullopt;
}

}  // namespace

QuotedPrintableSurvey survey_quoted_printable(std::string_view text) {
    QuotedPrintableSurvey survey;
    for (std::size_t mark = text.find('='); mark < text.size(); mark = text.find('=', mark + 1)) {
        if (is_hex_pair(text, mark + 1)) {
            const std::string_view pair = text.substr(mark + 1, 2);
            if (std::ranges::any_of(pair, is_lower_hex)) first(survey.lower_case, mark);
            if (std::ranges::any_of(pair, is_upper_hex)) first(survey.upper_case, mark);
        } else if (const auto end = line_end_at(text, mark + 1)) {
            // At the end of the text blanks after the `=` are lost in either reading that matters.
            if (end->blanks && end->after < text.size()) first(survey.blanks_in_break, mark);
            if (end->bare_cr) first(survey.cr_in_break, mark);
            if (end->odd_run) first(survey.odd_run, mark);
        } else {
            first(survey.illegal, mark);
        }
    }
    const auto control = std::ranges::find_if(text, is_control_byte);
    if (control != text.end()) survey.control = static_cast<std::uint64_t>(control - text.begin());
    const auto high = std::ranges::find_if(text, is_high);
    if (high != text.end()) survey.high = static_cast<std::uint64_t>(high - text.begin());
    survey.trailing_blanks = trailing_blanks_in(text);
    return survey;
}

Bytes decode_quoted_printable_as(std::string_view text, const QuotedPrintableVariant& variant) {
    if (variant.illegal != IllegalEscape::removed_first) return VariantDecoder(text, variant).run();
    const std::string rest = without_illegal_escapes(text, variant.lower_case);
    return VariantDecoder(rest, variant).run();
}

}  // namespace tocsin::mail
