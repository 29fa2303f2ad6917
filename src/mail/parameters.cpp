#include "mail/parameters.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/encoded_words.hpp"

namespace tocsin::mail {

namespace {

constexpr std::size_t candidates_max = 16;
/// RFC 2046 section 5.1.1 allows 70; programs take more.
constexpr std::size_t boundary_bytes_max = 256;

/// Steps over one comment (RFC 5322 section 3.2.2) that begins at `at`; nested ones included. Unterminated: to the end.
std::size_t after_comment(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    for (; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '(') {
            ++depth;
        } else if (text[at] == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

/// Takes a value apart from left to right.
class StructuredReader {
public:
    StructuredReader(std::string_view text, Comments comments) : text_(text), comments_(comments) {}

    StructuredValue read() {
        StructuredValue out;
        out.head = read_head(out.comment_in_head);
        while (at_ < text_.size() && out.parameters.size() < limits::parameters) {
            std::size_t semicolon = at_++;
            if (std::optional<Parameter> parameter = read_parameter()) {
                out.parameters.push_back(std::move(*parameter));
            } else if (!out.parameters.empty()) {
                out.parameters.back().tail += trim(text_.substr(semicolon, at_ - semicolon));
            }
        }
        return out;
    }

private:
    bool at_comment() const { return comments_ == Comments::removed && text_[at_] == '('; }

    std::string read_head(bool& comment_seen) {
        std::string head;
        while (at_ < text_.size() && text_[at_] != ';') {
            if (at_comment()) {
                comment_seen = true;
                at_ = after_comment(text_, at_);
            } else {
                head.push_back(text_[at_++]);
            }
        }
        return std::string(trim(head));
    }

    void skip_space_and_comments() {
        while (at_ < text_.size()) {
            if (is_ascii_space(text_[at_])) {
                ++at_;
            } else if (at_comment()) {
                at_ = after_comment(text_, at_);
            } else {
                return;
            }
        }
    }

    std::optional<Parameter> read_parameter() {
        Parameter out;
        skip_space_and_comments();
        while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != ';') {
            if (at_comment()) {
                at_ = after_comment(text_, at_);
            } else {
                out.name.push_back(ascii_lower(text_[at_++]));
            }
        }
        out.name = trim(out.name);
        if (at_ >= text_.size() || text_[at_] == ';') return std::nullopt;
        ++at_;  // the equals sign
        std::size_t raw_begin = at_;
        skip_space_and_comments();
        if (at_ < text_.size() && text_[at_] == '"') {
            read_quoted(out);
        } else {
            read_unquoted(out);
        }
        out.raw_value = trim(text_.substr(raw_begin, at_ - raw_begin));
        return out;
    }

    void read_quoted(Parameter& out) {
        out.quoted = true;
        ++at_;
        bool closed = false;
        while (at_ < text_.size() && !closed) {
            char c = text_[at_++];
            if (c == '"') {
                closed = true;
            } else if (c == '\\' && at_ < text_.size()) {
                out.value.push_back(text_[at_++]);
            } else {
                out.value.push_back(c);
            }
        }
        std::size_t junk_begin = at_;
        while (at_ < text_.size() && text_[at_] != ';') ++at_;
        std::string_view junk = trim(text_.substr(junk_begin, at_ - junk_begin));
        out.well_formed = closed && (junk.empty() || junk.front() == '(');
    }

    void read_unquoted(Parameter& out) {
        while (at_ < text_.size() && text_[at_] != ';') {
            if (at_comment()) {
                at_ = after_comment(text_, at_);
            } else {
                out.value.push_back(text_[at_++]);
            }
        }
        out.value = trim(out.value);
        out.well_formed = !out.value.empty() && std::ranges::all_of(out.value, is_token_character);
    }

    std::string_view text_;
    Comments comments_;
    std::size_t at_ = 0;
};

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
            hex_value(text[at + 2]) >= 0) {
            out.push_back(static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])));
            at += 2;
        } else {
            out.push_back(text[at]);
        }
    }
    return out;
}

