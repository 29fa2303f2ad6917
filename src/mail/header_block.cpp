#include "mail/header_block.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {

namespace {

constexpr std::size_t npos = HeaderOddities::npos;

void note_first(std::size_t& slot, std::size_t offset) {
    if (slot == npos) slot = offset;
}

/// A line: [begin, end) without its line end, and where the next one begins.
struct RawLine {
    std::size_t begin = 0, end = 0, next = 0;
};

std::size_t find_byte(std::string_view text, char byte, std::size_t from) {
    std::size_t at = text.find(byte, from);
    return at == std::string_view::npos ? text.size() : at;
}

RawLine line_ended_by_lf(std::string_view text, std::size_t begin) {
    std::size_t lf = find_byte(text, '\n', begin);
    std::size_t end = lf;
    // Every CR before the LF goes: CRCRLF is a line end with a stray byte for most programs.
    while (lf < text.size() && end > begin && text[end - 1] == '\r') --end;
    return {begin, end, std::min(lf + 1, text.size())};
}

RawLine line_ended_by_any(std::string_view text, std::size_t begin) {
    std::size_t end = find_line_end(text, begin);
    std::size_t next = end;
    if (next < text.size()) {
        bool is_crlf = text[next] == '\r' && next + 1 < text.size() && text[next + 1] == '\n';
        next += is_crlf ? 2 : 1;
    }
    return {begin, end, next};
}

RawLine line_ended_by_run(std::string_view text, std::size_t begin) {
    std::size_t end = find_line_end(text, begin);
    std::size_t next = end;
    std::size_t line_feeds = 0;
    // One LF with the CRs around it is one line end; a second LF begins the next.
    while (next < text.size() && (text[next] == '\r' || (text[next] == '\n' && line_feeds == 0))) {
        if (text[next] == '\n') ++line_feeds;
        ++next;
        if (line_feeds == 1 && next + 1 < text.size() && text[next] == '\r' && text[next + 1] == '\n') break;
    }
    return {begin, end, next};
}

RawLine line_ended_by_crlf(std::string_view text, std::size_t begin) {
    std::size_t end = text.find("\r\n", begin);
    if (end == std::string_view::npos) return {begin, text.size(), text.size()};
    return {begin, end, end + 2};
}

RawLine next_line(std::string_view text, std::size_t begin, LineEnds line_ends) {
    switch (line_ends) {
        case LineEnds::lf_or_crlf: return line_ended_by_lf(text, begin);
        case LineEnds::any_cr_or_lf: return line_ended_by_any(text, begin);
        case LineEnds::runs_collapsed: return line_ended_by_run(text, begin);
        case LineEnds::crlf_only: return line_ended_by_crlf(text, begin);
    }
    return line_ended_by_lf(text, begin);
}

/// A field name by RFC 5322 section 3.6.8: printable, no colon; white space before the colon is the obsolete form.
std::optional<std::string_view> field_name(std::string_view line, std::size_t colon) {
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && is_space_or_tab(name.back())) name.remove_suffix(1);
    if (name.empty() || name.find(' ') != std::string_view::npos) return std::nullopt;
    return name;
}

bool is_envelope_line(std::string_view line) {
    // "From " of an mbox and ">From " that a careless mbox writer left behind.
    return line.starts_with("From ") || line.starts_with(">From ");
}

/// The first line, blank ones aside, is a header field.
bool begins_with_field(std::string_view text) {
    constexpr std::size_t name_bytes_max = 80;
    text = text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
    std::size_t colon = text.substr(0, name_bytes_max).find(':');
    if (colon == std::string_view::npos) return false;
    std::optional<std::string_view> name = field_name(text, colon);
    return name && std::ranges::all_of(
                       *name, [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '_'; });
}

/// The last field has no value, and an indented line follows that would be one: "Content-Transfer-Encoding:", a blank line,
/// " base64".
bool continues_empty_field(const HeaderBlock& block, std::string_view below) {
    if (block.fields.empty() || below.empty() || !is_space_or_tab(below.front())) return false;
    const HeaderField& last = block.fields.back();
    return trim(last.raw_value).empty() && is_mime_field(last.name);
}

