#include "scan/page_fingerprint.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "scan/simhash.hpp"

namespace tocsin::scan {

namespace {

constexpr bool ends_name(char c) {
    return mail::is_ascii_space(c) || c == '>' || c == '/' || c == '=';
}

std::string_view take_name(std::string_view html, std::size_t& at) {
    const std::size_t begin = at;
    while (at < html.size() && !ends_name(html[at])) ++at;
    return html.substr(begin, at - begin);
}

/// Behind the value of an attribute, quoted or not; `at` stands behind its "=".
std::size_t behind_value(std::string_view html, std::size_t at) {
    while (at < html.size() && mail::is_ascii_space(html[at])) ++at;
    if (at >= html.size()) return html.size();
    if (html[at] == '"' || html[at] == '\'') {
        const std::size_t end = html.find(html[at], at + 1);
        return end == std::string_view::npos ? html.size() : end + 1;
    }
    while (at < html.size() && html[at] != '>' && !mail::is_ascii_space(html[at])) ++at;
    return at;
}

/// Hash of a tag's name and the names of its attributes in any order; `at` stands behind its "<" and ends behind its ">".
std::uint64_t take_tag(std::string_view html, std::size_t& at) {
    std::uint64_t hash = mixed(word_hash(take_name(html, at)));
    while (at < html.size() && html[at] != '>') {
        if (html[at] == '=') {
            at = behind_value(html, at + 1);
        } else if (ends_name(html[at])) {
            ++at;
        } else {
            hash += mixed(word_hash(take_name(html, at)) + 1);
        }
    }
    if (at < html.size()) ++at;
    return hash;
}

/// What is no tag of the page itself ends at `end`.
bool skip_to(std::string_view html, std::size_t& at, std::string_view begin, std::string_view end) {
    if (!mail::starts_with_ignoring_case(html.substr(at), begin)) return false;
    at = std::min(mail::find_ignoring_case(html, end, at + begin.size()), html.size());
    return true;
}

}  // namespace

std::uint64_t page_fingerprint(std::string_view html) {
    html = html.substr(0, limits::fingerprint_text_bytes);
    BitCounts counts;
    std::uint64_t last = 0, before_last = 0;
    std::size_t tags = 0;
    for (std::size_t at = html.find('<'); at < html.size(); at = html.find('<', at)) {
        if (skip_to(html, at, "<!--", "-->") || skip_to(html, at, "<style", "</style") ||
            skip_to(html, at, "<script", "</script"))
            continue;
        ++at;
        if (at >= html.size() || !mail::is_ascii_alphanumeric(html[at])) continue;
        const std::uint64_t tag = take_tag(html, at);
        if (tags >= 2) counts.add(mixed(before_last * 3 + last * 5 + tag * 7));
        before_last = last;
        last = tag;
        ++tags;
    }
    if (counts.hashes() < limits::fingerprint_groups_min) return 0;
    return std::max<std::uint64_t>(counts.majority(), 1);
}

}  // namespace tocsin::scan
