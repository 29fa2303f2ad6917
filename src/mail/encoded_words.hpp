// Header text as a person reads it: unfolded, RFC 2047 encoded words decoded, valid UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "mail/charset.hpp"

namespace tocsin::mail {

/// The text of an unstructured field (RFC 5322 section 2.2.3, RFC 2047, RFC 6532): unfolded, encoded words
/// decoded wherever they stand, white space around it removed, always valid UTF-8. Raw 8-bit text that is not
/// UTF-8 is read as windows-1252. Linear time.
[[nodiscard]] std::string decode_header_text(std::string_view raw_value, CharsetConverters& converters);
/// The same with converters of its own, for callers that decode a word now and then.
[[nodiscard]] std::string decode_header_text(std::string_view raw_value);

/// Folding undone (RFC 5322 section 2.2.3): line ends are removed, a tab that opened a line becomes a blank,
/// NUL is dropped.
[[nodiscard]] std::string unfold(std::string_view raw_value);

/// Encoded words decoded in text that is already unfolded (RFC 2047 section 6.2); white space between two of
/// them is removed.
[[nodiscard]] std::string decode_encoded_words(std::string_view text, CharsetConverters& converters);

/// Bytes of the encoded word that begins at `at`, 0 when none does. A caller that asks for many places in one
/// text must stop at the last "?=" of it, to stay linear.
[[nodiscard]] std::size_t encoded_word_length(std::string_view text, std::size_t at);

/// The bytes of a "B" word or of any base64 that should be short: foreign characters are skipped, padding is
/// optional.
[[nodiscard]] std::string decode_loose_base64(std::string_view text);

}  // namespace tocsin::mail
