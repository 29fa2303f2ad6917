#include "banner/page_place.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "mail/ascii.hpp"

namespace tocsin::banner {

namespace {

using mail::ascii_lower;
using mail::is_ascii_space;

/// Attributes of <html> and <body> that change colours, fonts and margins only; and `style`, `class` and `id`, which are looked
/// at elsewhere (page_styles.hpp).
constexpr std::array<std::string_view, 24> harmless_attributes = {
    "alink",     "background",  "bgcolor",      "class",  "dir",          "id",
    "lang",      "leftmargin",  "bottommargin", "link",   "marginheight", "marginwidth",
    "prefix",    "rightmargin", "role",         "scroll", "style",        "text",
    "topmargin", "vlink",       "xml:lang",     "yahoo",  "bgproperties", "data-gr-ext"};
constexpr std::array<std::string_view, 4> plain_head_tags = {"meta", "base", "link", "/meta"};
constexpr std::size_t doctype_bytes_max = 512;

struct Tag {
    std::string name;  ///< lower case, with a leading `/` for an end tag
    bool odd = false;  ///< parsers may disagree about it, or an attribute is not harmless
    bool style_sheet_link = false;
};

/// Follows tokens as WHATWG HTML section 13.2.5 has them, and gives up wherever that section says "parse error".
class Walk {
public:
    explicit Walk(std::string_view page) : page_(page) {}

