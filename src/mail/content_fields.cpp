#include "mail/content_fields.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "mail/mime_fields.hpp"

namespace tocsin::mail {

namespace {

constexpr std::array<std::string_view, 10> top_level_types{
    "text", "image", "audio", "video", "application", "multipart", "message", "font", "model", "chemical"};

// ---- Content-Type (RFC 2045 section 5) ---------------------------------------------------------------------------------

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

/// Splits "type/subtype"; false when it is not exactly that.
bool read_media_type(std::string_view head, ContentType& out) {
    std::size_t slash = head.find('/');
    if (slash == std::string_view::npos) return false;
    std::string_view type = trim(head.substr(0, slash)), subtype = trim(head.substr(slash + 1));
    if (!is_token(type) || !is_token(subtype)) return false;
    out.type = to_lower(type);
    out.subtype = to_lower(subtype);
    out.declared = true;
    return true;
}

void fill_parameters(ContentType& out, std::string_view text, const StructuredValue& structured) {
    if (const Parameter* charset = find_parameter(structured, "charset"))
        out.charset = to_lower(trim(charset->value));
    if (const Parameter* format = find_parameter(structured, "format")) out.format = to_lower(format->value);
    if (find_ignoring_case(text, "boundary") != std::string_view::npos)
        out.boundaries = boundary_candidates(text, structured);
    bool commented = text.find('(') != std::string_view::npos;  // "na()me=", too
    if (commented || find_ignoring_case(text, "name") != std::string_view::npos)
        out.names = name_candidates(structured, "name");
}

/// A type that a program may guess from what is no valid one (evasion class B11).
bool guess_media_type(std::string_view head, const ContentType& parsed, ContentType& out) {
    std::string lower = to_lower(head);
    for (std::string_view top : top_level_types) {
        std::size_t at = lower.find(std::string(top) + "/");
        if (at == std::string::npos) continue;
        std::size_t end = at;
        while (end < lower.size() && (is_token_character(lower[end]) || lower[end] == '/')) ++end;
        if (read_media_type(std::string_view(lower).substr(at, end - at), out)) return true;
    }
    bool maybe_multipart = !parsed.boundaries.empty() || lower.find("multi") != std::string::npos ||
                           lower.find("ultipart") != std::string::npos;
    if (!maybe_multipart) return false;
    out.type = "multipart";
    out.subtype = "mixed";
    out.declared = true;
    return true;
}

bool same_meaning(const ContentType& left, const ContentType& right) {
    if (left.type != right.type) return false;
    // The subtype of a multipart only matters where it changes what its parts are.
    if (left.type == "multipart") {
        if ((left.subtype == "digest") != (right.subtype == "digest")) return false;
        return std::ranges::equal(left.boundaries, right.boundaries, {}, &ValueCandidate::value,
                                  &ValueCandidate::value);
    }
    return left.subtype == right.subtype;
}

class TypeCollector {
public:
    explicit TypeCollector(std::vector<ContentType>& out) : out_(out) {}

    void add_field(const FieldUse& use) {
        bool first_field = out_.empty() && !use.lenient;
        if (first_field && add_if_simple(use)) return;
        for (const ValueView& view : value_views(use.raw_value)) {
            AmbiguityKind reason = use.lenient    ? use.reason
                                   : !first_field ? AmbiguityKind::duplicate_content_type
                                                  : view.reason;
            add_view(view, reason, use.offset);
        }
    }

private:
    /// The ordinary case pays for one look: a valid type, at most one well-written boundary, nothing odd in the value.
    bool add_if_simple(const FieldUse& use) {
        if (has_control(use.raw_value) || use.raw_value.find_first_of("(\\") != std::string_view::npos)
            return false;
        std::string text = unfold_value(use.raw_value);
        if (text.find("=?") != std::string::npos) return false;
        StructuredValue structured = read_structured_value(text);
        ContentType parsed;
        parsed.offset = use.offset;
        fill_parameters(parsed, text, structured);
        if (!read_media_type(structured.head, parsed)) return false;
        bool multipart = parsed.type == "multipart";
        if (multipart != (parsed.boundaries.size() == 1)) return false;
        if (!multipart && find_ignoring_case(text, "multipart/") != std::string_view::npos) return false;
        if (multipart && parsed.boundaries.front().value.find_first_of(" \t") != std::string::npos)
            return false;
        add(parsed);
        return true;
    }

