#include "mail/mime_fields.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"

namespace tocsin::mail {

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\r' && c != '\n'; });
}

bool names_encoding(std::string_view value) {
    return find_ignoring_case(value, "base64") != std::string_view::npos ||
           find_ignoring_case(value, "quoted-printable") != std::string_view::npos;
}

namespace {

constexpr std::array<std::string_view, 10> top_level_types{
    "text", "image", "audio", "video", "application", "multipart", "message", "font", "model", "chemical"};

/// How far into a continuation line a hidden "Content-" may begin.
constexpr std::size_t hidden_name_bytes = 64;

std::string_view strip_non_token(std::string_view name) {
    while (!name.empty() && !is_token_character(name.front())) name.remove_prefix(1);
    while (!name.empty() && !is_token_character(name.back())) name.remove_suffix(1);
    return name;
}

/// RFC 5322 allows no comment in a field name; programs that strip comments first see one all the same.
std::string without_comments(std::string_view text) {
    std::string out;
    std::size_t depth = 0;
    for (char c : text) {
        if (c == '(') ++depth;
        if (depth == 0) out.push_back(c);
        if (c == ')' && depth > 0) --depth;
    }
    return out;
}

std::vector<FieldUse>* uses_of(MimeFields& fields, std::string_view name) {
    if (equals_ignoring_case(name, "content-type")) return &fields.type;
    if (equals_ignoring_case(name, "content-transfer-encoding")) return &fields.encoding;
    if (equals_ignoring_case(name, "content-disposition")) return &fields.disposition;
    return nullptr;
}

bool looks_like_media_type(std::string_view value) {
    value = trim(value);
    for (std::string_view top : top_level_types)
        if (starts_with_ignoring_case(value, top) && value.size() > top.size() && value[top.size()] == '/')
            return true;
    return false;
}

/// A line that some program takes for a MIME field although it is no field of its own for most: it begins with white space or
/// control bytes, or has no colon.
std::optional<FieldUse> hidden_field(std::string_view line, std::uint64_t offset, MimeFields& fields,
                                     std::vector<FieldUse>*& target) {
    std::string_view text = line;
    while (!text.empty() && !is_ascii_alphanumeric(text.front()) && text.front() != '(')
        text.remove_prefix(1);
    if (text.starts_with('(') && text.find(')') != std::string_view::npos)
        text.remove_prefix(std::min(text.find_first_not_of(" \t", text.find(')') + 1), text.size()));
    std::size_t colon = text.find(':');
    for (std::string_view name : {"content-type", "content-transfer-encoding", "content-disposition"}) {
        bool commented = colon != std::string_view::npos && colon > name.size() &&
                         equals_ignoring_case(trim(without_comments(text.substr(0, colon))), name);
        if (!commented && !starts_with_ignoring_case(text, name)) continue;
        std::string_view value = text.substr(commented ? colon : name.size());
        while (!value.empty() &&
               (value.front() == ':' || is_ascii_space(value.front()) || is_control(value.front())))
            value.remove_prefix(1);
        bool plausible = name == "content-type" ? looks_like_media_type(value)
                         : name == "content-transfer-encoding"
                             ? names_encoding(value)
                             : find_ignoring_case(value, "attachment") != std::string_view::npos;
        if (!plausible) return std::nullopt;
        target = uses_of(fields, name);
        return FieldUse{value, offset, true, AmbiguityKind::space_before_header_name};
    }
    return std::nullopt;
}

/// Cheap and generous: only what passes is looked at closely. A comment may stand before the name.
bool may_begin_mime_field(std::string_view line) {
    std::size_t at = 0;
    while (at < line.size() && !is_ascii_alphanumeric(line[at]) && line[at] != '(') ++at;
    if (at < line.size() && line[at] == '(')
        return find_ignoring_case(line, "content") != std::string_view::npos;
    return starts_with_ignoring_case(line.substr(at), "content");
}

/// Behind the next byte that some program takes for a line end: Python's splitlines() knows VT, FF and FS to RS. npos: none.
std::size_t after_any_line_end(std::string_view text, std::size_t from) {
    for (std::size_t at = find_control(text, from); at < text.size(); at = find_control(text, at + 1)) {
        char c = text[at];
        if (c == '\n' || c == '\v' || c == '\f' || (c >= 0x1c && c <= 0x1e)) return at + 1;
    }
    return std::string_view::npos;
}

/// Continuation lines that begin like a MIME field. DKIM and ARC signatures list field names there, in every second mail.
void gather_hidden_continuations(const HeaderField& field, MimeFields& fields) {
    if (equals_ignoring_case(field.name, "dkim-signature") || starts_with_ignoring_case(field.name, "arc-"))
        return;
    std::size_t at = 0;
    while ((at = after_any_line_end(field.raw_value, at)) != std::string_view::npos) {
        std::string_view line = field.raw_value.substr(at);
        if (!may_begin_mime_field(line.substr(0, hidden_name_bytes))) continue;
        line = line.substr(0, after_any_line_end(line, 0));
        std::vector<FieldUse>* target = nullptr;
        std::uint64_t offset =
            field.offset + static_cast<std::uint64_t>(field.raw_value.data() - field.name.data()) + at;
        if (std::optional<FieldUse> use = hidden_field(line, offset, fields, target)) target->push_back(*use);
    }
}

std::string filtered(std::string_view text, bool (*unwanted)(char)) {
    std::string out;
    for (char c : text)
        if (!unwanted(c)) out.push_back(c);
    return out;
}

/// Bytes that cannot stand in a field name: control bytes, DEL, all that is not ASCII.
bool is_foreign_to_name(char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < '!' || byte >= 0x7F;
}

/// RFC 5322 section 2.2: a name is printable ASCII. Some programs drop the other bytes, others end the name at NUL.
void gather_mended_name(const HeaderField& field, MimeFields& fields) {
    std::string_view name = field.name;
    std::string mended = filtered(name, is_foreign_to_name);
    std::vector<FieldUse>* target = uses_of(fields, mended);
    std::size_t nul = name.find('\0');
    if (target == nullptr && nul != std::string_view::npos) target = uses_of(fields, name.substr(0, nul));
    if (target != nullptr)
        target->push_back({field.raw_value, field.offset, true, AmbiguityKind::control_in_header});
}

void gather_field(const HeaderField& field, MimeFields& fields) {
    gather_hidden_continuations(field, fields);
    if (field.name.size() < 10) return;
    if (field.name.size() > 80) return gather_mended_name(field, fields);
    if (equals_ignoring_case(field.name, "content-id")) {
        fields.content_id = &field;
        return;
    }
    if (equals_ignoring_case(field.name, "content-description")) {
        fields.description = &field;
        return;
    }
    std::vector<FieldUse>* exact = uses_of(fields, field.name);
    FieldUse use{field.raw_value, field.offset, false, AmbiguityKind::space_before_colon};
    if (exact != nullptr) {
        if (field.raw_value.data() - (field.name.data() + field.name.size()) > 1)
            fields.ambiguities.push_back(
                {AmbiguityKind::space_before_colon, field.offset, printable(field.name)});
        if (has_control(field.raw_value))
            fields.ambiguities.push_back(
                {AmbiguityKind::control_in_header, field.offset, printable(field.raw_value)});
        exact->push_back(use);
        return;
    }
    std::string_view stripped = strip_non_token(field.name);
    std::vector<FieldUse>* lenient =
        stripped.size() == field.name.size() ? nullptr : uses_of(fields, stripped);
    if (lenient == nullptr && field.name.find('(') != std::string_view::npos) {
        lenient = uses_of(fields, trim(without_comments(field.name)));
        if (lenient != nullptr)
            lenient->push_back({use.raw_value, use.offset, true, AmbiguityKind::comment_in_header});
        return;
    }
    if (lenient == nullptr) {
        if (std::ranges::any_of(field.name, is_foreign_to_name)) gather_mended_name(field, fields);
        return;
    }
    use.lenient = true;
    use.reason = stripped.data() == field.name.data() ? AmbiguityKind::space_before_colon
                                                      : AmbiguityKind::space_before_header_name;
    lenient->push_back(use);
}

}  // namespace

