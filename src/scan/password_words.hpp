// Words of a message that may be the password of an archive attached to it.
#pragma once

#include <string_view>
#include <vector>

namespace tocsin::scan {

/// Words kept of one message. Trying one costs microseconds with the old zip cipher and about a millisecond with AES.
inline constexpr std::size_t password_words_max = 64;

/// The words of `text` (plain or HTML source; tags are skipped) that may be a password, best guesses first: what follows
/// "password:" and its like in eleven languages, then words with digits or odd characters, then others. Views into `text`.
[[nodiscard]] std::vector<std::string_view> password_words(std::string_view text);

}  // namespace tocsin::scan