    std::optional<std::size_t> run() {
        if (page_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        while (true) {
            while (at_ < page_.size() && is_ascii_space(page_[at_])) ++at_;
            if (at_ >= page_.size() || page_[at_] != '<') return std::nullopt;
            if (page_.substr(at_).starts_with("<!--")) {
                if (!skip_comment()) return std::nullopt;
                continue;
            }
            if (mail::starts_with_ignoring_case(page_.substr(at_), "<!doctype")) {
                if (seen_html_ || !skip_to('>')) return std::nullopt;
                continue;
            }
            const std::optional<Tag> tag = read_tag();
            if (!tag) return std::nullopt;
            if (tag->name == "body") return is_only_body() && !tag->odd ? std::optional(at_) : std::nullopt;
            if (!stays_in_head(*tag)) return std::nullopt;
        }
    }

private:
    bool skip_to(char end) {
        at_ = page_.find(end, at_);
        if (at_ == std::string_view::npos) return false;
        ++at_;
        return true;
    }

    /// Comments that begin with `>` or `->`, hold `--!>` or another `<!--` end at different places in different programs.
    bool skip_comment() {
        const std::size_t begin = at_ + 4, end = page_.find("-->", begin);
        if (end == std::string_view::npos) return false;
        const std::string_view inside = page_.substr(begin, end - begin);
        if (inside.starts_with(">") || inside.starts_with("->") ||
            inside.find("--!>") != std::string_view::npos || inside.find("<!--") != std::string_view::npos ||
            inside.ends_with("<!-"))
            return false;
        at_ = end + 3;
        return true;
    }

    /// Behind `<`: the name, attributes, `>`.
    std::optional<Tag> read_tag() {
        Tag tag;
        ++at_;
        if (peek() == '/') {
            tag.name = "/";
            ++at_;
        }
        while (mail::is_ascii_alphanumeric(peek()) || peek() == ':' || peek() == '-')
            tag.name += ascii_lower(page_[at_++]);
        if (tag.name.empty() || tag.name == "/") return std::nullopt;
        while (true) {
            while (at_ < page_.size() && (is_ascii_space(page_[at_]) || page_[at_] == '/')) ++at_;
            if (at_ >= page_.size()) return std::nullopt;
            if (page_[at_] == '>') break;
            if (!read_attribute(tag)) return std::nullopt;
        }
        ++at_;
        return tag;
    }

    char peek() const { return at_ < page_.size() ? page_[at_] : '\0'; }

    bool read_attribute(Tag& tag) {
        const std::size_t begin = at_;
        while (at_ < page_.size() && !is_ascii_space(page_[at_]) &&
               std::string_view("=/>").find(page_[at_]) == std::string_view::npos) {
            if (std::string_view("<\"'\0", 4).find(page_[at_]) != std::string_view::npos) return false;
            ++at_;
        }
        const std::string name = mail::to_lower(page_.substr(begin, at_ - begin));
        if (name.empty()) return false;
        while (is_ascii_space(peek())) ++at_;
        std::string_view value;
        if (peek() == '=') {
            ++at_;
            while (is_ascii_space(peek())) ++at_;
            if (!read_value(value)) return false;
        }
        note_attribute(tag, name, value);
        return true;
    }

    bool read_value(std::string_view& value) {
        const char quote = peek();
        const std::size_t begin = at_;
        if (quote == '"' || quote == '\'') {
            const std::size_t end = page_.find(quote, at_ + 1);
            if (end == std::string_view::npos) return false;
            value = page_.substr(begin + 1, end - begin - 1);
            at_ = end + 1;
            const char next = peek();
            return next == '>' || next == '/' || is_ascii_space(next);
        }
        while (at_ < page_.size() && !is_ascii_space(page_[at_]) && page_[at_] != '>') {
            if (std::string_view("\"'<=`\0", 6).find(page_[at_]) != std::string_view::npos) return false;
            ++at_;
        }
        value = page_.substr(begin, at_ - begin);
        return !value.empty();
    }

    static void note_attribute(Tag& tag, const std::string& name, std::string_view value) {
        if (tag.name == "link" && name == "rel" &&
            mail::find_ignoring_case(value, "stylesheet") != std::string_view::npos)
            tag.style_sheet_link = true;
        if (tag.name != "html" && tag.name != "body") return;
        const bool harmless = name.starts_with("xmlns") ||
                              std::ranges::find(harmless_attributes, name) != harmless_attributes.end();
        if (!harmless) tag.odd = true;
    }

    /// Whether what follows still belongs to the head in every program.
    bool stays_in_head(const Tag& tag) {
        if (tag.name == "html") return !std::exchange(seen_html_, true) && !seen_head_ && !tag.odd;
        if (tag.name == "head") return !std::exchange(seen_head_, true);
        if (tag.name == "/head") return seen_head_ && !std::exchange(head_ended_, true);
        if (head_ended_ || tag.style_sheet_link) return false;
        if (tag.name == "title" || tag.name == "style") {
            seen_head_ = true;
            return skip_raw_text(tag.name);
        }
        if (std::ranges::find(plain_head_tags, tag.name) == plain_head_tags.end()) return false;
        seen_head_ = true;
        return true;
    }

    /// To behind the end tag. "<!--" inside would be text to browsers, and a comment to others.
    bool skip_raw_text(const std::string& name) {
        const std::string end_tag = "</" + name;
        const std::size_t begin = at_, end = mail::find_ignoring_case(page_, end_tag, at_);
        if (end == std::string_view::npos) return false;
        at_ = end + end_tag.size();
        while (is_ascii_space(peek())) ++at_;
        if (peek() != '>') return false;
        ++at_;
        const std::string_view text = page_.substr(begin, end - begin);
        const std::size_t open = text.find("<!--");
        return open == std::string_view::npos || text.find("-->", open) != std::string_view::npos;
    }

    /// A second <html> or <body>, wherever it seems to stand, may give the first one more attributes: in a comment, for Word.
    bool is_only_body() const {
        const std::string_view rest = page_.substr(at_);
        const std::string_view way = page_.substr(0, at_);
        const std::size_t html = mail::find_ignoring_case(way, "<html");
        const bool one_html =
            html == std::string_view::npos
                ? !seen_html_
                : mail::find_ignoring_case(way, "<html", html + 1) == std::string_view::npos && seen_html_;
        return one_html && mail::find_ignoring_case(way, "<body") == way.rfind('<') &&
               mail::find_ignoring_case(rest, "<body") == std::string_view::npos &&
               mail::find_ignoring_case(rest, "<html") == std::string_view::npos &&
               mail::find_ignoring_case(rest, "<frameset") == std::string_view::npos;
    }

    std::string_view page_;
    std::size_t at_ = 0;
    bool seen_html_ = false, seen_head_ = false, head_ended_ = false;
};

}  // namespace

std::optional<std::size_t> behind_body_tag(std::string_view page) {
    return Walk(page).run();
}

scan::PageMode mode_of(std::string_view page) {
    const std::size_t begin = mail::find_ignoring_case(page.substr(0, doctype_bytes_max), "<!doctype");
    if (begin == std::string_view::npos) return scan::PageMode::quirks;
    const std::size_t end = page.find('>', begin);
    const std::string type = mail::to_lower(page.substr(begin, std::min(end - begin, doctype_bytes_max)));
    const auto names = [&type](std::string_view text) { return type.find(text) != std::string::npos; };
    const bool loose = names("transitional") || names("frameset");
    if (names("xhtml 1.")) return loose ? scan::PageMode::limited_quirks : scan::PageMode::standards;
    if (names("html 4.01") && loose)
        return names("http") ? scan::PageMode::limited_quirks : scan::PageMode::quirks;
    if (names("html 4.0 ") || names("html 3") || names("html 2")) return scan::PageMode::quirks;
    return scan::PageMode::standards;
}

}  // namespace tocsin::banner
