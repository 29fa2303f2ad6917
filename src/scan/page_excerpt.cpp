#include "scan/page_excerpt.hpp"

#include <algorithm>

#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

/// Where the markup that begins at `at` ends: behind its '>'. A piece may end within a tag.
std::size_t behind_markup(std::string_view page, std::size_t at) {
    const bool comment = page.substr(at).starts_with("<!--");
    const std::size_t end = comment ? page.find("-->", at + 4) : page.find('>', at);
    return end == std::string_view::npos ? page.size() : end + (comment ? 3 : 1);
}

/// White space as one blank, and none behind a tag.
void add_blank(std::string& out) {
    if (!out.empty() && out.back() != ' ' && out.back() != '>' && out.back() != '\n') out += ' ';
}

void add_lower(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (mail::is_ascii_space(c))
            add_blank(out);
        else
            out += c == '\'' ? '"' : mail::ascii_lower(c);
    }
}

void add_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (mail::is_ascii_space(c))
            add_blank(out);
        else
            out += mail::ascii_lower(c);
    }
}

/// The targets of links in a tag, as they are: what stands in quotes behind `href=` or `src=`.
void add_targets(std::string& out, std::string_view tag) {
    for (const std::string_view name : {"href=", "src="}) {
        const std::size_t at = mail::find_ignoring_case(tag, name);
        if (at == std::string_view::npos) continue;
        std::string_view value = tag.substr(at + name.size());
        if (value.empty() || (value.front() != '"' && value.front() != '\'')) continue;
        const char quote = value.front();
        value.remove_prefix(1);
        add_blank(out);
        out += value.substr(0, value.find(quote));
        add_blank(out);
    }
}

}  // namespace

std::string page_excerpt(std::string_view pieces) {
    std::string markup, text;
    markup.reserve(pieces.size());
    text.reserve(pieces.size());
    for (std::size_t at = 0; at < pieces.size();) {
        const std::size_t open = std::min(pieces.find('<', at), pieces.size());
        add_lower(markup, pieces.substr(at, open - at));
        add_text(text, pieces.substr(at, open - at));
        if (open == pieces.size()) break;
        at = behind_markup(pieces, open);
        const std::string_view tag = pieces.substr(open, at - open);
        if (tag.starts_with("<!--")) continue;
        add_lower(markup, tag);
        add_blank(text);
        add_targets(text, tag);
    }
    std::string out = "<html>";
    out.reserve(pieces.size() + markup.size() + text.size() + 16);
    out += pieces;
    out += "\n<html>";
    out += markup;
    out += '\n';
    out += text;
    return out;
}

}  // namespace tocsin::scan
