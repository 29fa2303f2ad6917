#include "reader/text_hygiene.hpp"

#include <algorithm>
#include <cstddef>

namespace tocsin::reader {

namespace {

struct Lead {
    std::size_t size = 0;             ///< of the whole sequence; 0: not a lead byte
    unsigned char second_min = 0x80;  ///< narrower than 80..BF after some leads
    unsigned char second_max = 0xBF;
};

/// RFC 3629 section 4, the table of well-formed sequences.
Lead classify(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

/// Size of the clean character at the start of `text`; 0 when there is none.
std::size_t character_size(std::string_view text) {
    auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    if (byte(0) < 0x80) return byte(0) == 0 ? 0 : 1;
    Lead lead = classify(byte(0));
    if (lead.size == 0 || text.size() < lead.size) return 0;
    if (byte(1) < lead.second_min || byte(1) > lead.second_max) return 0;
    for (std::size_t index = 2; index < lead.size; ++index)
        if ((byte(index) & 0xC0U) != 0x80U) return 0;
    return lead.size;
}

}  // namespace

bool is_clean_text(std::string_view text) {
    while (!text.empty()) {
        std::size_t size = character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string clean_text(std::string_view text, std::size_t size_max) {
    static constexpr std::string_view replacement = "\xEF\xBF\xBD";
    if (text.size() <= size_max && is_clean_text(text)) return std::string(text);
    std::string clean;
    clean.reserve(std::min(text.size(), size_max));
    while (!text.empty()) {
        std::size_t size = character_size(text);
        std::string_view character = size == 0 ? replacement : text.substr(0, size);
        if (clean.size() + character.size() > size_max) break;
        clean.append(character);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return clean;
}

}  // namespace tocsin::reader
