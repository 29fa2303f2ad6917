// Where the headers end and what their fields are (RFC 5322 sections 2.1 to 2.3), in every plausible reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"
#include "mail/mime.hpp"

namespace tocsin::mail {

/// What ends a line.
enum class LineEnds : std::uint8_t {
    lf_or_crlf,      ///< what nearly every program does
    any_cr_or_lf,    ///< CR, LF and CRLF each end a line
    runs_collapsed,  ///< CRLF, LFCR and CRCRLF are one line end
    crlf_only,       ///< a lone LF is an ordinary byte
};

/// What a line that is neither field nor continuation does.
enum class OddLine : std::uint8_t { skipped, ends_headers };

struct HeaderRules {
    LineEnds line_ends = LineEnds::lf_or_crlf;
    OddLine malformed = OddLine::skipped;
    OddLine only_spaces = OddLine::skipped;  ///< a line of white space: folding, or the blank line?
    bool through_blank_line = false;         ///< a blank line with a field behind it does not end the headers
};

/// What was odd while reading, and where first. npos: not seen.
struct HeaderOddities {
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    std::size_t bare_cr = npos;
    std::size_t malformed_line = npos;
    std::size_t only_spaces_line = npos;
    std::size_t lone_lf = npos;  ///< among CRLF lines
    std::size_t control = npos;  ///< NUL or other control byte in a MIME field
    std::size_t hidden_field = npos;
    bool no_blank_line = false;  ///< the bytes ended inside the headers
    bool over_limit = false;     ///< limits::header_block_bytes or header_fields
};

/// The fields of one entity under one set of rules.
struct HeaderBlock {
    std::vector<HeaderField> fields;
    std::size_t body_begin = 0;
    HeaderOddities odd;
};

/// Reads the headers at the start of `bytes`.
[[nodiscard]] HeaderBlock read_header_block(ByteView bytes, const HeaderRules& rules = {});

/// Another reading of the same headers that differs in a field that matters to MIME.
struct HeaderAlternative {
    HeaderBlock block;
    AmbiguityKind reason{};
    std::size_t offset = 0;
};

/// Whether the body is known to begin with headers of its own: a part of a digest.
enum class OwnHeadersBelow : std::uint8_t { no, yes };

/// The alternatives to `primary`, none for ordinary headers.
[[nodiscard]] std::vector<HeaderAlternative>
header_alternatives(ByteView bytes, const HeaderBlock& primary,
                    OwnHeadersBelow own_headers_below = OwnHeadersBelow::no);

/// True for the fields that decide how a message is taken apart: Content-*, by exact name without regard to case.
[[nodiscard]] bool is_mime_field(std::string_view name);

}  // namespace tocsin::mail
