// uuencode as in POSIX.1-2017, utility uuencode: the historical algorithm, and base64 after `begin-base64`.
#include <cstring>
#include <utility>

#include "mail/embedded_text.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

bool is_data_character(char c) {
    return c >= ' ' && c <= '`';
}
std::size_t data_value(char c) {
    return static_cast<std::size_t>(c - ' ') & 0x3FU;
}

// Like line_at(), but a CR on its own ends a line, too: old Macintosh programs wrote nothing else.
std::optional<TextLine> uu_line_at(std::string_view text, std::size_t offset) {
    auto line = line_at(text, offset);
    if (!line || line->text.empty()) return line;
    const void* const found = std::memchr(line->text.data(), '\r', line->text.size());
    if (found == nullptr) return line;
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - line->text.data());
    return TextLine{line->text.substr(0, size), offset, offset + size + 1};
}

std::size_t symbols_of(std::size_t length) {
    return (length + 2) / 3 * 4;
}

// How a line can be read as uuencoded data.
struct DataLine {
    std::size_t length = 0;  // bytes that it holds; 0 ends the data
    std::string_view symbols;
};

// A length character, then four characters for three bytes. Gateways cut blanks off line ends, and blanks are
// zeros, so a line may be short; some encoders add a checksum character, so it may be one or two characters
// long.
std::optional<DataLine> data_line(std::string_view line) {
    if (line.empty()) return std::nullopt;
    if (!std::ranges::all_of(line, is_data_character)) return std::nullopt;
    const std::size_t length = data_value(line[0]);
    const std::string_view symbols = line.substr(1);
    if (symbols.size() > symbols_of(length) + 2) return std::nullopt;
    return DataLine{length, symbols};
}

// A line that ordinary text hardly ever is: as long as its first character says. What was cut off can only be
// zeros, and nobody's first line is mostly zeros.
bool is_convincing(const DataLine& line) {
    return line.length != 0 && line.symbols.size() + 3 >= symbols_of(line.length);
}

void append_line(const DataLine& line, Bytes& out) {
    const auto symbol = [&](std::size_t i) {
        return i < line.symbols.size() ? data_value(line.symbols[i]) : 0;
    };
    std::size_t left = line.length;
    for (std::size_t i = 0; left != 0; i += 4) {
        const std::size_t group = symbol(i) << 18 | symbol(i + 1) << 12 | symbol(i + 2) << 6 | symbol(i + 3);
        for (unsigned shift = 16; left != 0; shift -= 8) {
            out.push_back(static_cast<std::byte>(group >> shift & 0xFFU));
            --left;
            if (shift == 0) break;
        }
    }
}

struct Body {
    Bytes bytes;
    std::size_t end = 0;  // offset behind the block
    bool convincing = false;
};

bool is_end_line(std::string_view line) {
    return equals_ignoring_case(trim(line), "end");
}

// Data lines up to `end`, or up to a line that is none: a missing end costs nothing but the line. Blank lines
// are what is left of a zero-length line, or what a gateway put in.
Body read_lines(std::string_view text, std::size_t offset, std::size_t bytes_max) {
    Body body;
    body.end = offset;
    bool first = true;
    for (auto line = uu_line_at(text, offset); line; line = uu_line_at(text, line->next)) {
        if (trim(line->text).empty() && line->text != " ") continue;
        if (is_end_line(line->text)) {
            body.end = line->next;
            break;
        }
        auto data = data_line(line->text);
        if (!data) break;
        if (std::exchange(first, false)) body.convincing = is_convincing(*data);
        if (data->length > bytes_max - body.bytes.size()) break;
        append_line(*data, body.bytes);
        body.end = line->next;
    }
    return body;
}

// POSIX: lines of base64 up to a line of `====`.
Body read_base64_lines(std::string_view text, std::size_t offset) {
    Body body;
    body.end = offset;
    std::size_t stop = offset;
    for (auto line = uu_line_at(text, offset); line; line = uu_line_at(text, line->next)) {
        const std::string_view stripped = trim(line->text);
        body.end = line->next;
        if (stripped == "====") break;
        constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
        if (stripped.find_first_not_of(alphabet) != std::string_view::npos) {
            body.end = line->offset;
            break;
        }
        stop = line->next;
    }
    body.bytes = decode_base64(as_bytes(text.substr(offset, stop - offset)), 0).bytes;
    body.convincing = !body.bytes.empty();
    return body;
}

// ---- data without a proper begin line ------------------------------------------------------------------------

// Exactly as long as its first character says, give or take a checksum: cheap to rule out for every line of a text.
bool has_regular_length(std::string_view line) {
    if (line.size() < 5 || !is_data_character(line[0])) return false;
    const std::size_t length = data_value(line[0]);
    const std::size_t surplus = line.size() - 1 - symbols_of(length);
    return length != 0 && line.size() > symbols_of(length) && surplus <= 1;
}

bool is_regular(const std::optional<TextLine>& line) {
    return line && has_regular_length(line->text) && std::ranges::all_of(line->text, is_data_character);
}

bool is_last_line(std::string_view text, const std::optional<TextLine>& line) {
    if (!line) return false;
    if (line->text == "`" || is_end_line(line->text)) return true;
    const auto next = uu_line_at(text, line->next);
    return trim(line->text).empty() && next && is_end_line(next->text);
}

