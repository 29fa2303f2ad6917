#include "banner/charset_class.hpp"

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::banner {

namespace {

enum class Class { none, ascii_at_start, ascii, latin1, utf8, undeclared };

/// Beginnings of names of charsets whose first half is ASCII, in lower case. The second byte of a character may be an ASCII
/// letter in some of them, never `<`, `>`, a quote or a control byte.
constexpr std::array<std::string_view, 17> ascii_families = {
    "iso-8859-", "iso8859-",  "windows-", "cp125",  "koi8-",  "gb2312",    "gbk",     "gb18030",  "big5",
    "shift_jis", "shift-jis", "sjis",     "euc-jp", "euc-kr", "ks_c_5601", "tis-620", "macintosh"};

Class class_of(std::string_view charset) {
    const auto is_one = [charset](std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, charset) != names.end();
    };
    if (charset.empty() || is_one({"us-ascii", "ascii", "ansi_x3.4-1968"})) return Class::undeclared;
    if (is_one({"utf-8", "utf8"})) return Class::utf8;
    if (is_one({"iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252"})) return Class::latin1;
    if (charset.starts_with("iso-2022-jp")) return Class::ascii_at_start;
    const bool known = std::ranges::any_of(
        ascii_families, [charset](std::string_view family) { return charset.starts_with(family); });
    return known ? Class::ascii : Class::none;
}

/// Bytes that no text in such a charset has: UTF-16 and UTF-32 whatever is declared.
bool is_wide(std::string_view text) {
    return text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE") ||
           text.find('\0') != std::string_view::npos;
}

bool carries_eight_bits(const mail::Entity& entity) {
    if (entity.encoding != mail::TransferEncoding::identity || !mail::is_ascii(as_text(entity.content)))
        return true;
    const mail::HeaderField* field = mail::find_field(entity.fields, "Content-Transfer-Encoding");
    if (field == nullptr) return false;
    const std::string_view value = mail::trim(field->raw_value);
    return mail::equals_ignoring_case(value, "8bit") || mail::equals_ignoring_case(value, "binary");
}

}  // namespace

std::optional<scan::BannerLetters> letters_of(const mail::Entity& entity) {
    using scan::BannerLetters;
    const std::string_view content = as_text(entity.content);
    const Class its_class = class_of(entity.charset);
    if (its_class == Class::none || is_wide(content)) return std::nullopt;
    if (!carries_eight_bits(entity)) return BannerLetters::ascii;
    switch (its_class) {
        case Class::utf8: return BannerLetters::utf8;
        case Class::latin1: return BannerLetters::latin1;
        // What the text itself has, programs that show it guess as UTF-8.
        case Class::undeclared:
            return !mail::is_ascii(content) && mail::is_valid_utf8(content) ? BannerLetters::utf8
                                                                            : BannerLetters::ascii;
        case Class::none:
        case Class::ascii_at_start:
        case Class::ascii: break;
    }
    return BannerLetters::ascii;
}

bool has_ascii_throughout(const mail::Entity& entity) {
    const Class its_class = class_of(entity.charset);
    return its_class != Class::none && its_class != Class::ascii_at_start &&
           !is_wide(as_text(entity.content));
}

}  // namespace tocsin::banner
