// Splitting the body of a multipart at its boundary (RFC 2046 section 5.1.1), and seeing where programs would split it otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"

namespace tocsin::mail {

/// Which lines count as delimiters.
enum class DelimiterRule : std::uint8_t {
    exact,        ///< "--boundary", optional "--", white space, line end; at the start of a line
    prefix,       ///< anything may follow the boundary on its line
    anywhere,     ///< ... and it may stand anywhere in a line
    after_close,  ///< like exact, but a closing delimiter does not end the multipart
};

/// [begin, end) in the body.
struct BodyRange {
    std::size_t begin = 0, end = 0;
};

struct MultipartSplit {
    BodyRange preamble;
    std::vector<BodyRange> parts;
    BodyRange epilogue;
    bool closed = false;
    /// Lines that are delimiters under another rule; npos: none.
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    std::size_t prefix_line = npos;
    std::size_t delimiter_inside_line = npos;
    std::size_t delimiter_after_close = npos;
    bool too_many_parts = false;
};

[[nodiscard]] MultipartSplit split_multipart(ByteView body, std::string_view boundary, DelimiterRule rule,
                                             std::size_t parts_max);

/// Boundaries that stand in a body although nobody declared them: "--X" lines followed by a Content-* header line. At most 4.
[[nodiscard]] std::vector<std::string> observed_boundaries(ByteView body);

/// A line that is the boundary but for its dashes, its case, white space or its last letters, and that no other multipart
/// declares.
[[nodiscard]] bool has_near_boundary(ByteView body, std::string_view boundary);

}  // namespace tocsin::mail
