#include "mail/multipart.hpp"

#include <algorithm>

#include "mail/ascii.hpp"

namespace tocsin::mail {

namespace {

/// How one occurrence of "--boundary" stands in the body.
struct Occurrence {
    std::size_t begin = 0;     ///< of the two dashes
    std::size_t line_end = 0;  ///< where the next line begins
    bool at_line_start = false;
    bool after_bare_cr = false;
    bool closing = false;     ///< "--" follows the boundary
    bool clean_tail = false;  ///< only white space follows
};

Occurrence examine(std::string_view body, std::size_t begin, std::size_t boundary_size) {
    Occurrence out;
    out.begin = begin;
    out.at_line_start = begin == 0 || body[begin - 1] == '\n';
    out.after_bare_cr = begin > 0 && body[begin - 1] == '\r';
    std::size_t at = begin + 2 + boundary_size;
    std::size_t end = std::min(body.find('\n', at), body.size());
    std::size_t bare_cr = body.substr(at, end - at).find('\r');
    out.line_end = std::min(end + 1, body.size());
    if (bare_cr != std::string_view::npos && at + bare_cr + 1 < end) {
        end = at + bare_cr;
        out.line_end = end + 1;
    }
    std::string_view tail = body.substr(at, end - at);
    if (tail.starts_with("--")) {
        out.closing = true;
        tail.remove_prefix(2);
    }
    out.clean_tail = trim(tail).empty();
    return out;
}

/// The line's boundary is declared somewhere as another multipart's own: then it is a prefix by accident, as some writers' are.
bool is_declared_elsewhere(std::string_view body, const Occurrence& occurrence) {
    std::string_view line = body.substr(occurrence.begin + 2, occurrence.line_end - occurrence.begin - 2);
    line = trim(line);
    if (line.ends_with("--")) line.remove_suffix(2);
    for (std::size_t at = 0; (at = body.find(line, at)) != std::string_view::npos; ++at) {
        std::size_t before = at;
        if (before > 0 && body[before - 1] == '"') --before;
        if (before >= 9 && equals_ignoring_case(body.substr(before - 9, 9), "boundary=")) return true;
    }
    return false;
}

/// Where the bytes before a delimiter end: its line end belongs to the delimiter.
std::size_t end_before(std::string_view body, std::size_t begin, std::size_t least) {
    std::size_t end = begin;
    if (end > least && body[end - 1] == '\n') --end;
    if (end > least && body[end - 1] == '\r') --end;
    return end;
}

bool counts(const Occurrence& occurrence, DelimiterRule rule) {
    switch (rule) {
        case DelimiterRule::exact:
        case DelimiterRule::after_close: return occurrence.at_line_start && occurrence.clean_tail;
        case DelimiterRule::prefix: return occurrence.at_line_start;
        case DelimiterRule::anywhere: return true;
    }
    return false;
}

class Splitter {
public:
    Splitter(std::string_view body, std::string_view boundary, DelimiterRule rule, std::size_t parts_max)
        : body_(body), delimiter_("--"), rule_(rule), parts_max_(parts_max) {
        delimiter_ += boundary;
    }

    MultipartSplit split() {
        std::size_t at = 0;
        while ((at = body_.find(delimiter_, at)) != std::string_view::npos) {
            Occurrence occurrence = examine(body_, at, delimiter_.size() - 2);
            if (!counts(occurrence, rule_)) {
                note_other_rule(occurrence);
                ++at;
                continue;
            }
            if (!take(occurrence)) break;
            at = std::max(occurrence.line_end, at + 1);
        }
        finish();
        return std::move(out_);
    }

private:
    void note_other_rule(const Occurrence& occurrence) {
        if (occurrence.at_line_start) {
            if (out_.prefix_line == MultipartSplit::npos && declared_checks_ < 8) {
                ++declared_checks_;
                if (!is_declared_elsewhere(body_, occurrence)) out_.prefix_line = occurrence.begin;
            }
        } else if (occurrence.clean_tail && out_.delimiter_inside_line == MultipartSplit::npos) {
            out_.delimiter_inside_line = occurrence.begin;
        }
    }

