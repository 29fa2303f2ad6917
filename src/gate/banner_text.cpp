#include "gate/banner_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "gate/banner_letters.hpp"

namespace tocsin::gate {

namespace {

/// RFC 5322 section 2.1.1: lines should have at most 78 characters.
constexpr std::size_t text_columns = 72;
/// RFC 2045 sections 6.7 and 6.8: encoded lines have at most 76.
constexpr std::size_t encoded_columns = 76;
/// A line of a page may have 998 bytes (RFC 5322 section 2.1.1): it is broken where a blank is behind this.
constexpr std::size_t page_columns = 200, page_columns_max = 600;
constexpr std::size_t group_size = 4, group_decoded_bytes = 3;

/// All that makes an element look different from what we want is undone by `all`; what old programs do not understand of it is
/// said once more, without !important too, which Word does not read.
constexpr std::string_view box_style =
    "display:block;margin:0 0 12px;padding:10px 14px;border:2px solid "
    "#b45309;background-color:#fff3cd;color:#3b2300;\r\n"
    "all:initial!important;display:block!important;position:relative!important;z-index:2147483647!important;"
    "box-sizing:border-box!important;margin:0 0 12px!important;padding:10px 14px!important;border:2px solid "
    "#b45309!important;\r\nbackground:#fff3cd!important;visibility:visible!important;opacity:1!important;"
    "text-align:start!important;unicode-bidi:isolate!important;mso-hide:none";
constexpr std::string_view line_style =
    "display:block;margin:0 0 4px;\r\nall:initial!important;display:block!important;margin:0 0 4px!important;"
    "visibility:visible!important;opacity:1!important;unicode-bidi:plaintext!important;mso-hide:none";
constexpr std::string_view word_style =
    "color:#3b2300;font-family:Arial,sans-serif;font-size:14px;line-height:20px;\r\nall:initial!important;"
    "display:inline!important;visibility:visible!important;opacity:1!important;color:#3b2300!important;"
    "-webkit-text-fill-color:#3b2300!important;\r\nfont-family:Arial,sans-serif!important;font-size:14px!"
    "important;"
    "line-height:20px!important;white-space:normal!important;mso-hide:none;";
constexpr std::string_view heading_weight = "font-weight:bold;font-weight:bold!important";
constexpr std::string_view line_weight = "font-weight:normal;font-weight:normal!important";
/// The page's own <html> and <body> cannot have another `style`: the first one counts (WHATWG HTML section 13.2.6.4.7). What
/// `all` does is said once more for programs that do not know it.
constexpr std::string_view around_style =
    "all:initial!important;display:block!important;visibility:visible!important;opacity:1!important;"
    "position:static!important;\r\nfloat:none!important;transform:none!important;filter:none!important;"
    "clip-path:none!important;overflow:visible!important;width:auto!important;\r\nheight:auto!important;"
    "max-height:none!important;max-width:none!important;background:#fff!important;mso-hide:none;margin:";
constexpr std::string_view page_margin = "0!important", body_margin = "8px!important";
/// Nothing inside can come above the banner, whatever its z-index (CSS 2 appendix E).
constexpr std::string_view rest_style =
    "all:initial!important;display:block!important;position:relative!important;z-index:0!important;"
    "isolation:isolate!important";

struct Doctype {
    scan::PageMode mode;
    std::string_view text;
};
constexpr std::array<Doctype, 3> doctypes = {
    {{scan::PageMode::quirks, ""},
     {scan::PageMode::limited_quirks, "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\r\n "
                                      "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\r\n"},
     {scan::PageMode::standards, "<!DOCTYPE html>\r\n"}}};

// ---- lines at the top of a text ------------------------------------------------------------------------------------------

/// Folded at blanks; a word that is longer than a line stays whole. "--" becomes "-": some programs take it, and a boundary, for
/// the end of a part wherever they stand, and the sender chose the boundary.
void add_text_line(std::string& out, std::string text) {
    for (std::size_t at = 0; (at = text.find("--", at)) != std::string::npos;) text.erase(at, 1);
    std::string_view line = text;
    while (!line.empty()) {
        std::size_t end = line.size();
        if (end > text_columns) {
            end = line.rfind(' ', text_columns);
            if (end == std::string_view::npos || end == 0) end = std::min(line.find(' ', 1), line.size());
        }
        out.append("# ").append(line.substr(0, end)).append("\r\n");
        line.remove_prefix(end);
        while (line.starts_with(' ')) line.remove_prefix(1);
    }
}

/// Of a length that base64 encodes without padding: the last line is as long as that needs.
std::string text_banner(const BannerWords& words, scan::BannerLetters letters) {
    std::vector<std::string> lines{words.heading};
    lines.insert(lines.end(), words.lines.begin(), words.lines.end());
    std::string inside;
    for (const std::string& line : lines) {
        const std::optional<std::string> shown = in_letters(line, letters);
        if (!shown) {
            inside.clear();
            add_text_line(inside, words.fallback);
            break;
        }
        add_text_line(inside, *shown);
    }
    const std::string ruler(text_columns, '#');
    std::string out = ruler + "\r\n" + inside + ruler;
    constexpr std::size_t end_bytes = 4;
    while ((out.size() + end_bytes) % group_decoded_bytes != 0) out += '#';
    return out + "\r\n\r\n";
}

// ---- elements of a page -----------------------------------------------------------------------------------------------------

/// Text of a page: what is not a plain letter is a character reference. Blanks become line ends where lines get long.
std::string page_text(std::string_view text) {
    std::string out;
    std::size_t line_begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t column = out.size() - line_begin;
        if ((c == ' ' && column > page_columns) || column > page_columns_max) {
            out += "\r\n";
            line_begin = out.size();
            if (c == ' ') ++at;
            continue;
        }
        // Some programs take "--" and a boundary for the end of a part wherever they stand.
        const bool special = std::string_view("<>&\"'").find(c) != std::string_view::npos ||
                             (c == '-' && (at == 0 || text[at - 1] == '-' || out.ends_with('\n')));
        if (static_cast<unsigned char>(c) < 0x80 && !special) {
            out += c;
            ++at;
            continue;
        }
        const std::optional<char32_t> code = next_character(text, at);
        if (!code) break;  // the configuration is UTF-8
        out += fmt::format("&#{};", static_cast<std::uint32_t>(*code));
    }
    return out;
}

std::string page_line(std::string_view text, std::string_view weight) {
    return fmt::format("<div style=\"{}\">\r\n<span style=\"{}{}\">{}</span></div>\r\n", line_style,
                       word_style, weight, page_text(text));
}

std::string page_banner(const BannerWords& words) {
    std::string out = fmt::format("<div dir=\"auto\" style=\"{}\">\r\n", box_style);
    out += page_line(words.heading, heading_weight);
    for (const std::string& line : words.lines) out += page_line(line, line_weight);
    return out + "</div>";
}

/// The first layer of all wins where both say !important (CSS Cascading and Inheritance Level 5 section 6.4.4).
std::string pseudo_element_rules(std::string_view mark) {
    return fmt::format("<style>@layer{{[{0}]::before,[{0}]::after,[{0}]::marker\r\n"
                       "{{content:none!important;display:none!important}}"
                       "[{0}]::first-letter,[{0}]::first-line{{all:unset!important}}}}</style>\r\n",
                       mark);
}

/// Every element of the banner has the mark, so that the rules above fit it.
std::string with_mark(std::string page, std::string_view mark) {
    for (std::size_t at = 0; (at = page.find(" style=\"", at)) != std::string::npos;) {
        const std::string attribute = fmt::format(" {}", mark);
        page.insert(at, attribute);
        at += attribute.size() + 1;
    }
    return page;
}

std::string page_banner_in_front(const BannerWords& words, scan::PageMode mode, std::string_view random) {
    const auto doctype = std::ranges::find(doctypes, mode, &Doctype::mode);
    const std::string mark = fmt::format("data-{}", random);
    std::string out(doctype == doctypes.end() ? std::string_view() : doctype->text);
    out += with_mark(fmt::format("<html style=\"{}{}\"><head>\r\n", around_style, page_margin), mark);
    out += pseudo_element_rules(mark) + "</head>";
    out += with_mark(fmt::format("<body style=\"{}{}\">\r\n", around_style, body_margin), mark);
    out += with_mark(page_banner(words), mark);
    return out + with_mark(fmt::format("\r\n<x-{} style=\"{}\">", random, rest_style), mark);
}

// ---- transfer encodings ------------------------------------------------------------------------------------------------------

/// RFC 2045 section 6.7. CRLF stays a line end.
std::string quoted_printable(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at).starts_with("\r\n")) {
            out += "\r\n";
            column = 0;
            ++at;
            continue;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool at_end = text.substr(at + 1).starts_with("\r\n") || at + 1 == text.size();
        // A line that begins with "-" may look like a boundary.
        const bool plain = byte > ' ' && byte < 0x7F && byte != '=' && !(byte == '-' && column == 0);
        std::string one =
            plain || (byte == ' ' && !at_end) ? std::string(1, text[at]) : fmt::format("={:02X}", byte);
        if (column + one.size() >= encoded_columns) {
            out += "=\r\n";
            column = 0;
            if (one == "-") one = "=2D";
        }
        out += one;
        column += one.size();
    }
    return out;
}

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 2045 section 6.8, in whole groups and lines.
std::string base64_lines(std::string_view bytes) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t at = 0; at + group_decoded_bytes <= bytes.size(); at += group_decoded_bytes) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < group_decoded_bytes; ++i)
            group = group << 8U | static_cast<unsigned char>(bytes[at + i]);
        for (const unsigned shift : {18U, 12U, 6U, 0U}) out += base64_alphabet[group >> shift & 0x3FU];
        column += group_size;
        if (column == encoded_columns) {
            out += "\r\n";
            column = 0;
        }
    }
    return column == 0 ? out : out + "\r\n";
}

