// Header text: always valid UTF-8 without line ends; plain ASCII without a word stays as it is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"

using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static CharsetConverters converters;
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    const std::string text = decode_header_text(raw, converters);
    require(is_valid_utf8(text));
    require(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    const std::string unfolded = unfold(raw);
    require(unfolded.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    if (is_ascii(raw) && raw.find("=?") == std::string_view::npos && unfolded == raw)
        require(text == trim(raw));
    const std::size_t colon = raw.find('\n');
    if (colon != std::string_view::npos) {
        require(is_valid_utf8(converters.to_utf8(raw.substr(colon + 1), raw.substr(0, colon))));
    }
    return 0;
}
