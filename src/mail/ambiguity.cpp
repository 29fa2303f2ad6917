#include "mail/ambiguity.hpp"

#include <array>

namespace tocsin::mail {

namespace {

constexpr std::string_view headers_rfc = "RFC 5322 section 3.6";
constexpr std::string_view fields_rfc = "RFC 5322 section 2.2";
constexpr std::string_view lines_rfc = "RFC 5322 section 2.3";
constexpr std::string_view type_rfc = "RFC 2045 section 5.1";
constexpr std::string_view encoding_rfc = "RFC 2045 section 6.1";
constexpr std::string_view boundary_rfc = "RFC 2046 section 5.1.1";
constexpr std::string_view base64_rfc = "RFC 2045 section 6.8";
constexpr std::string_view qp_rfc = "RFC 2045 section 6.7";

constexpr std::array<AmbiguityInfo, static_cast<std::size_t>(AmbiguityKind::count_)> table = {{
    {"duplicate_transfer_encoding", 'A', headers_rfc,
     "Two Content-Transfer-Encoding fields contradict each other."},
    {"several_transfer_encodings", 'A', encoding_rfc,
     "One Content-Transfer-Encoding field names several encodings."},
    {"duplicate_content_type", 'A', headers_rfc, "Two Content-Type fields contradict each other."},
    {"several_content_types", 'A', type_rfc, "One Content-Type field names several types."},
    {"duplicate_content_disposition", 'A', headers_rfc,
     "Two Content-Disposition fields contradict each other."},
    {"transfer_encoding_on_multipart", 'A', "RFC 2045 section 6.4",
     "A multipart is itself encoded; some programs decode it, some do not."},
    {"space_before_header_name", 'B', fields_rfc,
     "A field that decides how the mail is read hides behind white space or control bytes."},
    {"space_before_colon", 'B', "RFC 5322 section 4.5",
     "White space or control bytes stand between a field's name and its colon."},
    {"malformed_header_line", 'B', fields_rfc,
     "A line among the headers is no header field; programs disagree where the headers end."},
    {"control_in_header", 'B', fields_rfc, "A field that decides how the mail is read holds control bytes."},
    {"folded_inside_token", 'B', "RFC 5322 section 3.2.2",
     "A word that decides how the mail is read is broken over two lines."},
    {"comment_in_header", 'B', "RFC 5322 section 3.2.2",
     "A comment stands where programs disagree whether it is one."},
    {"encoded_word_in_parameter", 'B', "RFC 2047 section 5",
     "An encoded word stands where it must not; some programs decode it."},
    {"quoted_token", 'B', type_rfc,
     "A type or encoding is quoted or escaped; some programs remove that, some do not."},
    {"unknown_transfer_encoding", 'B', "RFC 2045 section 6.4",
     "The encoding's name is not a known one, but programs may guess it."},
    {"guessed_content_type", 'B', "RFC 2045 section 5.2",
     "The type's name is not valid, but programs may guess it."},
    {"junk_before_headers", 'B', fields_rfc, "Something stands before the first header field."},
    {"bare_cr_in_header", 'C', lines_rfc,
     "A carriage return without a line feed among the headers; some programs see a line end there."},
    {"mixed_line_endings", 'C', lines_rfc,
     "Line ends of different kinds; programs that insist on one kind read different headers."},
    {"blank_line_with_spaces", 'C', "RFC 5322 section 2.1",
     "A line of only white space among the headers; for some programs the body begins there."},
    {"header_after_blank_line", 'C', "RFC 5322 section 2.1",
     "Header fields follow the blank line; some programs go on reading them as headers."},
    {"duplicate_boundary", 'D', boundary_rfc,
     "Two different boundaries are given; programs use the first or the last."},
    {"boundary_encoded", 'D', "RFC 2231 section 3",
     "The boundary is given in pieces or encoded; not all programs decode it."},
    {"boundary_empty_or_missing", 'D', boundary_rfc,
     "A multipart without a usable boundary; some programs guess one."},
    {"boundary_whitespace", 'D', boundary_rfc,
     "White space in or around the boundary; programs keep it or drop it."},
    {"boundary_quoting", 'D', type_rfc,
     "The boundary's quotes or escapes are not balanced or not needed; programs differ."},
    {"boundary_illegal_character", 'D', boundary_rfc,
     "The boundary holds a character that ends it for some programs."},
    {"boundary_in_other_field", 'D', boundary_rfc,
     "A boundary is hidden where only some programs look for one."},
    {"boundary_on_single_part", 'D', boundary_rfc,
     "A part that is no multipart has a boundary that occurs in its body."},
    {"boundary_prefix", 'E', boundary_rfc,
     "A line begins with the boundary but goes on; some programs compare only the beginning."},
    {"boundary_not_at_line_start", 'E', boundary_rfc,
     "The boundary does not stand at the beginning of a line as all programs see it."},
    {"boundary_reused", 'E', boundary_rfc,
     "Inner and outer multipart get in each other's way; programs split them differently."},
    {"boundary_unused", 'E', boundary_rfc,
     "The declared boundary never occurs; programs guess another one, or show all as text."},
    {"part_outside_boundaries", 'E', boundary_rfc,
     "A part stands before the first or after the last boundary; some programs show it."},
    {"end_boundary_in_headers", 'E', boundary_rfc, "A boundary line stands among a part's headers."},
    {"encoded_message", 'E', "RFC 2046 section 5.2.1",
     "An attached message is itself encoded or wrapped; not all programs open it."},
    {"message_in_text", 'E', "RFC 2046 section 5.2.1",
     "A message or part with header fields of its own stands inside a text; some programs open it."},
    {"partial_message", 'E', "RFC 2046 section 5.2.2",
     "This is one piece of a message that a program puts together later, unseen by any scanner."},
    {"external_body", 'E', "RFC 2046 section 5.2.3",
     "The content is to be fetched from elsewhere when the mail is opened."},
    {"base64_foreign_characters", 'F', base64_rfc,
     "Characters that are not base64 stand in base64 data; decoders skip them or stop."},
    {"base64_padding", 'F', base64_rfc,
     "Base64 padding stands in the middle of the data; decoders stop there or go on."},
    {"base64_length", 'F', base64_rfc,
     "Base64 lines of odd lengths decode differently line by line than as a whole."},
    {"base64_preceded_by_text", 'F', base64_rfc,
     "Text stands before the base64 data; decoders begin at different places."},
    {"quoted_printable_illegal_escape", 'G', qp_rfc,
     "An equals sign without two hexadecimal digits; decoders keep or drop it."},
    {"quoted_printable_soft_break", 'G', qp_rfc, "A soft line break that only some decoders accept."},
    {"quoted_printable_raw_bytes", 'G', qp_rfc, "Bytes that must not stand unencoded in quoted-printable."},
    {"legacy_encoding", 'H', "RFC 1741", "The part uses an old encoding that only some programs decode."},
    {"filename_conflict", 'I', "RFC 2183 section 2.3", "The part has several names that do not agree."},
    {"filename_encoding", 'I', "RFC 2231 section 4",
     "The part's name is encoded in a way that programs decode differently."},
    {"filename_control", 'I', "RFC 2183 section 2.3",
     "The part's name holds characters that hide its real ending."},
    {"container_conflict", 'J', "APPNOTE.TXT section 4.3",
     "Programs that open this archive see different content."},
    {"too_many_readings", 'E', "RFC 7103 section 4",
     "There are more ways to read this mail than are followed one by one; the rest was scanned as raw "
     "bytes."},
}};

}  // namespace

const AmbiguityInfo& info(AmbiguityKind kind) {
    auto index = static_cast<std::size_t>(kind);
    return table[index < table.size() ? index : table.size() - 1];
}

std::optional<AmbiguityKind> ambiguity_kind_from(std::uint8_t number) {
    if (number >= static_cast<std::uint8_t>(AmbiguityKind::count_)) return std::nullopt;
    return static_cast<AmbiguityKind>(number);
}

}  // namespace tocsin::mail
