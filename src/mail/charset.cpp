#include "mail/charset.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Code points of bytes 0x80 to 0x9F in windows-1252; the five unused ones are controls, as in the WHATWG
/// Encoding standard.
constexpr std::array<char16_t, 32> windows_1252_high = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Length of the ASCII run at `at`, eight bytes at a time.
std::size_t ascii_run(std::string_view text, std::size_t at) {
    const std::size_t start = at;
    while (text.size() - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((word & 0x8080808080808080ULL) != 0) break;
        at += 8;
    }
    while (at < text.size() && byte_at(text, at) < 0x80) ++at;
    return at - start;
}

struct Sequence {
    std::size_t length = 1;  ///< bytes taken: of the character, or of the maximal ill-formed subpart
    char32_t code_point = 0xFFFD;
    bool valid = false;
};

/// RFC 3629 section 4: one character that begins with a byte of 0x80 or more.
Sequence read_sequence(std::string_view text, std::size_t at) {
    const std::uint8_t lead = byte_at(text, at);
    std::size_t length = 0;
    std::uint8_t least = 0x80;
    std::uint8_t most = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) least = 0xA0;
        if (lead == 0xED) most = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) least = 0x90;
        if (lead == 0xF4) most = 0x8F;
    } else {
        return {};
    }
    char32_t code_point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= text.size()) return {i, 0xFFFD, false};
        const std::uint8_t next = byte_at(text, at + i);
        if (next < least || next > most) return {i, 0xFFFD, false};
        code_point = (code_point << 6U) | (next & 0x3FU);
        least = 0x80;
        most = 0xBF;
    }
    return {length, code_point, true};
}

std::string from_windows_1252(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t run = ascii_run(bytes, at);
        out.append(bytes.substr(at, run));
        at += run;
        if (at >= bytes.size()) break;
        const std::uint8_t value = byte_at(bytes, at++);
        append_utf8(out, value < 0xA0 ? windows_1252_high[value - 0x80U] : char32_t{value});
    }
    return out;
}

struct Alias {
    std::string_view name;
    std::string_view converter;
};

/// Names whose everyday meaning differs from the registered one (WHATWG Encoding standard section 4.2), or
/// that ICU lacks.
constexpr std::array<Alias, 22> aliases = {{
    {"gb2312", "gb18030"},          {"gb_2312-80", "gb18030"},      {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},           {"cp936", "gb18030"},           {"ks_c_5601-1987", "windows-949"},
    {"ks_c_5601", "windows-949"},   {"ksc5601", "windows-949"},     {"euc-kr", "windows-949"},
    {"shift_jis", "windows-31j"},   {"shift-jis", "windows-31j"},   {"sjis", "windows-31j"},
    {"x-sjis", "windows-31j"},      {"big5", "windows-950"},        {"iso-8859-9", "windows-1254"},
    {"latin5", "windows-1254"},     {"iso-8859-11", "windows-874"}, {"tis-620", "windows-874"},
    {"iso-8859-8-i", "iso-8859-8"}, {"unicode-1-1-utf-7", "utf-7"}, {"x-mac-roman", "macintosh"},
    {"cp-850", "ibm-850"},
}};

enum class Kind { utf8, undeclared, western, other };

Kind kind_of(std::string_view name) {
    if (name == "utf-8" || name == "utf8" || name == "unicode-1-1-utf-8") return Kind::utf8;
    if (name.empty() || name == "us-ascii" || name == "ascii" || name == "default" ||
        name == "unknown-8bit" || name == "x-unknown" || name == "unknown" || name == "ansi_x3.4-1968") {
        return Kind::undeclared;
    }
    if (name == "iso-8859-1" || name == "windows-1252" || name == "latin1" || name == "cp1252" ||
        name == "iso8859-1" || name == "iso_8859-1" || name == "l1" || name == "windows-1251/1252") {
        return Kind::western;
    }
    return Kind::other;
}

/// In these, an ASCII byte always means its ASCII character.
bool keeps_ascii(std::string_view name) {
    constexpr std::array<std::string_view, 12> families = {"iso-8859", "iso8859", "windows-", "koi8",
                                                           "gb",       "big5",    "euc-",     "cp125",
                                                           "ks_c",     "shift",   "latin",    "utf8"};
    return std::ranges::any_of(families, [&](std::string_view family) { return name.starts_with(family); });
}

/// A name that may be given to ICU: no path, no converter options.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::charset_name_bytes &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                      c == ':';
           });
}

std::string clean_name(std::string_view charset) {
    std::string name = to_lower(charset.substr(0, limits::charset_name_bytes + 1));
    std::erase_if(name, [](char c) { return c == '"' || c == '\'' || c == ' ' || c == '\t' || c == ';'; });
    return name;
}

}  // namespace

bool is_ascii(std::string_view text) {
    return ascii_run(text, 0) == text.size();
}

