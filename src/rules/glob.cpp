#include "rules/glob.hpp"

#include <algorithm>
#include <span>

#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

/// Position behind `characters` characters from `at` on; nullopt when there are fewer.
std::optional<std::size_t> skip(std::string_view text, std::size_t at, std::size_t characters) {
    for (; characters > 0; --characters) {
        if (at >= text.size()) return std::nullopt;
        (void)mail::next_code_point(text, at);
    }
    return at;
}

/// Position `characters` characters before `at`. Bytes 10xxxxxx continue a character (RFC 3629 section 3).
std::optional<std::size_t> skip_back(std::string_view text, std::size_t at, std::size_t characters) {
    for (; characters > 0; --characters) {
        if (at == 0) return std::nullopt;
        do --at;
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80);
    }
    return at;
}

}  // namespace

Glob::Glob(std::string_view pattern) : exact_(parse(pattern)), folded_(parse(fold(pattern))) {}

std::vector<Glob::Segment> Glob::parse(std::string_view pattern) {
    std::vector<Segment> segments(1);
    for (const char c : pattern) {
        Segment& segment = segments.back();
        if (c == '*') {
            segments.emplace_back();
        } else if (c == '?') {
            if (segment.empty() || !segment.back().literal.empty()) segment.emplace_back();
            ++segment.back().any;
        } else {
            if (segment.empty()) segment.emplace_back();
            segment.back().literal.push_back(c);
        }
    }
    return segments;
}

/// Where `segment` ends when it begins at `at`.
std::optional<std::size_t> Glob::match_at(std::string_view text, std::size_t at, const Segment& segment) {
    for (const Piece& piece : segment) {
        const std::optional<std::size_t> behind = skip(text, at, piece.any);
        if (!behind || !text.substr(*behind).starts_with(piece.literal)) return std::nullopt;
        at = *behind + piece.literal.size();
    }
    return at;
}

/// Where `segment` ends when it begins as early as possible from `from` on.
std::optional<std::size_t> Glob::find_segment(std::string_view text, std::size_t from,
                                              const Segment& segment) {
    if (segment.empty()) return from;
    const Piece& first = segment.front();
    while (true) {
        const std::optional<std::size_t> earliest = skip(text, from, first.any);
        if (!earliest) return std::nullopt;
        const std::size_t hit = find(text, first.literal, *earliest);
        if (hit == std::string_view::npos) return std::nullopt;
        const std::optional<std::size_t> begin = skip_back(text, hit, first.any);
        if (!begin) return std::nullopt;
        if (const std::optional<std::size_t> end = match_at(text, *begin, segment)) return end;
        const std::optional<std::size_t> next = skip(text, std::max(*begin, from), 1);
        if (!next) return std::nullopt;
        from = *next;
    }
}

/// Whether `segment` fits the end of `text` and begins at `from` or later.
bool Glob::match_at_end(std::string_view text, std::size_t from, const Segment& segment) {
    std::size_t at = text.size();
    for (auto piece = segment.rbegin(); piece != segment.rend(); ++piece) {
        if (!text.substr(0, at).ends_with(piece->literal)) return false;
        const std::optional<std::size_t> before = skip_back(text, at - piece->literal.size(), piece->any);
        if (!before) return false;
        at = *before;
    }
    return at >= from;
}

bool Glob::matches(std::string_view text, const std::vector<Segment>& segments) {
    std::optional<std::size_t> at = match_at(text, 0, segments.front());
    if (segments.size() == 1) return at == text.size();
    for (const Segment& segment : std::span(segments).subspan(1, segments.size() - 2)) {
        if (!at) return false;
        at = find_segment(text, *at, segment);
    }
    return at && match_at_end(text, *at, segments.back());
}

bool Glob::matches(std::string_view text, Case mode) const {
    return mode == Case::exact ? matches(text, exact_) : matches(fold(text), folded_);
}

bool Glob::matches_folded(std::string_view folded_text) const {
    return matches(folded_text, folded_);
}

}  // namespace tocsin::rules
