// Where the newest part of a message ends and older, quoted messages begin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::mail {

/// One message inside a text: the older it is, the further down it stands.
struct TextPart {
    std::size_t preamble_begin =
        0;  ///< "On … wrote:" or a block of quoted headers; ends where the body begins
    std::size_t begin = 0;
    std::size_t end = 0;
    bool quoted = false;  ///< not written by the sender of this message
};

/// Splits `text` (LF line ends) at what clients put above quotations: "On … wrote:" in several languages,
/// "-----Original Message-----", blocks of From/Sent/To/Subject, forward markers, runs of at least two lines
/// that begin with `>`, and `marks` (offsets where the HTML said so). The first part is the current message;
/// when a quotation opens the text, that one is. Always at least one part; at most limits::threads. Linear
/// time.
[[nodiscard]] std::vector<TextPart> split_threads(std::string_view text,
                                                  const std::vector<std::size_t>& marks);

/// `text` with one level of `>` taken off each line that has it, white space at its ends removed.
[[nodiscard]] std::string without_quote_marks(std::string_view text);

/// A quoted header such as "Sent: Monday" in a preamble.
struct QuotedHeaders {
    std::string from, date, to, cc, subject;
};
[[nodiscard]] QuotedHeaders read_quoted_headers(std::string_view preamble);

/// Who wrote what is quoted, as "On … wrote:" in a preamble names him: "Ann Smith <ann@x.com>"; empty when it names no address.
[[nodiscard]] std::string quoted_author(std::string_view preamble);

}  // namespace tocsin::mail
