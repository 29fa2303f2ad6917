#include "scan/rtf.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "mail/ascii.hpp"
#include "scan/little_endian.hpp"
#include "scan/ole.hpp"

namespace tocsin::scan {

namespace {

/// Behind a backslash at `at`: the control word or symbol with its number and the blank that ends it.
std::size_t skip_control(std::string_view text, std::size_t at) {
    if (at >= text.size()) return at;
    const auto is_letter = [](char c) { return mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c); };
    if (text[at] == '\'') return std::min(text.size(), at + 3);
    if (!is_letter(text[at])) return at + 1;
    while (at < text.size() && is_letter(text[at])) ++at;
    if (at < text.size() && text[at] == '-') ++at;
    while (at < text.size() && mail::is_ascii_digit(text[at])) ++at;
    if (at < text.size() && text[at] == ' ') ++at;
    return at;
}

/// The hexadecimal data of a group from `at` to its closing brace.
Bytes read_hex_group(std::string_view text, std::size_t at, std::size_t& end) {
    Bytes out;
    int high = -1;
    std::size_t depth = 0;
    while (at < text.size() && out.size() < rtf_object_bytes_max) {
        const char c = text[at];
        if (c == '}' && depth == 0) break;
        if (c == '\\') {
            // \bin: what follows is raw bytes, their number is the word's number.
            const std::size_t next = skip_control(text, at + 1);
            at = std::max(next, at + 1);
            continue;
        }
        if (c == '{') ++depth;
        if (c == '}') --depth;
        if (const int value = hex_value(c); value >= 0) {
            if (high < 0)
                high = value;
            else {
                out.push_back(static_cast<std::byte>(high * 16 + value));
                high = -1;
            }
        }
        ++at;
    }
    end = at;
    return out;
}

std::string ole1_string(ByteView bytes, std::size_t& at) {
    const std::size_t size = u32_at(bytes, at);
    const std::string_view text = as_text(slice(bytes, at + 4, std::min<std::size_t>(size, 1024)));
    at += 4 + std::min(size, bytes.size());
    return std::string(text.substr(0, text.find('\0')));
}

/// [MS-OLEDS] section 2.2.5: version, format, class name, topic, item, size, data.
RtfObject read_object(Bytes decoded) {
    RtfObject object;
    const ByteView bytes = decoded;
    std::size_t at = 4;
    const std::uint32_t format = u32_at(bytes, at);
    at += 4;
    if (format == 1 || format == 2) {
        object.class_name = ole1_string(bytes, at);
        ole1_string(bytes, at);
        ole1_string(bytes, at);
        const std::size_t size = u32_at(bytes, at);
        ByteView data = slice(bytes, at + 4, size);
        if (mail::equals_ignoring_case(object.class_name, "Package")) {
            // The package lacks the size in front that the stream of a compound file has.
            Bytes with_size(4);
            with_size.insert(with_size.end(), data.begin(), data.end());
            if (const std::optional<OlePackage> package = read_ole10_native(with_size)) {
                object.file_name = package->name;
                object.data.assign(package->bytes.begin(), package->bytes.end());
                return object;
            }
        }
        if (!data.empty()) {
            object.data.assign(data.begin(), data.end());
            return object;
        }
    }
    // No proper object: Word forgives much. Begin at a compound file or program if one is inside.
    const std::string_view text = as_text(bytes);
    std::size_t begin = std::min(text.find("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), text.find("MZ"));
    if (begin == std::string_view::npos) begin = 0;
    object.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end());
    return object;
}

}  // namespace

RtfFindings read_rtf(ByteView bytes) {
    RtfFindings findings;
    const std::string_view text = as_text(bytes);
    findings.updates_itself = text.find("\\objupdate") != std::string_view::npos;
    for (std::size_t at = text.find("\\objdata"); at != std::string_view::npos;
         at = text.find("\\objdata", at)) {
        if (findings.objects.size() >= rtf_objects_max) {
            findings.more_objects = true;
            break;
        }
        std::size_t end = at;
        Bytes decoded = read_hex_group(text, skip_control(text, at + 1), end);
        if (!decoded.empty()) findings.objects.push_back(read_object(std::move(decoded)));
        at = std::max(end, at + 1);
    }
    if (const std::size_t at = text.find("\\*\\template"); at != std::string_view::npos) {
        const std::size_t begin = skip_control(text, at + 3);
        constexpr std::size_t target_bytes_max = 2048;
        findings.template_target =
            text.substr(begin, std::min(text.find('}', begin) - begin, target_bytes_max));
    }
    return findings;
}

}  // namespace tocsin::scan
