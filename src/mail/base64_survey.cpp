#include <algorithm>
#include <array>
#include <span>

#include "base/limits.hpp"
#include "mail/base64_variants.hpp"

namespace tocsin::mail {
namespace {

constexpr std::size_t variants_usual = 64;

bool is_symbol(char c) {
    return base64_value[static_cast<unsigned char>(c)] != base64_foreign;
}

class Surveyor {
public:
    explicit Surveyor(std::string_view text) : text_(text) { result_.text.reserve(text.size() + 1); }

    Base64Survey run() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t line_feed = text_.find('\n', at);
            const std::size_t stop = std::min(line_feed, text_.size());
            line(at, stop);
            at = stop + 1;
        }
        if (shape_.disputed()) result_.odd_line = shape_.first_odd_offset();
        result_.lone_symbol = symbols_ % 4 == 1 && pads_ == 0;
        return std::move(result_);
    }

private:
    // Blanks at the start or end of a line, and CRs before its LF, are ordinary: every decoder skips them.
    void line(std::size_t from, std::size_t to) {
        while (to > from && (text_[to - 1] == ' ' || text_[to - 1] == '\t' || text_[to - 1] == '\r')) --to;
        while (from < to && (text_[from] == ' ' || text_[from] == '\t')) ++from;
        if (from == to) {
            if (symbols_ != 0 && !pending_blank_) pending_blank_ = from;
            result_.text += '\n';
            return;
        }
        const std::size_t symbols_before = symbols_;
        for (std::size_t i = from; i < to; ++i) character(text_[i], i);
        if (symbols_ != symbols_before) shape_.line(symbols_ - symbols_before, from);
        result_.text.append(text_.substr(from, to - from));
        result_.text += '\n';
        ++lines_;
        if (lines_ == 1) result_.after_first_line = result_.text.size();
    }

    void character(char c, std::size_t offset) {
        if (is_symbol(c)) {
            ++symbols_;
            if (first_pad_ && !result_.padding) result_.padding = first_pad_;
            if (pending_blank_) blank_line_inside();
        } else if (c == '=') {
            ++pads_;
            if (!first_pad_) first_pad_ = offset;
        } else {
            if (c == '-' || c == '_') result_.url_characters = true;
            if (result_.foreign) return;
            result_.foreign = offset;
            result_.foreign_character = static_cast<unsigned char>(c);
            result_.foreign_on_first_line = lines_ == 0;
        }
    }

    // The line that is being read is the first with data after one or more blank lines; it is not yet in
    // `text`.
    void blank_line_inside() {
        if (!result_.blank_line) {
            result_.blank_line = pending_blank_;
            result_.after_first_blank_line = result_.text.size();
        }
        result_.after_last_blank_line = result_.text.size();
        pending_blank_.reset();
    }

    std::string_view text_;
    Base64Survey result_;
    LineShape shape_;
    std::optional<std::uint64_t> first_pad_;
    std::optional<std::uint64_t> pending_blank_;
    std::size_t symbols_ = 0;
    std::size_t pads_ = 0;
    std::size_t lines_ = 0;
};

// The values that differ from the default in each dimension, when the survey gives cause for them.
struct Deviations {
    std::vector<Base64Padding> padding;
    std::vector<Base64Foreign> foreign;
    std::vector<Base64Lines> lines;
    std::vector<Base64Extent> extent;
};

Deviations deviations_of(const Base64Survey& survey) {
    Deviations found;
    if (survey.padding) {
        using enum Base64Padding;
        found.padding = {ends_quad, ends_data, fills_quad, skipped, zero_bits};
    }
    if (survey.foreign) {
        using enum Base64Foreign;
        if (survey.url_characters) found.foreign.push_back(url_safe);
        for (const auto way : {drops_line, ends_line, ends_data, drops_quad, starts_quad})
            found.foreign.push_back(way);
    }
    if (survey.odd_line) {
        using enum Base64Lines;
        found.lines = {alone_rest_dropped, alone_rest_written};
    }
    if (survey.blank_line) {
        using enum Base64Extent;
        found.extent = {from_first_blank_line, from_last_blank_line, to_first_blank_line};
    }
    if (survey.odd_line || survey.lone_symbol || survey.foreign_on_first_line)
        found.extent.push_back(Base64Extent::from_second_line);
    return found;
}

// Two deviations at once: a hostile mail may bend two rules. Three are not tried; they meet the flag all the
// same.
void add_pairs(const Deviations& found, std::vector<Base64Variant>& variants) {
    for (const auto extent : found.extent) {
        for (const auto padding : found.padding) variants.push_back({.padding = padding, .extent = extent});
        for (const auto foreign : found.foreign) variants.push_back({.foreign = foreign, .extent = extent});
        for (const auto lines : found.lines) variants.push_back({.lines = lines, .extent = extent});
    }
    for (const auto foreign : found.foreign)
        for (const auto padding : found.padding) variants.push_back({.padding = padding, .foreign = foreign});
    for (const auto lines : found.lines) {
        for (const auto padding : found.padding) variants.push_back({.padding = padding, .lines = lines});
        for (const auto foreign : found.foreign) variants.push_back({.foreign = foreign, .lines = lines});
    }
}

}  // namespace

Base64Survey survey_base64(std::string_view text) {
    return Surveyor(text).run();
}

std::vector<Base64Variant> base64_variants(const Base64Survey& survey) {
    const Deviations found = deviations_of(survey);
    std::vector<Base64Variant> variants;
    variants.reserve(variants_usual);
    for (const auto padding : found.padding) variants.push_back({.padding = padding});
    for (const auto foreign : found.foreign) variants.push_back({.foreign = foreign});
    for (const auto extent : found.extent) variants.push_back({.extent = extent});
    for (const auto lines : found.lines) variants.push_back({.lines = lines});
    add_pairs(found, variants);
    return variants;
}

}  // namespace tocsin::mail