/// The state of reading one block.
class BlockReader {
public:
    BlockReader(std::string_view text, const HeaderRules& rules) : text_(text), rules_(rules) {}

    HeaderBlock read() {
        std::string_view limited = text_.substr(0, limits::header_block_bytes);
        std::size_t at = 0;
        block_.body_begin = text_.size();
        block_.odd.no_blank_line = true;
        while (at < limited.size()) {
            if (block_.fields.size() >= limits::header_fields) break;
            RawLine line = next_line(limited, at, rules_.line_ends);
            note_line_oddities(line);
            if (!take(line)) return std::move(block_);
            at = line.next;
        }
        if (at < text_.size()) {
            block_.odd.over_limit = true;
            block_.body_begin = at;
        }
        return std::move(block_);
    }

private:
    void note_line_oddities(const RawLine& line) {
        std::string_view content = text_.substr(line.begin, line.end - line.begin);
        if (rules_.line_ends == LineEnds::lf_or_crlf) {
            std::size_t cr = content.find('\r');
            if (cr != std::string_view::npos) note_first(block_.odd.bare_cr, line.begin + cr);
            if (line.next - line.end > 2) note_first(block_.odd.bare_cr, line.end);
        }
        bool crlf = line.next - line.end >= 2;
        if (line.next > line.end) {
            if (crlf) saw_crlf_ = true;
            if (!crlf && first_lone_lf_ == npos) first_lone_lf_ = line.end;
            if (saw_crlf_ && first_lone_lf_ != npos) note_first(block_.odd.lone_lf, first_lone_lf_);
        }
    }

    /// False: the headers end here.
    bool take(const RawLine& line) {
        std::string_view content = text_.substr(line.begin, line.end - line.begin);
        if (content.empty()) return take_blank(line);
        if (is_space_or_tab(content.front())) return take_continuation(line, content);
        std::size_t colon = content.find(':');
        std::optional<std::string_view> name =
            colon == std::string_view::npos ? std::nullopt : field_name(content, colon);
        if (!name) return take_malformed(line, content);
        block_.fields.push_back({*name, content.substr(colon + 1), line.begin});
        return true;
    }

    bool take_blank(const RawLine& line) {
        std::string_view below = text_.substr(line.next);
        if (rules_.through_blank_line && (begins_with_field(below) || continues_empty_field(block_, below)))
            return true;
        return end_at(line.next);
    }

    bool take_continuation(const RawLine& line, std::string_view content) {
        if (trim(content).empty()) {
            note_first(block_.odd.only_spaces_line, line.begin);
            if (rules_.only_spaces == OddLine::ends_headers) return end_at(line.next);
        }
        if (block_.fields.empty()) {
            note_first(block_.odd.malformed_line, line.begin);
            return rules_.malformed == OddLine::skipped || end_at(line.begin);
        }
        HeaderField& last = block_.fields.back();
        const char* value_begin = last.raw_value.data();
        last.raw_value = {value_begin, static_cast<std::size_t>(text_.data() + line.end - value_begin)};
        return true;
    }

    bool take_malformed(const RawLine& line, std::string_view content) {
        if (line.begin == 0 && is_envelope_line(content)) return true;
        note_first(block_.odd.malformed_line, line.begin);
        return rules_.malformed == OddLine::skipped || end_at(line.begin);
    }

    bool end_at(std::size_t body_begin) {
        block_.body_begin = body_begin;
        block_.odd.no_blank_line = false;
        return false;
    }

    std::string_view text_;
    HeaderRules rules_;
    HeaderBlock block_;
    bool saw_crlf_ = false;
    std::size_t first_lone_lf_ = npos;
};