/// One piece of an RFC 2231 value: `name*3*=...`.
struct Section {
    std::size_t index = 0;
    std::size_t position = 0;  ///< among the pieces as written
    bool encoded = false;
    std::string value;
};

std::vector<Section> rfc2231_sections(const StructuredValue& structured, std::string_view name) {
    std::vector<Section> sections;
    for (const Parameter& parameter : structured.parameters) {
        std::string_view rest = parameter.name;
        if (!rest.starts_with(name) || rest.size() == name.size() || rest[name.size()] != '*') continue;
        rest.remove_prefix(name.size() + 1);
        Section section;
        section.encoded = rest.empty() || rest.ends_with('*');
        if (rest.ends_with('*')) rest.remove_suffix(1);
        if (rest.size() > 4 || !std::ranges::all_of(rest, is_ascii_digit)) continue;
        for (char c : rest) section.index = section.index * 10 + static_cast<std::size_t>(c - '0');
        section.value = parameter.value;
        section.position = sections.size();
        sections.push_back(std::move(section));
    }
    return sections;
}

/// Joins pieces in the given order; the charset prefix (RFC 2231 section 4) stands in the first encoded one.
std::string join_sections(const std::vector<Section>& sections) {
    std::string charset, joined;
    bool any_encoded = false;
    for (const Section& section : sections) {
        std::string_view value = section.value;
        if (section.encoded && !any_encoded) {
            any_encoded = true;
            std::size_t first = value.find('\'');
            std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
            if (second != std::string_view::npos) {
                charset = to_lower(value.substr(0, first));
                value.remove_prefix(second + 1);
            }
        }
        joined += section.encoded ? percent_decoded(value) : std::string(value);
    }
    return charset.empty() ? joined : CharsetConverters{}.to_utf8(joined, charset);
}

std::vector<ValueCandidate> rfc2231_candidates(const StructuredValue& structured, std::string_view name,
                                               AmbiguityKind reason) {
    std::vector<Section> sections = rfc2231_sections(structured, name);
    std::vector<ValueCandidate> out;
    if (sections.empty()) return out;
    std::vector<Section> ordered = sections;
    std::ranges::sort(ordered, {}, [](const Section& one) { return std::pair(one.index, one.position); });
    out.push_back({join_sections(ordered), reason});
    out.push_back({join_sections(sections), reason});
    // A duplicated index: programs keep the first piece of each index, or the last.
    std::vector<Section> first_of_each, last_of_each;
    for (const Section& section : ordered) {
        bool same = !first_of_each.empty() && first_of_each.back().index == section.index;
        if (!same) first_of_each.push_back(section);
        if (same) last_of_each.pop_back();
        last_of_each.push_back(section);
    }
    out.push_back({join_sections(first_of_each), reason});
    out.push_back({join_sections(last_of_each), reason});
    // A missing index: some programs stop there, some need index 0.
    std::vector<Section> contiguous;
    for (const Section& section : first_of_each)
        if (section.index == contiguous.size()) contiguous.push_back(section);
    out.push_back({join_sections(contiguous), reason});
    std::string undecoded;
    for (const Section& section : ordered) undecoded += section.value;
    out.push_back({undecoded, reason});
    return out;
}

void add_distinct(std::vector<ValueCandidate>& out, std::string value, AmbiguityKind reason) {
    if (value.empty() || value.size() > boundary_bytes_max || out.size() >= candidates_max) return;
    for (const ValueCandidate& known : out)
        if (known.value == value) return;
    out.push_back({std::move(value), reason});
}

std::string without(std::string_view text, std::string_view unwanted) {
    std::string out;
    for (char c : text)
        if (unwanted.find(c) == std::string_view::npos) out.push_back(c);
    return out;
}