std::string decoded_group(std::string_view group) {
    std::uint32_t value = 0;
    for (const char c : group.substr(0, group_size))
        value = value << 6U | (static_cast<std::uint32_t>(base64_alphabet.find(c)) & 0x3FU);
    std::string out;
    for (const unsigned shift : {16U, 8U, 0U}) out += static_cast<char>(value >> shift & 0xFFU);
    return out;
}

std::string in_base64(std::string content, const scan::BannerPlace& place, const BannerSurroundings& around) {
    content.append((group_decoded_bytes - content.size() % group_decoded_bytes) % group_decoded_bytes, ' ');
    if (place.group_bytes > 0) {
        const std::string group = decoded_group(around.group);
        content = group.substr(0, place.group_bytes) + content + group.substr(place.group_bytes);
    }
    std::string lines = (around.at_line_start ? "" : "\r\n") + base64_lines(content);
    // Behind an empty line, some decoders see nothing any more.
    if (place.group_bytes > 0 && around.before_line_end) lines.resize(lines.size() - 2);
    return lines;
}

}  // namespace

std::string banner_bytes(const BannerWords& words, const scan::BannerPlace& place,
                         const BannerSurroundings& around) {
    using scan::BannerShape;
    const bool text = place.shape == BannerShape::text;
    std::string content = text ? text_banner(words, place.letters)
                          : place.shape == BannerShape::page
                              ? page_banner(words)
                              : page_banner_in_front(words, place.mode, around.random);
    if (place.encoding == scan::BannerEncoding::base64) return in_base64(std::move(content), place, around);
    // A line end in a page is a blank between elements.
    if (!text) content = "\r\n" + content + "\r\n";
    return place.encoding == scan::BannerEncoding::quoted_printable ? quoted_printable(content) : content;
}

}  // namespace tocsin::gate
