#include "reader/likeness.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "mail/ascii.hpp"

namespace tocsin::reader {

namespace {

constexpr std::size_t looked_at_bytes = 16U << 10;
/// Lines before the first header field that are still forgiven: mbox separators, blank lines, junk of a broken
/// gateway.
constexpr std::size_t lines_max = 256;

/// Fields that hardly stand at the start of a line anywhere but in a message.
constexpr std::array<std::string_view, 22> known_fields = {"received",
                                                           "from",
                                                           "to",
                                                           "subject",
                                                           "date",
                                                           "message-id",
                                                           "mime-version",
                                                           "return-path",
                                                           "delivered-to",
                                                           "content-type",
                                                           "dkim-signature",
                                                           "reply-to",
                                                           "sender",
                                                           "cc",
                                                           "x-mailer",
                                                           "x-received",
                                                           "in-reply-to",
                                                           "references",
                                                           "arc-seal",
                                                           "x-originating-ip",
                                                           "authentication-results",
                                                           "content-transfer-encoding"};

/// Beginnings of files that are surely something else, though a message may be hidden behind.
constexpr std::array<std::string_view, 14> file_starts = {"PK\x03\x04",
                                                          "%PDF-",
                                                          "MZ",
                                                          "\x7F"
                                                          "ELF",
                                                          "\xD0\xCF\x11\xE0",
                                                          "{\\rtf",
                                                          "Rar!",
                                                          "7z\xBC\xAF",
                                                          "\x1F\x8B",
                                                          "\x89PNG",
                                                          "\xFF\xD8\xFF",
                                                          "GIF8",
                                                          "MSCF",
                                                          "#!"};

std::string_view next_line(std::string_view& text) {
    std::size_t end = mail::find_line_end(text);
    std::string_view line = text.substr(0, end);
    if (end == text.size()) {
        text = {};
        return line;
    }
    bool pair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (pair ? 2 : 1));
    return line;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_ignoring_case(std::string_view left, std::string_view right_lower) {
    return std::ranges::equal(left, right_lower, {}, lower);
}

/// The field name of a header line (RFC 5322 section 2.2: printable ASCII without colon); empty when it is none.
std::string_view field_name(std::string_view line) {
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
    bool printable = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
    return printable ? name : std::string_view{};
}

struct Count {
    std::size_t fields = 0;  ///< lines that have the form of a field, before the first that has not
    std::size_t known = 0;   ///< lines anywhere that start with a known field name

    [[nodiscard]] bool is_head_of_message() const { return fields >= 2 && known >= 2; }
};

Count count_fields(std::string_view text) {
    Count count;
    bool in_head = true;
    for (std::size_t line_number = 0; line_number < lines_max && !text.empty(); ++line_number) {
        std::string_view line = next_line(text);
        bool folded = !line.empty() && (line[0] == ' ' || line[0] == '\t') && count.fields > 0;
        if (folded) continue;
        std::string_view name = field_name(line);
        if (name.empty()) {
            bool separator = line_number == 0 && (line.starts_with("From ") || line.starts_with(">From "));
            if (!separator && !(line.empty() && count.fields == 0)) in_head = false;
            continue;
        }
        if (in_head) ++count.fields;
        auto is_it = [name](std::string_view known) { return equals_ignoring_case(name, known); };
        if (std::ranges::any_of(known_fields, is_it)) ++count.known;
        if (count.is_head_of_message()) break;
    }
    return count;
}

/// Bytes that no text begins with: a zip of stored mails must not be read as one long mail.
bool begins_with_control_bytes(std::string_view text) {
    constexpr std::size_t looked_at = 8;
    return std::ranges::any_of(text.substr(0, looked_at), [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte < '\t' || (byte > '\r' && byte < ' ');
    });
}

}  // namespace

Likeness likeness_of(ByteView bytes) {
    std::string_view text = as_text(bytes.first(std::min(bytes.size(), looked_at_bytes)));
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    bool is_file =
        std::ranges::any_of(file_starts, [text](std::string_view start) { return text.starts_with(start); });
    if (is_file && begins_with_control_bytes(text)) return Likeness::file;
    Count count = count_fields(text);
    if (!is_file && count.is_head_of_message()) return Likeness::message;
    if (count.known >= 1 || count.fields >= 2) return Likeness::unsure;
    return Likeness::file;
}

}  // namespace tocsin::reader