    void add_view(const ValueView& view, AmbiguityKind reason, std::uint64_t offset) {
        StructuredValue structured = read_structured_value(view.text, view.comments);
        ContentType parsed;
        parsed.reason = reason;
        parsed.offset = offset;
        fill_parameters(parsed, view.text, structured);
        bool valid = read_media_type(structured.head, parsed);
        add(parsed);
        if (!valid) {
            ContentType guess = parsed;
            guess.reason =
                out_.size() > 1 && reason != AmbiguityKind{} ? reason : AmbiguityKind::guessed_content_type;
            if (guess_media_type(structured.head, parsed, guess)) add(guess);
        }
        add_further_types(view, structured, offset);
        // A boundary on what is no multipart: some programs split all the same. Whether it matters, the body decides.
        if (parsed.type != "multipart" && !parsed.boundaries.empty()) {
            ContentType split = parsed;
            split.type = "multipart";
            split.subtype = "mixed";
            split.reason = AmbiguityKind::boundary_on_single_part;
            add(split);
        }
    }

    /// "text/plain, multipart/mixed; boundary=x": a second type in the same field.
    void add_further_types(const ValueView& view, const StructuredValue& structured, std::uint64_t offset) {
        std::string_view text = view.text;
        for (std::string_view top : {"multipart/", "message/", "text/html", "application/"}) {
            std::size_t at = find_ignoring_case(text, top);
            if (at == std::string_view::npos) continue;
            bool is_the_head = starts_with_ignoring_case(structured.head, top) || at == 0;
            bool separated =
                at > 0 && std::string_view(" \t,;(\"'").find(text[at - 1]) != std::string_view::npos;
            if (is_the_head || !separated) continue;
            std::size_t end = at;
            while (end < text.size() && (is_token_character(text[end]) || text[end] == '/')) ++end;
            ContentType second;
            second.reason = AmbiguityKind::several_content_types;
            second.offset = offset;
            StructuredValue rest = read_structured_value(text.substr(at), view.comments);
            fill_parameters(second, text.substr(at), rest);
            if (second.boundaries.empty()) fill_parameters(second, text, structured);
            if (read_media_type(text.substr(at, end - at), second)) add(second);
        }
    }

    void add(const ContentType& candidate) {
        if (out_.size() >= limits::alternatives_per_place) return;
        for (const ContentType& known : out_)
            if (same_meaning(known, candidate)) return;
        out_.push_back(candidate);
    }

    std::vector<ContentType>& out_;
};

// ---- Content-Transfer-Encoding (RFC 2045 section 6) -----------------------------------------------------------------------

struct NamedEncoding {
    std::string_view name;
    TransferEncoding encoding;
};
constexpr std::array encodings =
    std::to_array<NamedEncoding>({{"7bit", TransferEncoding::identity},
                                  {"8bit", TransferEncoding::identity},
                                  {"binary", TransferEncoding::identity},
                                  {"base64", TransferEncoding::base64},
                                  {"quoted-printable", TransferEncoding::quoted_printable},
                                  {"x-uuencode", TransferEncoding::uuencode},
                                  {"x-uuencoded", TransferEncoding::uuencode},
                                  {"x-uue", TransferEncoding::uuencode},
                                  {"x-uu", TransferEncoding::uuencode},
                                  {"uuencode", TransferEncoding::uuencode},
                                  {"uuencoded", TransferEncoding::uuencode},
                                  {"uue", TransferEncoding::uuencode},
                                  {"uu", TransferEncoding::uuencode},
                                  {"x-yenc", TransferEncoding::yenc},
                                  {"yenc", TransferEncoding::yenc},
                                  {"mac-binhex40", TransferEncoding::binhex},
                                  {"x-binhex", TransferEncoding::binhex},
                                  {"binhex", TransferEncoding::binhex},
                                  {"x-gzip64", TransferEncoding::gzip64}});

std::optional<TransferEncoding> encoding_named(std::string_view token) {
    for (const NamedEncoding& known : encodings)
        if (equals_ignoring_case(token, known.name)) return known.encoding;
    return std::nullopt;
}

class EncodingCollector {
public:
    explicit EncodingCollector(std::vector<EncodingChoice>& out) : out_(out) {}