MimeFields gather_mime_fields(const HeaderBlock& block, ByteView bytes) {
    MimeFields fields;
    for (const HeaderField& field : block.fields) gather_field(field, fields);
    if (block.odd.malformed_line != HeaderOddities::npos) {
        std::string_view text = as_text(bytes).substr(block.odd.malformed_line, 4096);
        std::vector<FieldUse>* target = nullptr;
        std::string_view line = text.substr(0, text.find('\n'));
        if (std::optional<FieldUse> use = hidden_field(line, block.odd.malformed_line, fields, target)) {
            use->reason = AmbiguityKind::malformed_header_line;
            target->push_back(*use);
        }
    }
    return fields;
}

std::vector<ValueView> value_views(std::string_view raw_value) {
    const std::string plain = unfold_value(raw_value);
    std::vector<ValueView> views{{plain, Comments::removed, {}}};
    std::string_view head = std::string_view(plain).substr(0, plain.find(';'));
    if (raw_value.find('\n') != std::string_view::npos)
        views.push_back({unfold_value(raw_value, Folds::to_nothing), Comments::removed,
                         AmbiguityKind::folded_inside_token});
    if (has_control(plain)) {
        views.push_back({filtered(plain, is_control), Comments::removed, AmbiguityKind::control_in_header});
        std::size_t nul = plain.find('\0');
        if (nul != std::string::npos)
            views.push_back({plain.substr(0, nul), Comments::removed, AmbiguityKind::control_in_header});
    }
    if (plain.find("=?") != std::string::npos)
        views.push_back(
            {decode_header_text(plain), Comments::removed, AmbiguityKind::encoded_word_in_parameter});
    if (plain.find('(') != std::string::npos)
        views.push_back({plain, Comments::literal, AmbiguityKind::comment_in_header});
    if (head.find_first_of("\"'\\") != std::string_view::npos)
        views.push_back({filtered(plain, [](char c) { return c == '"' || c == '\'' || c == '\\'; }),
                         Comments::removed, AmbiguityKind::quoted_token});
    std::size_t junk = head.find_first_not_of(": \t\r\n\v\f");
    if (junk != std::string_view::npos && junk > 0 &&
        head.substr(0, junk).find(':') != std::string_view::npos)
        views.push_back({plain.substr(junk), Comments::removed, AmbiguityKind::malformed_header_line});
    return views;
}

}  // namespace tocsin::mail