bool is_valid_utf8(std::string_view text) {
    for (std::size_t at = 0;;) {
        at += ascii_run(text, at);
        if (at >= text.size()) return true;
        const Sequence sequence = read_sequence(text, at);
        if (!sequence.valid) return false;
        at += sequence.length;
    }
}

std::string repair_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t run = ascii_run(text, at);
        out.append(text.substr(at, run));
        at += run;
        if (at >= text.size()) break;
        const Sequence sequence = read_sequence(text, at);
        out.append(sequence.valid ? text.substr(at, sequence.length) : replacement);
        at += sequence.length;
    }
    return out;
}

std::string utf8_or_windows_1252(std::string_view text) {
    return is_valid_utf8(text) ? std::string(text) : from_windows_1252(text);
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = 0xFFFD;
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3FU));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const std::uint8_t lead = byte_at(text, at);
    if (lead < 0x80) {
        ++at;
        return lead;
    }
    const Sequence sequence = read_sequence(text, at);
    at += sequence.length;
    return sequence.code_point;
}

struct CharsetConverters::Cache {
    struct Closer {
        void operator()(UConverter* converter) const { ucnv_close(converter); }
    };
    using Converter = std::unique_ptr<UConverter, Closer>;
    struct Entry {
        std::string name;
        Converter converter;  ///< null: ICU does not know the name
    };
    std::vector<Entry> entries;
    Converter utf8;

    static Converter open(const std::string& name) {
        UErrorCode status = U_ZERO_ERROR;
        Converter converter(ucnv_open(name.c_str(), &status));
        return U_SUCCESS(status) ? std::move(converter) : nullptr;
    }

    UConverter* find(const std::string& name) {
        for (const Entry& entry : entries) {
            if (entry.name == name) return entry.converter.get();
        }
        if (entries.size() >= limits::charset_converters) entries.erase(entries.begin());
        const auto* alias = std::ranges::find(aliases, name, &Alias::name);
        const std::string opened = alias != aliases.end() ? std::string(alias->converter) : name;
        entries.push_back({name, is_plain_name(opened) ? open(opened) : nullptr});
        return entries.back().converter.get();
    }

    /// Runs ICU over `bytes`; an empty result with a non-empty input means that it failed.
    std::string convert(UConverter* source, std::string_view bytes) {
        if (!utf8) utf8 = open("UTF-8");
        if (!utf8) return {};
        ucnv_reset(source);
        ucnv_reset(utf8.get());
        std::string out;
        std::array<char, 4096> chunk{};
        std::array<UChar, 1024> pivot{};
        UChar* pivot_source = pivot.data();
        UChar* pivot_target = pivot.data();
        const char* from = bytes.data();
        UBool reset = 1;
        UErrorCode status = U_BUFFER_OVERFLOW_ERROR;
        while (status == U_BUFFER_OVERFLOW_ERROR) {
            status = U_ZERO_ERROR;
            char* to = chunk.data();
            ucnv_convertEx(utf8.get(), source, &to, chunk.data() + chunk.size(), &from,
                           bytes.data() + bytes.size(), pivot.data(), &pivot_source, &pivot_target,
                           pivot.data() + pivot.size(), reset, 1, &status);
            reset = 0;
            out.append(chunk.data(), static_cast<std::size_t>(to - chunk.data()));
        }
        return out;
    }
};

CharsetConverters::CharsetConverters() = default;
CharsetConverters::~CharsetConverters() = default;
CharsetConverters::CharsetConverters(CharsetConverters&&) noexcept = default;
CharsetConverters& CharsetConverters::operator=(CharsetConverters&&) noexcept = default;

std::string CharsetConverters::to_utf8(std::string_view bytes, std::string_view charset) {
    std::string name = clean_name(charset);
    Kind kind = kind_of(name);
    if (bytes.starts_with("\xEF\xBB\xBF") && kind != Kind::other) {
        bytes.remove_prefix(3);
        kind = Kind::utf8;
    } else if (kind != Kind::other && (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) &&
               bytes.size() > 3) {
        name = bytes.starts_with("\xFF\xFE") ? "utf-16le" : "utf-16be";
        bytes.remove_prefix(2);
        kind = Kind::other;
    }
    if (kind == Kind::utf8) return is_valid_utf8(bytes) ? std::string(bytes) : repair_utf8(bytes);
    if (kind == Kind::other && !(keeps_ascii(name) && is_ascii(bytes))) {
        if (!cache_) cache_ = std::make_unique<Cache>();
        if (UConverter* converter = cache_->find(name)) {
            std::string out = cache_->convert(converter, bytes);
            if (out.starts_with("\xEF\xBB\xBF")) out.erase(0, 3);
            return is_valid_utf8(out) ? out : repair_utf8(out);
        }
    }
    return kind == Kind::western ? from_windows_1252(bytes) : utf8_or_windows_1252(bytes);
}

}  // namespace tocsin::mail