std::string without_controls(std::string_view text) {
    std::string out;
    for (char c : text)
        if (!is_control(c)) out.push_back(c);
    return out;
}

/// The forms in which programs may take one boundary value.
void add_boundary_forms(std::vector<ValueCandidate>& out, std::string_view value, AmbiguityKind reason) {
    add_distinct(out, std::string(value), reason);
    bool plain = std::ranges::all_of(value, [](char c) {
        return is_token_character(c) || c == '=' || c == ':' || c == '/' || c == '?' || c == '@' || c == ',';
    });
    if (plain && value.find_first_of(",;") == std::string_view::npos &&
        value.find("=?") == std::string_view::npos)
        return;
    add_distinct(out, std::string(trim(value)), AmbiguityKind::boundary_whitespace);
    add_distinct(out, std::string(value.substr(0, value.find_first_of(" \t\v\r\n"))),
                 AmbiguityKind::boundary_whitespace);
    add_distinct(out, without(value, " \t\v\f\r\n"), AmbiguityKind::boundary_whitespace);
    add_distinct(out, std::string(value.substr(0, value.find_first_of(",;"))),
                 AmbiguityKind::boundary_illegal_character);
    add_distinct(out, without_controls(value), AmbiguityKind::boundary_illegal_character);
    add_distinct(out, std::string(value.substr(0, value.find('\0'))),
                 AmbiguityKind::boundary_illegal_character);
    add_distinct(out, without(value, "\"'"), AmbiguityKind::boundary_quoting);
    add_distinct(out, std::string(value.substr(0, value.find_first_of("\"'"))),
                 AmbiguityKind::boundary_quoting);
    add_distinct(out, without(value, "\\"), AmbiguityKind::boundary_quoting);
    add_distinct(out, std::string(trim(value.substr(0, value.find('(')))),
                 AmbiguityKind::boundary_illegal_character);
    if (value.find("=?") != std::string_view::npos)
        add_distinct(out, decode_header_text(value), AmbiguityKind::encoded_word_in_parameter);
}

/// Every `boundary ... = value` that stands anywhere in the text, however badly separated.
void add_hidden_boundaries(std::vector<ValueCandidate>& out, std::string_view text) {
    std::size_t at = 0;
    while (out.size() < candidates_max &&
           (at = find_ignoring_case(text, "boundary", at)) != std::string_view::npos) {
        at += 8;
        std::size_t value = at;
        while (value < text.size() && (is_ascii_space(text[value]) || is_control(text[value]))) ++value;
        if (value >= text.size() || text[value] != '=') continue;
        ++value;
        while (value < text.size() && (is_ascii_space(text[value]) || is_control(text[value]))) ++value;
        std::string_view rest = text.substr(value);
        char quote = rest.empty() ? '\0' : rest.front();
        if (quote == '"' || quote == '\'' || (quote == '\\' && rest.size() > 1)) {
            rest.remove_prefix(quote == '\\' ? 2 : 1);
            std::string_view quoted = rest.substr(0, rest.find_first_of("\"'\\"));
            add_boundary_forms(out, quoted, AmbiguityKind::boundary_in_other_field);
        }
        add_boundary_forms(out, rest.substr(0, rest.find_first_of(";\"")),
                           AmbiguityKind::boundary_in_other_field);
    }
}

/// What else programs make of a name that is not a well-formed token or quoted-string.
void add_other_names(std::vector<ValueCandidate>& out, const Parameter& plain) {
    constexpr AmbiguityKind reason = AmbiguityKind::filename_encoding;
    std::string_view value = plain.value;
    if (!plain.well_formed && plain.raw_value.find('"') != std::string::npos)
        add_distinct(out, decode_header_text(without(plain.raw_value, "\"")), reason);
    if (value.size() > 2 && value.starts_with('\'') && value.ends_with('\''))
        add_distinct(out, std::string(value.substr(1, value.size() - 2)), reason);
    if (plain.tail.find_first_not_of("; \t") != std::string::npos)
        add_distinct(out, decode_header_text(without(plain.value + plain.tail, "\"\\")), reason);
    // RFC 2781 section 4.3: without a byte order mark, UTF-16 is big-endian; programs of a little-endian world differ.
    std::size_t utf16 = find_ignoring_case(value, "=?utf-16?");
    if (utf16 != std::string_view::npos)
        add_distinct(out, decode_header_text(std::string(value).replace(utf16, 8, "=?utf-16le")), reason);
}

}  // namespace

