#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "mail/ascii.hpp"
#include "mail/transfer_decoding.hpp"
#include "mail/urls.hpp"
#include "scan/documents.hpp"
#include "scan/markup.hpp"
#include "scan/vba.hpp"

namespace tocsin::scan {

namespace {

/// Base64 or hexadecimal in one piece, this long, is a file. Inline pictures are announced by "data:image" and not counted.
constexpr std::size_t packed_run_bytes = 2000;

bool is_base64_character(char c) {
    return mail::is_ascii_alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

/// A long run of base64 that is no inline picture or font.
bool holds_packed_file(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        if (!is_base64_character(text[begin])) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < text.size() && is_base64_character(text[end])) ++end;
        constexpr std::size_t look_back = 40;
        const std::size_t from = begin - std::min(begin, look_back);
        const std::string_view before = text.substr(from, begin - from);
        const bool inline_picture =
            mail::find_ignoring_case(before, "data:image") != std::string_view::npos ||
            mail::find_ignoring_case(before, "data:font") != std::string_view::npos ||
            mail::find_ignoring_case(before, "data:application/font") != std::string_view::npos;
        if (end - begin >= packed_run_bytes && !inline_picture) return true;
        begin = end;
    }
    return false;
}

bool holds(std::string_view lower, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [lower](std::string_view word) { return lower.find(word) != std::string_view::npos; });
}

/// A page that carries a file in its script and lets the browser put it together: nothing on the way sees the file.
void look_for_smuggling(Inspection& inspection, std::string_view text, std::string_view lower) {
    const bool builds =
        holds(lower, {"createobjecturl", "mssaveoropenblob", "mssaveblob", "new blob", "new file("});
    const bool decodes =
        holds(lower, {"atob(", "fromcharcode", "uint8array", "charcodeat", "unescape(", "xor"});
    const bool packed = holds_packed_file(text);
    const bool saves = holds(lower, {"download=", ".download", "\"download\"", "'download'", "mssave"});
    const bool data_link =
        holds(lower, {"data:application/zip", "data:application/x-", "data:application/octet-stream"});
    if (!((builds && (decodes || packed || saves)) || (packed && decodes && holds(lower, {"<script"})) ||
          (data_link && saves)))
        return;
    inspection.flag(PartFlag::html_smuggling);
    inspection.finding("html_smuggling", Severity::suspicious,
                       "is a page that builds a file in the browser, so that no scanner on the way sees it");
}

void inspect_svg(Inspection& inspection, std::string_view lower) {
    const bool script = holds(lower, {"<script", "javascript:", "<foreignobject"}) ||
                        holds(lower, {" onload=", " onclick=", " onmouseover=", " onbegin=", "\nonload="});
    if (!script) return;
    inspection.flag(PartFlag::svg_script);
    inspection.finding("svg_script", Severity::suspicious,
                       "is a drawing that carries a script; pictures need none");
}

/// An attribute's target as an absolute link; empty: it stays on the page, or carries its content in itself. "//host/path"
/// takes the page's own scheme (RFC 3986 section 4.2), and browsers read a backslash as a slash: the page is a mail, so any
/// scheme will do.
std::string link_of(const std::string& target) {
    std::string link(mail::trim(target));
    if (mail::starts_with_ignoring_case(link, "data:")) return {};
    const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
    if (link.size() > 2 && is_slash(link[0]) && is_slash(link[1])) return "http://" + link.substr(2);
    return link.find(':') != std::string::npos ? link : std::string();
}

/// Links that are no markup: many programs make them links all the same.
void inspect_words(Inspection& inspection, std::string_view words) {
    if (!mail::contains(words, "://", 0) && !mail::contains(words, "www.", 0)) return;
    for (const mail::FoundInText& found : mail::find_urls(words, limits::links))
        if (!mail::starts_with_ignoring_case(found.url, "mailto:")) inspection.url(found.url, "text");
}