// What no ordinary text holds: a line of 45 bytes without a blank in it, or with another such line behind it, or any
// regular line, not too short, that the end follows.
bool begins_data(std::string_view text, const TextLine& line) {
    if (!is_regular(line)) return false;
    constexpr std::size_t full_line_bytes = 45, least_bytes = 8;
    if (data_value(line.text[0]) < least_bytes) return false;
    const auto next = uu_line_at(text, line.next);
    if (is_last_line(text, next)) return true;
    if (data_value(line.text[0]) != full_line_bytes) return false;
    return line.text.find(' ') == std::string_view::npos || is_regular(next);
}

// ---- the begin line --------------------------------------------------------------------------------------------

struct BeginLine {
    std::string_view name;
    bool base64 = false;
    bool odd = false;
};

// `begin 644 name`: the mode is octal, three to six digits, which "begin 5 things" is not. The name may be
// missing.
std::optional<std::string_view> name_after_mode(std::string_view after_keyword) {
    const std::size_t mode = after_keyword.find_first_not_of(" \t");
    if (mode == std::string_view::npos || mode == 0) return std::nullopt;
    std::size_t stop = after_keyword.find_first_not_of("01234567", mode);
    stop = std::min(stop, after_keyword.size());
    if (stop - mode < 3 || stop - mode > 6) return std::nullopt;
    if (stop != after_keyword.size() && after_keyword[stop] != ' ' && after_keyword[stop] != '\t')
        return std::nullopt;
    return trim(after_keyword.substr(stop));
}

// Odd ones have no mode (one old mail program looks for `begin` and two blanks only) or upper-case letters.
std::optional<BeginLine> begin_line(std::string_view line) {
    constexpr std::string_view keyword = "begin";
    constexpr std::string_view base64_suffix = "-base64";
    if (!starts_with_ignoring_case(line, keyword)) return std::nullopt;
    BeginLine out;
    std::string_view rest = line.substr(keyword.size());
    out.base64 = starts_with_ignoring_case(rest, base64_suffix);
    if (out.base64) rest.remove_prefix(base64_suffix.size());
    if (!rest.empty() && !is_space_or_tab(rest.front())) return std::nullopt;
    const auto name = name_after_mode(rest);
    out.name = name.value_or(trim(rest));
    out.odd = !name || !line.starts_with(keyword);
    return out;
}

// Steps over blank lines, a few at most.
std::optional<TextLine> first_line_from(std::string_view text, std::size_t offset) {
    auto line = uu_line_at(text, offset);
    for (int blank = 0; blank < 4 && line && trim(line->text).empty(); ++blank)
        line = uu_line_at(text, line->next);
    return line;
}

std::optional<EmbeddedFile> block_at(std::string_view text, const TextLine& line, std::size_t bytes_max) {
    const auto begin = begin_line(line.text);
    if (!begin) return std::nullopt;
    constexpr std::size_t odd_base64_bytes_min = 30;
    if (begin->odd && !begin->base64) {
        const auto first = first_line_from(text, line.next);
        if (!first || !begins_data(text, *first)) return std::nullopt;
    }
    Body body = begin->base64 ? read_base64_lines(text, line.next) : read_lines(text, line.next, bytes_max);
    if (!body.convincing) return std::nullopt;
    if (begin->odd && begin->base64 && body.bytes.size() < odd_base64_bytes_min) return std::nullopt;
    return EmbeddedFile{std::string(begin->name), std::move(body.bytes), line.offset, body.end - line.offset,
                        begin->odd || text[line.next - 1] == '\r'};
}

std::optional<EmbeddedFile> bare_block_at(std::string_view text, const TextLine& line,
                                          std::size_t bytes_max) {
    if (!begins_data(text, line)) return std::nullopt;
    Body body = read_lines(text, line.offset, bytes_max);
    if (body.bytes.empty()) return std::nullopt;
    return EmbeddedFile{{}, std::move(body.bytes), line.offset, body.end - line.offset, true};
}

// Without a begin line: every line that can be data, up to `end`.
std::optional<EmbeddedFile> bare_uuencoded(std::string_view text) {
    EmbeddedFile file;
    file.length = text.size();
    file.odd_form = true;
    for (auto line = uu_line_at(text, 0); line; line = uu_line_at(text, line->next)) {
        if (is_end_line(line->text)) break;
        const auto data = data_line(line->text);
        if (!data) continue;
        if (data->length > embedded_bytes_max(text) - file.bytes.size()) break;
        append_line(*data, file.bytes);
    }
    if (file.bytes.empty()) return std::nullopt;
    return file;
}

}  // namespace

std::vector<EmbeddedFile> find_uuencoded(ByteView text, EmbeddedScope scope, std::size_t files_max) {
    const std::string_view characters = as_text(text);
    std::vector<EmbeddedFile> files;
    if (files_max == 0) return files;
    // A line cut down to its length character stands for up to 63 zeros, so output can outgrow the characters.
    std::size_t bytes_left = embedded_bytes_max(characters);
    for (auto line = uu_line_at(characters, 0); line && files.size() < files_max;) {
        std::size_t go_on = line->next;
        std::optional<EmbeddedFile> file;
        if (has_regular_length(line->text)) file = bare_block_at(characters, *line, bytes_left);
        if (!line->text.empty() && ascii_lower(line->text.front()) == 'b')
            file = block_at(characters, *line, bytes_left);
        if (file) {
            bytes_left -= std::min(bytes_left, file->bytes.size());
            go_on = std::max(go_on, line->offset + static_cast<std::size_t>(file->length));
            files.push_back(std::move(*file));
        }
        line = uu_line_at(characters, go_on);
    }
    if (files.empty() && scope == EmbeddedScope::whole_body)
        if (auto file = bare_uuencoded(characters)) files.push_back(std::move(*file));
    return files;
}

}  // namespace tocsin::mail
