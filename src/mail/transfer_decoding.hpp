// Content-Transfer-Encoding (RFC 2045 section 6) and its older cousins, in every plausible reading.
//
// Each decoder gives the bytes that most clients see, and, only where decoders of the world differ on this very input, the
// other outputs with the reason. Clean input takes one fast pass and yields no alternatives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"

namespace tocsin::mail {

/// Another output that some decoder gives for the same input.
struct DecodedAlternative {
    Bytes bytes;
    AmbiguityKind reason{};
    std::uint64_t offset = 0;  ///< in the encoded input: where the first disputed byte stands
};

struct Decoded {
    Bytes bytes;  ///< what most clients see
    std::vector<DecodedAlternative>
        alternatives;  ///< distinct from `bytes` and from each other; at most `alternatives_max`
    std::vector<Ambiguity> ambiguities;  ///< also when no alternative output differs but the form is disputed
};

/// RFC 2045 section 6.8. Readings: foreign characters skipped (primary), stop at the first one, drop the quad that holds one,
/// treated as URL-safe alphabet (RFC 4648 section 5); padding ends the data, ends only its quad (concatenated streams), is
/// skipped; each line decoded on its own; data starting only after leading text or a blank line.
[[nodiscard]] Decoded decode_base64(ByteView encoded, std::size_t alternatives_max);

/// RFC 2045 section 6.7. Readings of `=` before something that is no hex pair: kept (primary), dropped, only the pair dropped;
/// lower-case hex accepted or not; soft break with trailing white space, bare CR or bare LF honoured or not.
[[nodiscard]] Decoded decode_quoted_printable(ByteView encoded, std::size_t alternatives_max);

/// A file found in text: uuencode (POSIX), yEnc (yEnc 1.3 draft), BinHex 4.0 (RFC 1741).
struct EmbeddedFile {
    std::string name;  ///< as given, may be empty
    Bytes bytes;
    std::uint64_t offset = 0;  ///< where the block begins in the text
    std::uint64_t length = 0;  ///< bytes of text that it takes
    bool odd_form = false;  ///< not all programs see a file here: no begin line or an odd one, old line ends
};

/// All uuencoded, yEncoded and BinHex blocks in a text, at most `files_max`. Any text will do without a begin line when
/// `whole_body` says that the declared encoding is this one; `anywhere_in_text`, uuencoded data without one must be
/// unmistakable.
enum class EmbeddedScope { anywhere_in_text, whole_body };
[[nodiscard]] std::vector<EmbeddedFile> find_uuencoded(ByteView text, EmbeddedScope scope,
                                                       std::size_t files_max);
[[nodiscard]] std::vector<EmbeddedFile> find_yencoded(ByteView text, EmbeddedScope scope,
                                                      std::size_t files_max);
[[nodiscard]] std::vector<EmbeddedFile> find_binhex(ByteView text, EmbeddedScope scope,
                                                    std::size_t files_max);

/// `data:` URIs (RFC 2397) with a base64 or percent-encoded body in HTML, CSS or text.
struct DataUri {
    std::string media_type;  ///< lower case, may be empty
    Bytes bytes;
    std::uint64_t offset = 0;
};
[[nodiscard]] std::vector<DataUri> find_data_uris(ByteView text, std::size_t uris_max);

/// gzip-compressed bytes (RFC 1952), for the old x-gzip64; nullopt when they are not that or exceed `bytes_max`.
[[nodiscard]] std::optional<Bytes> gunzip(ByteView compressed, std::size_t bytes_max);

}  // namespace tocsin::mail