/// What a reading means to MIME: its Content-* fields, and nothing else.
std::string mime_meaning(const HeaderBlock& block) {
    std::string meaning;
    for (const HeaderField& field : block.fields) {
        if (!is_mime_field(field.name)) continue;
        meaning += to_lower(field.name);
        for (char c : field.raw_value)
            if (c != '\r' && c != '\n') meaning.push_back(c);
        meaning.push_back('\n');
    }
    return meaning;
}

/// The body is itself a message, whose headers are its own.
bool body_has_own_headers(const HeaderBlock& block) {
    const HeaderField* type = find_field(block.fields, "content-type");
    return type != nullptr && (starts_with_ignoring_case(trim(type->raw_value), "message/") ||
                               starts_with_ignoring_case(trim(type->raw_value), "text/rfc822"));
}

}  // namespace

bool is_mime_field(std::string_view name) {
    if (name.size() < 8 || ascii_lower(name.front()) != 'c') return false;
    return equals_ignoring_case(name, "content-type") ||
           equals_ignoring_case(name, "content-transfer-encoding") ||
           equals_ignoring_case(name, "content-disposition") ||
           equals_ignoring_case(name, "content-encoding") || equals_ignoring_case(name, "content-id");
}

HeaderBlock read_header_block(ByteView bytes, const HeaderRules& rules) {
    return BlockReader(as_text(bytes), rules).read();
}

std::vector<HeaderAlternative> header_alternatives(ByteView bytes, const HeaderBlock& primary,
                                                   OwnHeadersBelow own_headers_below) {
    std::vector<HeaderAlternative> found;
    std::vector<std::string> meanings{mime_meaning(primary)};
    auto consider = [&](const HeaderRules& rules, AmbiguityKind reason, std::size_t offset) {
        HeaderBlock block = read_header_block(bytes, rules);
        std::string meaning = mime_meaning(block);
        if (std::ranges::find(meanings, meaning) != meanings.end()) return;
        meanings.push_back(std::move(meaning));
        found.push_back({std::move(block), reason, offset});
    };
    const HeaderOddities& odd = primary.odd;
    if (odd.bare_cr != npos) {
        consider({.line_ends = LineEnds::any_cr_or_lf}, AmbiguityKind::bare_cr_in_header, odd.bare_cr);
        consider({.line_ends = LineEnds::runs_collapsed}, AmbiguityKind::bare_cr_in_header, odd.bare_cr);
        consider({.line_ends = LineEnds::any_cr_or_lf, .through_blank_line = true},
                 AmbiguityKind::bare_cr_in_header, odd.bare_cr);
        consider({.line_ends = LineEnds::runs_collapsed, .malformed = OddLine::ends_headers},
                 AmbiguityKind::bare_cr_in_header, odd.bare_cr);
    }
    if (odd.lone_lf != npos)
        consider({.line_ends = LineEnds::crlf_only}, AmbiguityKind::mixed_line_endings, odd.lone_lf);
    if (odd.malformed_line != npos)
        consider({.malformed = OddLine::ends_headers},
                 primary.fields.empty() || odd.malformed_line < primary.fields.front().offset
                     ? AmbiguityKind::junk_before_headers
                     : AmbiguityKind::malformed_header_line,
                 odd.malformed_line);
    if (odd.only_spaces_line != npos)
        consider({.only_spaces = OddLine::ends_headers}, AmbiguityKind::blank_line_with_spaces,
                 odd.only_spaces_line);
    std::string_view below = as_text(bytes.subspan(primary.body_begin));
    if (own_headers_below == OwnHeadersBelow::no && !body_has_own_headers(primary) &&
        (begins_with_field(below) || continues_empty_field(primary, below)))
        consider({.malformed = OddLine::ends_headers, .through_blank_line = true},
                 AmbiguityKind::header_after_blank_line, primary.body_begin);
    return found;
}

const HeaderField* find_field(const std::vector<HeaderField>& fields, std::string_view name) {
    for (const HeaderField& field : fields)
        if (equals_ignoring_case(field.name, name)) return &field;
    return nullptr;
}

}  // namespace tocsin::mail
