#include "scan/markup.hpp"

#include <algorithm>

#include "mail/ascii.hpp"
#include "mail/html_entities.hpp"

namespace tocsin::scan {

namespace {

/// A tag longer than this is not one.
constexpr std::size_t tag_bytes_max = 64U << 10;

bool ends_name(char c) {
    return mail::is_ascii_space(c) || c == '=' || c == '>' || c == '/';
}

std::string_view without_prefix(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

bool TagWalk::next(Tag& tag) {
    const std::size_t open = text_.find('<', at_);
    if (open == std::string_view::npos) return false;
    // The next '>' is remembered: many '<' without one must not search the whole text each time.
    if (close_ < open) close_ = std::min(text_.find('>', open), text_.size());
    const bool closed = close_ < text_.size() && close_ - open <= tag_bytes_max;
    tag.text = closed ? text_.substr(open + 1, close_ - open - 1) : std::string_view();
    at_ = closed ? close_ + 1 : open + 1;
    std::string_view name = tag.text.substr(0, 80);
    const bool closing = name.starts_with('/');
    if (closing) name.remove_prefix(1);
    name = name.substr(0, static_cast<std::size_t>(std::ranges::find_if(name, ends_name) - name.begin()));
    tag.name = (closing ? "/" : "") + mail::to_lower(without_prefix(name));
    return true;
}

std::string_view TagWalk::text_after() const {
    return text_.substr(at_, text_.find('<', at_) - at_);
}

std::string attribute(const Tag& tag, std::string_view name) {
    std::string_view rest = tag.text;
    for (std::size_t at = rest.find('='); at != std::string_view::npos; at = rest.find('=', at + 1)) {
        constexpr std::size_t name_bytes_max = 80;
        const std::size_t name_from = at - std::min(at, name_bytes_max);
        std::string_view before = mail::trim(rest.substr(name_from, at - name_from));
        const std::size_t begin = before.find_last_of(" \t\r\n\f\"'/");
        if (begin != std::string_view::npos) before.remove_prefix(begin + 1);
        if (!mail::equals_ignoring_case(without_prefix(before), name)) continue;
        std::string_view value = mail::trim(rest.substr(at + 1));
        if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
            const char quote = value.front();
            value.remove_prefix(1);
            return mail::resolve_attribute_references(value.substr(0, value.find(quote)));
        }
        return mail::resolve_attribute_references(value.substr(0, value.find_first_of(" \t\r\n\f>")));
    }
    return {};
}

}  // namespace tocsin::scan