StructuredValue read_structured_value(std::string_view text, Comments comments) {
    return StructuredReader(text, comments).read();
}

std::string unfold_value(std::string_view raw_value, Folds folds) {
    std::string out;
    out.reserve(raw_value.size());
    bool after_line_end = false;
    for (char c : raw_value) {
        bool line_end = c == '\r' || c == '\n';
        bool dropped = line_end || (folds == Folds::to_nothing && after_line_end && is_space_or_tab(c));
        if (!dropped) out.push_back(c);
        after_line_end = dropped;
    }
    return out;
}

const Parameter* find_parameter(const StructuredValue& structured, std::string_view name) {
    for (const Parameter& parameter : structured.parameters)
        if (parameter.name == name) return &parameter;
    return nullptr;
}

std::vector<ValueCandidate> boundary_candidates(std::string_view unfolded,
                                                const StructuredValue& structured) {
    std::vector<ValueCandidate> out;
    bool well_formed = true;
    std::size_t mentions = 0;
    for (std::size_t at = 0; (at = find_ignoring_case(unfolded, "boundary", at)) != std::string_view::npos;
         ++at)
        ++mentions;
    for (const Parameter& parameter : structured.parameters) {
        if (parameter.name != "boundary") continue;
        add_boundary_forms(out, parameter.value,
                           out.empty() ? AmbiguityKind::boundary_quoting : AmbiguityKind::duplicate_boundary);
        well_formed = well_formed && parameter.well_formed;
        if (!parameter.well_formed || parameter.raw_value.find('\\') != std::string::npos)
            add_boundary_forms(out, parameter.raw_value, AmbiguityKind::boundary_quoting);
    }
    // The ordinary case ends here: one boundary, well written, mentioned once.
    if (well_formed && mentions == 1 && out.size() == 1) return out;
    bool any_empty = std::ranges::any_of(structured.parameters, [](const Parameter& parameter) {
        return parameter.name == "boundary" && trim(parameter.value).empty();
    });
    // An empty boundary makes a line of two dashes the delimiter.
    if (any_empty) out.push_back({"", AmbiguityKind::boundary_empty_or_missing});
    for (ValueCandidate& candidate :
         rfc2231_candidates(structured, "boundary", AmbiguityKind::boundary_encoded)) {
        add_boundary_forms(out, candidate.value, candidate.reason);
        // UTF-16 of an ASCII boundary is the same letters with NUL between them.
        add_distinct(out, without(candidate.value, std::string_view("\0", 1)),
                     AmbiguityKind::boundary_encoded);
    }
    // Programs that look at one piece only.
    for (const Section& section : rfc2231_sections(structured, "boundary"))
        add_boundary_forms(out, section.value, AmbiguityKind::boundary_encoded);
    add_hidden_boundaries(out, unfolded);
    return out;
}

std::vector<ValueCandidate> name_candidates(const StructuredValue& structured, std::string_view parameter) {
    std::vector<ValueCandidate> out;
    for (ValueCandidate& candidate :
         rfc2231_candidates(structured, parameter, AmbiguityKind::filename_encoding))
        add_distinct(out, std::move(candidate.value), candidate.reason);
    for (const Parameter& plain : structured.parameters) {
        if (plain.name != parameter) continue;
        add_distinct(out, decode_header_text(plain.value), AmbiguityKind::filename_conflict);
        add_other_names(out, plain);
    }
    return out;
}

}  // namespace tocsin::mail
