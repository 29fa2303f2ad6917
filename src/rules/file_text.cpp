#include "rules/file_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"
#include "mail/link_rewriters.hpp"
#include "mail/urls.hpp"
#include "scan/markup.hpp"

namespace tocsin::rules {

namespace {

constexpr std::size_t string_length_min = 4;
/// In a file that is no text, a run of this length is kept whatever it looks like.
constexpr std::size_t plain_length_min = 7;

bool is_printable(char c) {
    return c >= 0x20 && c < 0x7F;
}

/// Three letters or three digits in a row.
bool looks_like_word(std::string_view run) {
    constexpr std::size_t row = 3;
    std::size_t letters = 0, digits = 0;
    for (const char c : run) {
        const bool digit = mail::is_ascii_digit(c), letter = !digit && mail::is_ascii_alphanumeric(c);
        letters = letter ? letters + 1 : 0;
        digits = digit ? digits + 1 : 0;
        if (letters >= row || digits >= row) return true;
    }
    return false;
}

/// No bracket is closed that was not opened before.
bool brackets_in_order(std::string_view run) {
    bool round = false, square = false, curly = false;
    for (const char c : run) {
        round = round || c == '(';
        square = square || c == '[';
        curly = curly || c == '{';
        if ((c == ')' && !round) || (c == ']' && !square) || (c == '}' && !curly)) return false;
    }
    return true;
}

bool is_kept(std::string_view run, bool is_text) {
    return is_text || run.size() >= plain_length_min || (looks_like_word(run) && brackets_in_order(run));
}

/// A text in UTF-16 says so by its first two bytes; other encodings are read as they stand.
std::string text_of_bytes(ByteView bytes, mail::CharsetConverters& converters) {
    const std::string_view text = as_text(bytes).substr(0, limits::exploded_text_bytes);
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return converters.to_utf8(text, "");
    std::string out(text);
    if (mail::is_valid_utf8(text)) return out;
    // Letters of an unknown character set would lengthen a link: a blank ends it.
    for (char& c : out)
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = ' ';
    return out;
}

/// find_urls() reads links that a browser follows; files also lead to other files ("file://host/share").
void add_file_links(std::string_view text, std::vector<std::string>& links) {
    constexpr std::string_view scheme = "file://";
    for (std::size_t at = mail::find_ignoring_case(text, scheme); at != std::string_view::npos;
         at = mail::find_ignoring_case(text, scheme, at + scheme.size())) {
        const std::string_view rest = text.substr(at, limits::url_bytes);
        const std::size_t end = rest.find_first_of(" \t\r\n\"'<>`|\f\v");
        links.emplace_back(rest.substr(0, end));
        if (links.size() > limits::exploded_urls) return;
    }
}

/// The name of an element as written, without prefix.
std::string_view element_name(std::string_view tag) {
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n\f/>"));
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Appends each value once, at most limits::xml_names.
class NameList {
public:
    explicit NameList(std::vector<std::string>& list) : list_(list) {}
    /// False: the list is full.
    bool add(std::string_view name) {
        if (name.empty() || seen_.contains(std::string(name))) return true;
        if (list_.size() >= limits::xml_names) return false;
        seen_.emplace(name);
        list_.emplace_back(mail::utf8_or_windows_1252(name.substr(0, limits::exif_value_bytes)));
        return true;
    }

private:
    std::vector<std::string>& list_;
    std::unordered_set<std::string> seen_;
};

/// The value of every xmlns attribute in the tag; false when the list is full.
bool add_namespaces(std::string_view tag, NameList& namespaces) {
    constexpr std::size_t prefix_bytes_max = 80;
    std::size_t at = 0;
    while ((at = tag.find("xmlns", at)) != std::string_view::npos) {
        const std::size_t equals = tag.substr(at, prefix_bytes_max).find('=');
        at += equals == std::string_view::npos ? 1 : equals + 1;
        while (at < tag.size() && mail::is_ascii_space(tag[at])) ++at;
        if (equals == std::string_view::npos || at >= tag.size() || (tag[at] != '"' && tag[at] != '\''))
            continue;
        const std::size_t end = std::min(tag.find(tag[at], at + 1), tag.size());
        if (!namespaces.add(tag.substr(at + 1, end - at - 1))) return false;
        at = end;
    }
    return true;
}

std::optional<std::string> attribute_if_there(const scan::Tag& tag, std::string_view name) {
    std::string value = scan::attribute(tag, name);
    if (value.empty()) return std::nullopt;
    return mail::utf8_or_windows_1252(value);
}

}  // namespace

StringsScan read_strings(ByteView bytes) {
    StringsScan result;
    const std::string_view text = as_text(bytes);
    const bool is_text = mail::is_valid_utf8(text);
    if (is_text) result.raw = std::string(text.substr(0, limits::exploded_text_bytes));
    result.cut = is_text && text.size() > limits::exploded_text_bytes;
    if (result.cut) result.raw = mail::repair_utf8(*result.raw);  // the last character may be half

    std::unordered_set<std::string_view> seen;
    std::size_t at = 0, kept_bytes = 0;
    while (at < text.size()) {
        std::size_t end = at;
        while (end < text.size() && is_printable(text[end])) ++end;
        const std::string_view run = text.substr(at, end - at);
        at = end + 1;
        if (run.size() < string_length_min || !is_kept(run, is_text) || !seen.insert(run).second) continue;
        kept_bytes += run.size();
        if (result.strings.size() >= limits::exploded_strings || kept_bytes > limits::exploded_text_bytes) {
            result.cut = true;
            break;
        }
        result.strings.emplace_back(run);
    }
    return result;
}

EntropyScan read_entropy(ByteView bytes) {
    std::array<std::size_t, 256> counts{};
    for (const std::byte b : bytes) ++counts[std::to_integer<std::size_t>(b)];
    EntropyScan result;
    const auto total = static_cast<double>(bytes.size());
    for (const std::size_t count : counts) {
        if (count == 0) continue;
        const double share = static_cast<double>(count) / total;
        result.entropy -= share * std::log2(share);
    }
    return result;
}

bool add_urls(const std::vector<std::string>& found, mail::DomainNames& domain_names,
              std::vector<mail::Url>& urls, std::vector<std::string>& invalid) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& text : found) {
        if (!seen.insert(text).second) continue;
        if (urls.size() + invalid.size() >= limits::exploded_urls) return false;
        std::optional<mail::Url> url = mail::parse_url(text, domain_names);
        if (!url) url = mail::parse_typed_url(text, domain_names);
        if (url) {
            mail::unravel(*url, domain_names);
            urls.push_back(std::move(*url));
        } else {
            invalid.push_back(
                mail::utf8_or_windows_1252(std::string_view(text).substr(0, limits::url_bytes)));
        }
    }
    return true;
}

