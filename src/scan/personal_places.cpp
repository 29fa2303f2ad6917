#include "scan/personal_places.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

/// Elements whose content is no plain text to every program, or which do more than show something.
constexpr std::array<std::string_view, 23> refused_elements = {
    "applet", "base", "button",   "embed",    "form",     "frame",  "frameset",  "iframe",
    "input",  "math", "noembed",  "noframes", "noscript", "object", "plaintext", "script",
    "select", "svg",  "template", "textarea", "xmp",      "link",   "marquee"};
/// Elements whose content is skipped: it is no text that a person reads.
constexpr std::array<std::string_view, 2> skipped_elements = {"style", "title"};

bool is_letter(char c) {
    return mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c);
}

/// Letters, digits and `more`: the run of them from `at` on.
std::string_view run_of(std::string_view text, std::size_t at, std::string_view more) {
    std::size_t end = at;
    while (end < text.size() &&
           (mail::is_ascii_alphanumeric(text[end]) || more.find(text[end]) != std::string_view::npos))
        ++end;
    return text.substr(at, end - at);
}

/// Walks over a page once; gives up at the first thing that is not plain.
class PageWalk {
public:
    explicit PageWalk(std::string_view page) : page_(page) {}

    std::optional<std::vector<PersonalPlace>> run() {
        while (at_ < page_.size()) {
            const std::size_t open = std::min(page_.find('<', at_), page_.size());
            add(at_, open, PlaceKind::words);
            at_ = open;
            if (at_ < page_.size() && !markup()) return std::nullopt;
        }
        return std::move(places_);
    }

private:
    void add(std::size_t begin, std::size_t end, PlaceKind kind) {
        if (begin < end) places_.push_back({begin, end, kind});
    }

    bool markup() {
        const std::string_view rest = page_.substr(at_);
        if (rest.starts_with("<!--")) return skip_to("-->", 4);
        if (rest.starts_with("<!") || rest.starts_with("<?")) return skip_to(">", 2);
        if (rest.size() > 2 && rest[1] == '/' && is_letter(rest[2])) return skip_to(">", 2);
        if (rest.size() > 1 && is_letter(rest[1])) return tag();
        return false;
    }

    /// Past the next `end`, which must be there. What is skipped must not hold what another program may take for markup.
    bool skip_to(std::string_view end, std::size_t from) {
        const std::size_t found = page_.find(end, at_ + from);
        if (found == std::string_view::npos) return false;
        at_ = found + end.size();
        return true;
    }

    bool tag() {
        const std::string name = mail::to_lower(run_of(page_, at_ + 1, ":"));
        at_ += 1 + name.size();
        if (std::ranges::find(refused_elements, name) != refused_elements.end()) return false;
        if (name == "meta" && !harmless_meta()) return false;
        if (!attributes()) return false;
        if (std::ranges::find(skipped_elements, name) == skipped_elements.end()) return true;
        return skip_to("</" + name, 0) && skip_to(">", 0);
    }

    /// A <meta> that names a plain charset or none.
    bool harmless_meta() const {
        const std::string text =
            mail::to_lower(page_.substr(at_, std::min(page_.find('>', at_), page_.size()) - at_));
        if (text.find("refresh") != std::string::npos) return false;
        const std::size_t charset = text.find("charset");
        if (charset == std::string::npos) return true;
        const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n=\"'", charset + 7), text.size());
        return plain_charset(run_of(text, begin, "-_"));
    }

    bool attributes() {
        while (at_ < page_.size()) {
            while (at_ < page_.size() && (mail::is_ascii_space(page_[at_]) || page_[at_] == '/')) ++at_;
            if (at_ == page_.size()) return false;
            if (page_[at_] == '>') {
                ++at_;
                return true;
            }
            if (!attribute()) return false;
        }
        return false;
    }

    bool attribute() {
        const std::string name = mail::to_lower(run_of(page_, at_, "-:_"));
        if (name.empty()) return false;
        at_ += name.size();
        // Handlers run, and srcdoc is a page in a page.
        if (name.starts_with("on") || name == "srcdoc" || name == "formaction") return false;
        while (at_ < page_.size() && mail::is_ascii_space(page_[at_])) ++at_;
        if (at_ == page_.size() || page_[at_] != '=') return true;
        ++at_;
        while (at_ < page_.size() && mail::is_ascii_space(page_[at_])) ++at_;
        return value(name == "href" || name == "src");
    }

    bool value(bool is_link) {
        if (at_ == page_.size()) return false;
        const char quote = page_[at_];
        if (quote != '"' && quote != '\'') return unquoted_value();
        const std::size_t end = page_.find(quote, at_ + 1);
        if (end == std::string_view::npos) return false;
        const std::string_view text = page_.substr(at_ + 1, end - at_ - 1);
        if (text.find_first_of("<>") != std::string_view::npos) return false;
        if (is_link) note_path(at_ + 1, text);
        at_ = end + 1;
        return true;
    }

    bool unquoted_value() {
        while (at_ < page_.size() && !mail::is_ascii_space(page_[at_]) && page_[at_] != '>') {
            if (std::string_view("\"'<=`").find(page_[at_]) != std::string_view::npos) return false;
            ++at_;
        }
        return true;
    }

    /// What is behind the host of a web link.
    void note_path(std::size_t begin, std::string_view link) {
        const std::string start = mail::to_lower(link.substr(0, 8));
        const std::size_t scheme = start.starts_with("https://") ? 8 : start.starts_with("http://") ? 7 : 0;
        if (scheme == 0) return;
        const std::size_t path = link.find_first_of("/\\?#@", scheme);
        if (path == std::string_view::npos || path == scheme || link[path] != '/') return;
        add(begin + path + 1, begin + link.size(), PlaceKind::link_path);
    }

    std::string_view page_;
    std::size_t at_ = 0;
    std::vector<PersonalPlace> places_;
};

}  // namespace

std::optional<std::vector<PersonalPlace>> personal_places(std::string_view page) {
    // Not even where this walk sees a comment: others may see it end earlier.
    if (mail::to_lower(page).find("<script") != std::string::npos) return std::nullopt;
    return PageWalk(page).run();
}

bool harmless_there(PlaceKind kind, std::string_view bytes) {
    const std::string_view also =
        kind == PlaceKind::words ? std::string_view(" ,.'-_@") : std::string_view("-_.~%=&/?");
    return std::ranges::all_of(bytes, [&](char c) {
        if (mail::is_ascii_alphanumeric(c)) return true;
        if (kind == PlaceKind::words && static_cast<unsigned char>(c) >= 0x80) return true;
        return also.find(c) != std::string_view::npos;
    });
}

bool plain_charset(std::string_view name) {
    return name.empty() || name == "us-ascii" || name == "ascii" || name == "utf-8" || name == "utf8" ||
           name.starts_with("iso-8859-") || name.starts_with("windows-125");
}

}  // namespace tocsin::scan