    void add_field(const FieldUse& use) {
        bool first_field = out_.empty() && !use.lenient;
        // Some program does not see a hidden field at all.
        if (use.lenient && out_.empty()) out_.push_back({});
        AmbiguityKind reason = use.lenient ? use.reason : AmbiguityKind::duplicate_transfer_encoding;
        std::string plain = unfold_value(use.raw_value);
        // Parameters are not defined here; a second encoding behind the semicolon is still one for some programs.
        std::string_view token = trim(std::string_view(plain).substr(0, plain.find(';')));
        if (std::optional<TransferEncoding> known = encoding_named(token)) {
            add(*known, first_field ? AmbiguityKind{} : reason, use.offset);
            if (token.size() == trim(plain).size() || !names_encoding(plain.substr(plain.find(';')))) return;
        }
        if (first_field) add(TransferEncoding::identity, {}, use.offset);
        std::vector<ValueView> views = value_views(use.raw_value);
        for (const ValueView& view : views) add_exact(view, first_field ? view.reason : reason, use.offset);
        for (const ValueView& view : views) add_guesses(view, use.offset);
        // A word that means nothing ("q", "b64"): should the body look encoded, some program decodes it.
        bool means_nothing = !token.empty() && token.find_first_of("78") == std::string_view::npos;
        if (out_.size() != 1 || !means_nothing) return;
        for (TransferEncoding guess : {TransferEncoding::base64, TransferEncoding::quoted_printable})
            add(guess, AmbiguityKind::unknown_transfer_encoding, use.offset, true);
    }

private:
    void add_exact(const ValueView& view, AmbiguityKind reason, std::uint64_t offset) {
        StructuredValue structured = read_structured_value(view.text, view.comments);
        if (std::optional<TransferEncoding> known = encoding_named(structured.head))
            add(*known, reason != AmbiguityKind{} ? reason : AmbiguityKind::comment_in_header, offset);
    }

    /// Several names, or a name with something before or after it.
    void add_guesses(const ValueView& view, std::uint64_t offset) {
        std::string compact;
        for (char c : view.text)
            if (is_ascii_alphanumeric(c) || c == '-') compact.push_back(ascii_lower(c));
        std::size_t names = 0;
        for (const NamedEncoding& known : encodings)
            if (find_ignoring_case(view.text, known.name) != std::string_view::npos) ++names;
        AmbiguityKind guess_reason =
            names > 1 ? AmbiguityKind::several_transfer_encodings : AmbiguityKind::unknown_transfer_encoding;
        for (const NamedEncoding& known : encodings)
            if (known.name.size() > 3 && compact.find(known.name) != std::string::npos)
                add(known.encoding, guess_reason, offset);
        if (compact.find("base") != std::string::npos || compact.ends_with("64"))
            add(TransferEncoding::base64, AmbiguityKind::unknown_transfer_encoding, offset, true);
        if (compact.find("quoted") != std::string::npos || compact.find("printable") != std::string::npos)
            add(TransferEncoding::quoted_printable, AmbiguityKind::unknown_transfer_encoding, offset, true);
    }

    void add(TransferEncoding encoding, AmbiguityKind reason, std::uint64_t offset,
             bool only_if_body_fits = false) {
        for (const EncodingChoice& known : out_)
            if (known.encoding == encoding) return;
        out_.push_back({encoding, reason, offset, only_if_body_fits});
    }