/// Where the links of a page lead: what <base> says (HTML Living Standard, section 4.2.3) is a link itself, for every link
/// without a host leads there.
class PageLinks {
public:
    explicit PageLinks(Inspection& inspection) : inspection_(inspection) {}
    void base(const Tag& tag) {
        const std::string link = link_of(attribute(tag, "href"));
        inspection_.url(link, "html");
        if (!base_) base_ = mail::parse_url(link, inspection_.budget().domain_names);
    }
    void target(const Tag& tag, std::string_view name, std::string_view source) {
        const std::string value = attribute(tag, name);
        std::string link = link_of(value);
        if (link.empty() && base_ && !value.empty() && !mail::starts_with_ignoring_case(value, "data:"))
            if (const auto url = mail::resolve_url(value, base_, inspection_.budget().domain_names)) link = url->url;
        inspection_.url(link, source);
    }

private:
    Inspection& inspection_;
    std::optional<mail::Url> base_;  ///< the first one counts
};

void inspect_tags(Inspection& inspection, std::string_view text) {
    const bool attached = !inspection.input().file_names.empty();
    PageLinks links(inspection);
    TagWalk walk(text);
    inspect_words(inspection, walk.text_after());
    Tag tag;
    while (walk.next(tag)) {
        if (tag.name != "style" && tag.name != "script") inspect_words(inspection, walk.text_after());
        if (tag.name == "a" || tag.name == "area") {
            links.target(tag, "href", "html");
        } else if (tag.name == "base") {
            links.base(tag);
        } else if (tag.name == "form") {
            links.target(tag, "action", "form");
        } else if (tag.name == "button" || tag.name == "input") {
            links.target(tag, "formaction", "form");
            if (tag.name == "input" && attached &&
                mail::equals_ignoring_case(attribute(tag, "type"), "password")) {
                inspection.flag(PartFlag::html_password_form);
                inspection.finding("html_password_form", Severity::suspicious,
                                   "is a page that asks for a password");
            }
        } else if (tag.name == "meta" &&
                   mail::equals_ignoring_case(attribute(tag, "http-equiv"), "refresh")) {
            const std::string content = attribute(tag, "content");
            const std::size_t url = mail::find_ignoring_case(content, "url=");
            if (url != std::string::npos)
                inspection.url(mail::trim(std::string_view(content).substr(url + 4)), "html");
        }
    }
}

/// Files in `data:` URIs (RFC 2397). In a message's own parts the parser has found them.
void unpack_data_uris(Inspection& inspection) {
    const PartSummary& part = inspection.report().parts[inspection.input().part];
    if (part.origin != "member" && part.origin != "file") return;
    constexpr std::size_t uris_max = 200;
    for (const mail::DataUri& uri : mail::find_data_uris(inspection.bytes(), uris_max))
        if (!inspection.claim_and_scan({.name = {}, .media_type = uri.media_type, .bytes = uri.bytes}))
            return;
}

}  // namespace

void inspect_page(Inspection& inspection) {
    unpack_data_uris(inspection);
    std::string_view text = as_text(inspection.bytes());
    if (text.size() > limits::html_bytes) {
        inspection.limit(ScanLimit::html_bytes, fmt::format("more than {} bytes", limits::html_bytes));
        text = text.substr(0, limits::html_bytes);
    }
    inspect_tags(inspection, text);
    // Most pages in mail hold no script at all, and these looks need a copy in lower case.
    const std::string_view type = inspection.file_type();
    const bool scripted = mail::contains_ignoring_case(text, "script", 4) ||
                          mail::contains_ignoring_case(text, "data:application", 4);
    if (!scripted && type != "svg" && type != "hta") return;
    const std::string lower = mail::to_lower(text);
    look_for_smuggling(inspection, text, lower);
    if (type == "svg") inspect_svg(inspection, lower);
    if (type == "hta")
        inspection.finding("hta", Severity::suspicious,
                           "is a page that runs as a program with all rights (HTA)");
}

void inspect_plain_text(Inspection& inspection) {
    const std::string_view text = as_text(inspection.bytes()).substr(0, limits::text_bytes);
    for (const mail::FoundInText& found : mail::find_urls(text, limits::links))
        if (!mail::starts_with_ignoring_case(found.url, "mailto:")) inspection.url(found.url, "text");
}

void inspect_script(Inspection& inspection) {
    const std::string_view text = as_text(inspection.bytes()).substr(0, limits::text_bytes);
    if (const std::vector<std::string_view> words = dangerous_words(text); !words.empty())
        inspection.finding("script_starts_programs", Severity::suspicious,
                           fmt::format("is a script with words used to fetch or start programs: {}",
                                       fmt::join(words, ", ")));
}

}  // namespace tocsin::scan
