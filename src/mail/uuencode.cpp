// uuencode as in POSIX.1-2017, utility uuencode: the historical algorithm, and base64 after `begin-base64`.
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
    const std::size_t needed = (length + 2) / 3 * 4;
    if (symbols.size() > needed + 2) return std::nullopt;
    return DataLine{length, symbols};
}

// A line that ordinary text hardly ever is: as long as its first character says. What was cut off can only be
// zeros, and nobody's first line is mostly zeros.
bool is_convincing(const DataLine& line) {
    return line.length != 0 && line.symbols.size() + 3 >= (line.length + 2) / 3 * 4;
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
    return trim(line) == "end";
}

// Data lines up to `end`, or up to a line that is none: a missing end costs nothing but the line. Blank lines
// are what is left of a zero-length line, or what a gateway put in.
Body read_lines(std::string_view text, std::size_t offset, std::size_t bytes_max) {
    Body body;
    body.end = offset;
    bool first = true;
    for (auto line = line_at(text, offset); line; line = line_at(text, line->next)) {
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
    for (auto line = line_at(text, offset); line; line = line_at(text, line->next)) {
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

// `begin 644 name`: the mode is octal, three to six digits, which "begin 5 things" is not. The name may be
// missing.
std::optional<std::string_view> name_of_begin(std::string_view after_keyword) {
    const std::size_t mode = after_keyword.find_first_not_of(" \t");
    if (mode == std::string_view::npos || mode == 0) return std::nullopt;
    std::size_t stop = after_keyword.find_first_not_of("01234567", mode);
    stop = std::min(stop, after_keyword.size());
    if (stop - mode < 3 || stop - mode > 6) return std::nullopt;
    if (stop != after_keyword.size() && after_keyword[stop] != ' ' && after_keyword[stop] != '\t')
        return std::nullopt;
    return trim(after_keyword.substr(stop));
}

std::optional<EmbeddedFile> block_at(std::string_view text, std::size_t offset, std::size_t bytes_max) {
    constexpr std::string_view keyword = "begin";
    constexpr std::string_view base64_suffix = "-base64";
    const auto line = line_at(text, offset);
    if (!line) return std::nullopt;
    std::string_view rest = line->text.substr(keyword.size());
    const bool base64 = rest.starts_with(base64_suffix);
    if (base64) rest.remove_prefix(base64_suffix.size());
    const auto name = name_of_begin(rest);
    if (!name) return std::nullopt;
    Body body = base64 ? read_base64_lines(text, line->next) : read_lines(text, line->next, bytes_max);
    if (!body.convincing) return std::nullopt;
    return EmbeddedFile{std::string(*name), std::move(body.bytes), offset, body.end - offset};
}

// Without a begin line: every line that can be data, up to `end`.
std::optional<EmbeddedFile> bare_body(std::string_view text) {
    EmbeddedFile file;
    file.length = text.size();
    for (auto line = line_at(text, 0); line; line = line_at(text, line->next)) {
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
    each_line_beginning(characters, "begin", [&](std::size_t offset) {
        auto file = block_at(characters, offset, bytes_left);
        if (!file) return offset + 1;
        bytes_left -= std::min(bytes_left, file->bytes.size());
        const std::size_t go_on = offset + static_cast<std::size_t>(file->length);
        files.push_back(std::move(*file));
        return files.size() == files_max ? std::string_view::npos : go_on;
    });
    if (files.empty() && scope == EmbeddedScope::whole_body)
        if (auto file = bare_body(characters)) files.push_back(std::move(*file));
    return files;
}

}  // namespace tocsin::mail