    std::vector<EncodingChoice>& out_;
};

// ---- Content-Disposition (RFC 2183) -----------------------------------------------------------------------------------------

std::string_view extension_of(std::string_view name) {
    std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : trim(name.substr(dot + 1));
}

void add_names(std::vector<ValueCandidate>& out, const std::vector<ValueCandidate>& more) {
    for (const ValueCandidate& name : more) {
        bool known =
            std::ranges::any_of(out, [&](const ValueCandidate& other) { return other.value == name.value; });
        if (!known && out.size() < limits::alternatives_per_place) out.push_back(name);
    }
}

/// U+202A to U+202E, U+2066 to U+2069 in UTF-8: they turn the order of what a person reads.
bool has_direction_override(std::string_view utf8) {
    for (std::size_t at = 0; at + 2 < utf8.size(); ++at) {
        auto second = static_cast<unsigned char>(utf8[at + 1]),
             third = static_cast<unsigned char>(utf8[at + 2]);
        if (utf8[at] != '\xE2') continue;
        if ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
            (second == 0x81 && third >= 0xA6 && third <= 0xA9))
            return true;
    }
    return false;
}

void judge_names(ContentFields& out, std::uint64_t offset) {
    for (const ValueCandidate& name : out.file_names)
        if (has_control(name.value) || has_direction_override(name.value)) {
            out.ambiguities.push_back({AmbiguityKind::filename_control, offset, printable(name.value)});
            break;
        }
    for (std::size_t index = 1; index < out.file_names.size(); ++index)
        if (!equals_ignoring_case(extension_of(out.file_names[index].value),
                                  extension_of(out.file_names[0].value))) {
            out.ambiguities.push_back({out.file_names[index].reason, offset,
                                       printable(out.file_names[0].value, 40) + " / " +
                                           printable(out.file_names[index].value, 40)});
            break;
        }
}

void read_disposition(const MimeFields& fields, ContentFields& out) {
    for (const FieldUse& use : fields.disposition) {
        std::string text = unfold_value(use.raw_value);
        StructuredValue structured = read_structured_value(text);
        std::string disposition = to_lower(structured.head);
        if (out.disposition.empty()) out.disposition = disposition;
        bool conflicting = out.disposition != disposition;
        add_names(out.file_names, name_candidates(structured, "filename"));
        if (find_ignoring_case(text, "boundary") != std::string_view::npos)
            for (ContentType& type : out.types)
                for (ValueCandidate& hidden : boundary_candidates(text, structured))
                    type.boundaries.push_back({hidden.value, AmbiguityKind::boundary_in_other_field});
        if (conflicting)
            out.ambiguities.push_back(
                {AmbiguityKind::duplicate_content_disposition, use.offset, printable(structured.head)});
    }
    for (const ContentType& type : out.types) add_names(out.file_names, type.names);
    if (!out.file_names.empty())
        judge_names(out, !fields.disposition.empty() ? fields.disposition[0].offset
                         : !fields.type.empty()      ? fields.type[0].offset
                                                     : 0);
}

}  // namespace

ContentFields read_content_fields(const HeaderBlock& block, ByteView bytes) {
    ContentFields out;
    MimeFields fields = gather_mime_fields(block, bytes);
    out.ambiguities = std::move(fields.ambiguities);
    TypeCollector types(out.types);
    bool any_exact_type = std::ranges::any_of(fields.type, [](const FieldUse& use) { return !use.lenient; });
    if (!any_exact_type) out.types.push_back({});
    for (const FieldUse& use : fields.type)
        if (!use.lenient) types.add_field(use);
    for (const FieldUse& use : fields.type)
        if (use.lenient) types.add_field(use);
    EncodingCollector encodings_found(out.encodings);
    for (const FieldUse& use : fields.encoding)
        if (!use.lenient) encodings_found.add_field(use);
    for (const FieldUse& use : fields.encoding)
        if (use.lenient) encodings_found.add_field(use);
    if (out.encodings.empty()) out.encodings.push_back({});
    read_disposition(fields, out);
    if (fields.content_id != nullptr) {
        std::string_view id = trim(fields.content_id->raw_value);
        if (id.starts_with('<')) id.remove_prefix(1);
        if (id.ends_with('>')) id.remove_suffix(1);
        out.content_id = id;
    }
    if (fields.description != nullptr) out.description = decode_header_text(fields.description->raw_value);
    out.odd = out.types.size() > 1 || out.encodings.size() > 1 || block.odd.bare_cr != HeaderOddities::npos ||
              block.odd.malformed_line != HeaderOddities::npos ||
              block.odd.only_spaces_line != HeaderOddities::npos;
    return out;
}

}  // namespace tocsin::mail