    /// False: stop looking.
    bool take(const Occurrence& occurrence) {
        if (out_.closed) {
            out_.delimiter_after_close = occurrence.begin;
            return false;
        }
        if (out_.parts.size() >= parts_max_) {
            out_.too_many_parts = true;
            return false;
        }
        close_open_range(end_before(body_, occurrence.begin, begin_));
        if (occurrence.closing && rule_ != DelimiterRule::after_close) {
            out_.closed = true;
            out_.epilogue = {occurrence.line_end, body_.size()};
            in_part_ = false;
        } else {
            in_part_ = true;
        }
        begin_ = occurrence.line_end;
        any_ = true;
        return true;
    }

    void close_open_range(std::size_t end) {
        if (in_part_) {
            out_.parts.push_back({begin_, end});
        } else if (!any_) {
            out_.preamble = {0, end};
        }
    }

    void finish() {
        if (out_.closed) return;
        if (in_part_ && out_.parts.size() < parts_max_ && !out_.too_many_parts) {
            out_.parts.push_back({begin_, body_.size()});
        } else if (in_part_) {
            out_.epilogue = {begin_, body_.size()};
            out_.too_many_parts = true;
        } else if (!any_) {
            out_.preamble = {0, body_.size()};
        }
    }

    std::string_view body_;
    std::string delimiter_;
    DelimiterRule rule_;
    std::size_t parts_max_;
    MultipartSplit out_;
    std::size_t begin_ = 0;
    std::size_t declared_checks_ = 0;
    bool in_part_ = false;
    bool any_ = false;
};

}  // namespace

MultipartSplit split_multipart(ByteView body, std::string_view boundary, DelimiterRule rule,
                               std::size_t parts_max) {
    return Splitter(as_text(body), boundary, rule, parts_max).split();
}

std::vector<std::string> observed_boundaries(ByteView bytes) {
    constexpr std::size_t boundaries_max = 4, looked_at_max = 4096, boundary_bytes_max = 200;
    std::vector<std::string> found;
    std::string_view body = as_text(bytes);
    std::size_t looked_at = 0;
    for (std::size_t at = 0;
         (at = body.find("--", at)) != std::string_view::npos && looked_at < looked_at_max;) {
        bool line_start = at == 0 || body[at - 1] == '\n' || body[at - 1] == '\r';
        std::size_t end = find_line_end(body, at);
        std::size_t begin = at + 2;
        at = std::max(end, at + 1);
        if (!line_start || end < begin || end - begin > boundary_bytes_max) continue;
        ++looked_at;
        std::size_t next = std::min(body.find_first_not_of("\r\n", end), body.size());
        if (!starts_with_ignoring_case(body.substr(next), "content-")) continue;
        std::string boundary(trim(body.substr(begin, end - begin)));
        if (std::ranges::find(found, boundary) != found.end()) continue;
        found.push_back(std::move(boundary));
        if (found.size() == boundaries_max) break;
    }
    return found;
}

bool has_near_boundary(ByteView bytes, std::string_view boundary) {
    constexpr std::size_t looked_at_max = 4096, short_boundary_bytes = 6;
    std::string_view body = as_text(bytes);
    if (boundary.size() < short_boundary_bytes) return false;
    std::string delimiter = "--" + std::string(boundary);
    std::size_t looked_at = 0;
    // Dashes are rarer than lines.
    for (std::size_t at = 1; (at = body.find('-', at)) != std::string_view::npos && looked_at < looked_at_max;
         ++at) {
        if (body[at - 1] != '\n') continue;
        ++looked_at;
        std::string_view line = body.substr(at, find_line_end(body, at) - at);
        if (line.starts_with(delimiter) || line.size() > 2 * delimiter.size() + 4) continue;
        std::string_view name = line.substr(std::min(line.find_first_not_of("- \t"), line.size()));
        std::string_view wanted =
            boundary.substr(std::min(boundary.find_first_not_of("- \t"), boundary.size()));
        std::size_t same = 0;
        while (same < name.size() && same < wanted.size() &&
               ascii_lower(name[same]) == ascii_lower(wanted[same]))
            ++same;
        bool near =
            same >= short_boundary_bytes && same + 2 >= wanted.size() && name.size() <= wanted.size() + 4;
        if (!near) continue;
        Occurrence occurrence;
        occurrence.begin = at;
        occurrence.line_end = at + line.size();
        if (!is_declared_elsewhere(body, occurrence)) return true;
    }
    return false;
}

}  // namespace tocsin::mail
