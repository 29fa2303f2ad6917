#include "gate/banner_edits.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/token.hpp"
#include "gate/banner_text.hpp"

namespace tocsin::gate {

namespace {

using scan::BannerEncoding;
using scan::BannerPlace;
using scan::BannerShape;

constexpr std::size_t group_characters = 4;
constexpr std::size_t name_characters = 20;

bool is_base64(char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// What stands before a banner behind <body>, as far as its encoding shows it.
bool is_behind_tag(std::string_view before, BannerEncoding encoding) {
    if (encoding == BannerEncoding::base64) return true;  // the group is looked at
    if (before.ends_with('>')) return true;
    return encoding == BannerEncoding::quoted_printable &&
           (before.ends_with("=3E") || before.ends_with("=3e"));
}

bool may_stand(std::string_view text, std::size_t from, const BannerPlace& place) {
    if (place.offset < from || place.offset > text.size()) return false;
    const std::string_view before = text.substr(0, place.offset);
    const bool inside_page = place.shape == BannerShape::page;
    // The content of a part begins behind an empty line (RFC 2046 section 5.1).
    if (!inside_page && !before.ends_with("\r\n\r\n")) return false;
    if (inside_page && !is_behind_tag(before, place.encoding)) return false;
    if (place.encoding != BannerEncoding::base64) return place.group_bytes == 0;
    const std::string_view group = text.substr(place.offset, group_characters);
    if (group.size() < group_characters || !std::ranges::all_of(group, is_base64)) return false;
    return place.group_bytes == 0 || inside_page;
}

}  // namespace

std::size_t body_begin(ByteView content) {
    constexpr std::string_view empty_line = "\r\n\r\n";
    const std::size_t at = as_text(content).find(empty_line);
    return at == std::string_view::npos ? content.size() : at + empty_line.size();
}

CheckedPlaces check_places(ByteView content, const std::vector<BannerPlace>& places) {
    CheckedPlaces out;
    const std::string_view text = as_text(content);
    const std::size_t begin = body_begin(content);
    std::size_t from = begin;
    // Without an empty line all of it is header.
    const bool has_body = begin > 0 && text.substr(0, begin).ends_with("\r\n\r\n");
    for (const BannerPlace& place : places) {
        if (!has_body || out.places.size() >= limits::banner_places || !may_stand(text, from, place)) {
            ++out.refused;
            continue;
        }
        out.places.push_back(place);
        from = place.offset + 1 + (place.group_bytes > 0 ? group_characters : 0);
    }
    return out;
}

std::size_t BanneredBody::size_bytes() const {
    std::size_t bytes = 0;
    for (const ByteView piece : pieces) bytes += piece.size();
    return bytes;
}

BanneredBody with_banner(ByteView content, const std::vector<BannerPlace>& places, const BannerWords& words,
                         std::string_view random) {
    const std::string_view text = as_text(content);
    BanneredBody out;
    std::size_t done = body_begin(content);
    const auto keep_to = [&](std::size_t end) {
        if (end > done) out.pieces.push_back(content.subspan(done, end - done));
        done = end;
    };
    for (const BannerPlace& place : places) {
        ASSERT(place.offset >= done && place.offset <= content.size(), "places were checked");
        keep_to(place.offset);
        const std::size_t behind = place.offset + (place.group_bytes > 0 ? group_characters : 0);
        const BannerSurroundings around{.at_line_start = text.substr(0, place.offset).ends_with('\n'),
                                        .before_line_end = text.substr(behind).starts_with("\r\n"),
                                        .group = text.substr(place.offset, group_characters),
                                        .random = random};
        out.inserted.push_back(banner_bytes(words, place, around));
        out.pieces.push_back(as_bytes(out.inserted.back()));
        done = behind;
    }
    keep_to(content.size());
    return out;
}

std::string unforeseen_name() {
    std::string name = "t";  // of an attribute: begins with a letter
    for (const char c : make_token()) {
        const char lower = ascii_lower(c);
        const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (plain && name.size() < name_characters) name += lower;
    }
    return name;
}

}  // namespace tocsin::gate