UrlScan read_urls(ByteView bytes, mail::MailTools& tools) {
    UrlScan result;
    const std::string text = text_of_bytes(bytes, tools.converters);
    std::vector<std::string> links;
    // One more than is kept tells whether there were more.
    for (mail::FoundInText& found : mail::find_urls(text, limits::exploded_urls + 1))
        links.push_back(std::move(found.url));
    add_file_links(text, links);
    result.cut = !add_urls(links, tools.domain_names, result.urls, result.invalid_urls) ||
                 bytes.size() > limits::exploded_text_bytes;
    return result;
}

XmlScan read_xml(std::string_view text) {
    XmlScan result;
    NameList tags(result.tags), namespaces(result.namespaces);
    scan::TagWalk walk(text);
    scan::Tag tag;
    while (walk.next(tag)) {
        if (tag.text.starts_with("?xml ")) {
            result.version = attribute_if_there(tag, "version");
        } else if (mail::starts_with_ignoring_case(tag.text, "!doctype") && !result.doc_type) {
            result.doc_type = mail::utf8_or_windows_1252(
                "<" + std::string(tag.text.substr(0, limits::exif_value_bytes)) + ">");
        } else if (!tag.text.empty() && tag.text.front() != '/' && tag.text.front() != '!' &&
                   tag.text.front() != '?') {
            const bool room = tags.add(element_name(tag.text)) && add_namespaces(tag.text, namespaces);
            if (!room) {
                result.cut = true;
                break;
            }
        }
    }
    return result;
}

std::vector<InlineScript> find_scripts(std::string_view page) {
    std::vector<InlineScript> scripts;
    constexpr std::string_view open = "<script", close = "</script";
    std::size_t at = 0;
    while ((at = mail::find_ignoring_case(page, open, at)) != std::string_view::npos) {
        const std::size_t tag_end = page.find('>', at);
        if (tag_end == std::string_view::npos) break;
        const std::string_view tag_text = page.substr(at + 1, tag_end - at - 1);
        at = tag_end + 1;
        const std::string_view after_name = tag_text.substr(open.size() - 1);
        if (!after_name.empty() && !mail::is_ascii_space(after_name.front()) && after_name.front() != '/')
            continue;
        if (scripts.size() >= limits::page_scripts) {
            scripts.emplace_back();
            break;
        }
        InlineScript script;
        const scan::Tag tag{.name = "script", .text = tag_text};
        script.attributes = {.language = attribute_if_there(tag, "language"),
                             .type = attribute_if_there(tag, "type"),
                             .src = attribute_if_there(tag, "src")};
        if (!tag_text.ends_with('/')) {
            const std::size_t end = std::min(mail::find_ignoring_case(page, close, at), page.size());
            script.source = page.substr(at, end - at);
            at = end;
        }
        scripts.push_back(std::move(script));
    }
    return scripts;
}

HtmlScan read_page(std::string_view text, mail::MailTools& tools) {
    HtmlScan result;
    for (InlineScript& script : find_scripts(text)) result.scripts.push_back(std::move(script.attributes));
    if (result.scripts.size() > limits::page_scripts) {
        result.scripts.pop_back();
        result.cut = true;
    }
    const mail::HtmlReading reading =
        mail::read_html(mail::utf8_or_windows_1252(text.substr(0, limits::html_bytes)), tools.html_trees);
    if (!reading.facts.title.empty()) result.title = reading.facts.title;
    result.cut = result.cut || reading.facts.truncated || text.size() > limits::html_bytes;
    return result;
}

HashScan read_hashes(ByteView bytes) {
    const Hash256 digest = sha256(bytes);
    return {
        .md5 = md5_hex(bytes), .sha1 = sha1_hex(bytes), .sha256 = to_hex(std::as_bytes(std::span(digest)))};
}

}  // namespace tocsin::rules
