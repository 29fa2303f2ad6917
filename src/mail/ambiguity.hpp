// Why a message can be understood in more than one way. Each kind has a stable name, the class of reference (A to J), the RFC
// section that is bent, and one plain sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::mail {

enum class AmbiguityKind : std::uint8_t {
    // A: headers that contradict each other
    duplicate_transfer_encoding,
    several_transfer_encodings,
    duplicate_content_type,
    several_content_types,
    duplicate_content_disposition,
    transfer_encoding_on_multipart,
    // B: header syntax
    space_before_header_name,
    space_before_colon,
    malformed_header_line,
    control_in_header,
    folded_inside_token,
    comment_in_header,
    encoded_word_in_parameter,
    quoted_token,
    unknown_transfer_encoding,
    guessed_content_type,
    junk_before_headers,
    // C: line endings
    bare_cr_in_header,
    mixed_line_endings,
    blank_line_with_spaces,
    header_after_blank_line,
    // D: the boundary parameter
    duplicate_boundary,
    boundary_encoded,
    boundary_empty_or_missing,
    boundary_whitespace,
    boundary_quoting,
    boundary_illegal_character,
    boundary_in_other_field,
    boundary_on_single_part,
    // E: boundary lines and nesting
    boundary_prefix,
    boundary_not_at_line_start,
    boundary_reused,
    boundary_unused,
    part_outside_boundaries,
    end_boundary_in_headers,
    encoded_message,
    message_in_text,
    partial_message,
    external_body,
    // F: base64
    base64_foreign_characters,
    base64_padding,
    base64_length,
    base64_preceded_by_text,
    // G: quoted-printable
    quoted_printable_illegal_escape,
    quoted_printable_soft_break,
    quoted_printable_raw_bytes,
    // H: other encodings
    legacy_encoding,
    // I: file names
    filename_conflict,
    filename_encoding,
    filename_control,
    // J: containers (raised by the scan room)
    container_conflict,
    // a limit on alternatives or parts was reached; the rest is scanned raw
    too_many_readings,
    count_,  // number of kinds, not a kind
};

/// What is fixed about one kind.
struct AmbiguityInfo {
    std::string_view name;  ///< stable, for JSON and rules: "duplicate_boundary"
    char evasion_class;     ///< 'A' to 'J'
    std::string_view rfc;   ///< "RFC 2046 section 5.1.1"
    std::string_view text;  ///< one plain sentence
};

[[nodiscard]] const AmbiguityInfo& info(AmbiguityKind kind);
/// The kind with this number, if there is one (for decoding what a reader sent).
[[nodiscard]] std::optional<AmbiguityKind> ambiguity_kind_from(std::uint8_t number);

/// One place where a message can be understood in more than one way.
struct Ambiguity {
    AmbiguityKind kind{};
    std::uint64_t offset =
        0;  ///< byte offset in the message as received (in an encoded inner message: of its part)
    std::string detail;  ///< what was seen there, short, printable ASCII
};

}  // namespace tocsin::mail
