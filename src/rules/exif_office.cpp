// Office files: docProps of packages (ECMA-376 part 2 section 11, part 1 section 22), property sets of old files ([MS-OLEPS]).
#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/exif.hpp"
#include "rules/xml_text.hpp"
#include "scan/little_endian.hpp"
#include "scan/markup.hpp"
#include "scan/ole.hpp"

namespace tocsin::rules {

namespace {

std::string capitalised(std::string_view name) {
    std::string out(name);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

/// Names that people give to properties, as exiftool writes them: without what cannot stand in a name, and "Tag" before one
/// that does not begin with a letter.
std::string custom_name(std::string_view name) {
    std::string kept;
    for (const char c : name)
        if (mail::is_ascii_alphanumeric(c) || c == '_' || c == '-') kept += c;
    const bool letter =
        !kept.empty() && mail::is_ascii_alphanumeric(kept[0]) && !mail::is_ascii_digit(kept[0]);
    return letter ? capitalised(kept) : "Tag" + kept;
}

/// The name of an element as written, without prefix.
std::string_view local_name(std::string_view tag) {
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view name_for_core(std::string_view element) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> renamed = {
        {{"created", "CreateDate"},
         {"modified", "ModifyDate"},
         {"revision", "RevisionNumber"},
         {"lastPrinted", "LastPrinted"}}};
    for (const auto& [from, to] : renamed)
        if (element == from) return to;
    return element;
}

/// Elements with text directly in them. What stands in a list (TitlesOfParts) is joined under the list's name.
void read_elements(std::string_view xml, ExifFields& fields) {
    constexpr auto lists = std::to_array<std::string_view>({"TitlesOfParts", "HeadingPairs"});
    scan::TagWalk walk(xml);
    scan::Tag tag;
    std::string list, joined;
    while (walk.next(tag)) {
        const std::string_view name = local_name(tag.text);
        if (tag.text.starts_with('/') && !list.empty() && tag.name == "/" + mail::to_lower(list)) {
            fields.add(list, joined);
            list.clear();
        }
        if (name.empty() || tag.text.starts_with('/') || tag.text.starts_with('?') ||
            tag.text.starts_with('!'))
            continue;
        if (std::ranges::find(lists, name) != lists.end()) {
            list = name;
            joined.clear();
            continue;
        }
        const std::string value = xml_text(mail::trim(walk.text_after()), limits::exif_value_bytes);
        if (!list.empty()) {
            if (value.empty() || joined.size() > limits::exif_value_bytes) continue;
            joined += joined.empty() ? value : ", " + value;
        } else if (!value.empty()) {
            fields.add(capitalised(name_for_core(name)),
                       name == "created" || name == "modified" ? exif_date(value) : value);
        } else if (name == "title" || name == "creator" || name == "subject") {
            fields.add(capitalised(name), "");  // rules tell an empty title from none
        }
    }
}

void read_custom(std::string_view xml, ExifFields& fields) {
    scan::TagWalk walk(xml);
    scan::Tag tag;
    std::string name;
    while (walk.next(tag)) {
        if (tag.name == "property") {
            name = custom_name(scan::attribute(tag, "name"));
        } else if (!name.empty() && !tag.text.starts_with('/')) {
            const std::string value = xml_text(mail::trim(walk.text_after()), limits::exif_value_bytes);
            if (value.empty()) continue;
            fields.add(name, value);
            name.clear();
        }
    }
}

// ---- property sets ----------------------------------------------------------------------------------------------------------

constexpr auto summary_names = std::to_array<std::string_view>(
    {"",           "CodePage",   "Title",          "Subject",        "Author",        "Keywords",
     "Comments",   "Template",   "LastModifiedBy", "RevisionNumber", "TotalEditTime", "LastPrinted",
     "CreateDate", "ModifyDate", "Pages",          "Words",          "Characters",    "",
     "Software",   "Security"});
constexpr auto document_names =
    std::to_array<std::string_view>({"", "", "Category", "PresentationTarget", "Bytes", "Lines", "Paragraphs",
                                     "Slides", "Notes", "HiddenSlides", "MMClips", "ScaleCrop",
                                     "HeadingPairs", "TitleOfParts", "Manager", "Company", "LinksUpToDate"});

/// 100 nanoseconds since 1601 as a date in UTC; as a length of time for `TotalEditTime`, in seconds.
std::string file_time(std::uint64_t ticks, bool is_length) {
    constexpr std::uint64_t per_second = 10'000'000;
    constexpr std::int64_t days_from_1601_to_1970 = 134'774, seconds_per_day = 86'400;
    constexpr std::uint64_t year_10000 = 2'650'467'744'000'000'000;
    if (ticks >= year_10000) return {};
    const auto seconds = static_cast<std::int64_t>(ticks / per_second);
    if (is_length) return std::to_string(seconds);
    const std::chrono::sys_days days{std::chrono::days{seconds / seconds_per_day - days_from_1601_to_1970}};
    const std::chrono::year_month_day date{days};
    const std::int64_t in_day = seconds % seconds_per_day;
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(static_cast<int>(date.year())) + ":" + two(static_cast<unsigned>(date.month())) +
           ":" + two(static_cast<unsigned>(date.day())) + " " + two(in_day / 3600) + ":" +
           two(in_day / 60 % 60) + ":" + two(in_day % 60);
}

class PropertySet {
public:
    PropertySet(ByteView set, mail::CharsetConverters& converters) : set_(set), converters_(converters) {}
    /// `names` by identifier; empty: names stand in the set itself.
    void read(std::span<const std::string_view> names, ExifFields& fields);

private:
    void read_code_page();
    void read_names();
    [[nodiscard]] std::string value_at(std::size_t at, bool is_length) const;
    [[nodiscard]] std::string narrow_text(std::size_t at) const;
    [[nodiscard]] std::string wide_text(std::size_t at) const;
    [[nodiscard]] std::string text_list(std::size_t at) const;

    ByteView set_;
    mail::CharsetConverters& converters_;
    std::string charset_ = "windows-1252";
    std::map<std::uint32_t, std::string> own_names_;
};

constexpr std::size_t properties_max = 256;

std::string PropertySet::narrow_text(std::size_t at) const {
    const std::string_view text = as_text(
        scan::slice(set_, at + 4, std::min<std::size_t>(scan::u32_at(set_, at), limits::exif_value_bytes)));
    return converters_.to_utf8(text.substr(0, text.find('\0')), charset_);
}

std::string PropertySet::wide_text(std::size_t at) const {
    const std::size_t bytes = std::min<std::size_t>(scan::u32_at(set_, at), limits::exif_value_bytes) * 2;
    std::string text = converters_.to_utf8(as_text(scan::slice(set_, at + 4, bytes)), "utf-16le");
    if (const std::size_t end = text.find('\0'); end != std::string::npos) text.resize(end);
    return text;
}

/// VT_VECTOR of VT_LPSTR: each text is padded to nothing here, as Office writes it.
std::string PropertySet::text_list(std::size_t at) const {
    const std::size_t count = std::min<std::size_t>(scan::u32_at(set_, at), properties_max);
    std::string joined;
    at += 4;
    for (std::size_t i = 0; i < count && at < set_.size() && joined.size() < limits::exif_value_bytes; ++i) {
        const std::string text = narrow_text(at);
        joined += joined.empty() ? text : ", " + text;
        at += 4 + std::min<std::size_t>(scan::u32_at(set_, at), set_.size());
    }
    return joined;
}

std::string PropertySet::value_at(std::size_t at, bool is_length) const {
    constexpr std::uint32_t vt_i2 = 2, vt_i4 = 3, vt_bool = 11, vt_lpstr = 30, vt_lpwstr = 31,
                            vt_filetime = 64, vt_list_of_lpstr = 0x101E;
    const std::uint32_t type = scan::u32_at(set_, at) & 0xFFFFU;
    at += 4;
    switch (type) {
        case vt_i2: return std::to_string(static_cast<std::int16_t>(scan::u16_at(set_, at)));
        case vt_i4: return std::to_string(static_cast<std::int32_t>(scan::u32_at(set_, at)));
        case vt_bool: return scan::u16_at(set_, at) != 0 ? "1" : "0";
        case vt_lpstr: return narrow_text(at);
        case vt_lpwstr: return wide_text(at);
        case vt_filetime: {
            const std::uint64_t ticks = scan::little_endian(set_, at, 8);
            return ticks == 0 && !is_length ? std::string() : file_time(ticks, is_length);
        }
        case vt_list_of_lpstr: return text_list(at);
        default: return {};
    }
}

void PropertySet::read_code_page() {
    constexpr std::uint32_t code_page_id = 1, utf8 = 65001;
    const std::size_t count = std::min<std::size_t>(scan::u32_at(set_, 4), properties_max);
    for (std::size_t i = 0; i < count; ++i) {
        if (scan::u32_at(set_, 8 + i * 8) != code_page_id) continue;
        const std::uint32_t page = scan::u16_at(set_, std::size_t{scan::u32_at(set_, 12 + i * 8)} + 4);
        charset_ = page == utf8 ? "utf-8" : "windows-" + std::to_string(page);
        if (page == 10000) charset_ = "macintosh";
        if (page == 932) charset_ = "shift_jis";
        if (page == 936) charset_ = "gbk";
    }
}

/// The dictionary ([MS-OLEPS] section 2.17) is property 0.
void PropertySet::read_names() {
    const std::size_t count = std::min<std::size_t>(scan::u32_at(set_, 4), properties_max);
    for (std::size_t i = 0; i < count; ++i) {
        if (scan::u32_at(set_, 8 + i * 8) != 0) continue;
        std::size_t at = scan::u32_at(set_, 12 + i * 8);
        const std::size_t names = std::min<std::size_t>(scan::u32_at(set_, at), properties_max);
        at += 4;
        for (std::size_t n = 0; n < names && at + 8 <= set_.size(); ++n) {
            const std::uint32_t length = scan::u32_at(set_, at + 4);
            own_names_[scan::u32_at(set_, at)] = custom_name(narrow_text(at + 4));
            at += 8 + std::min<std::size_t>(length, set_.size());
        }
        return;
    }
}

void PropertySet::read(std::span<const std::string_view> names, ExifFields& fields) {
    read_code_page();
    if (names.empty()) read_names();
    const std::size_t count = std::min<std::size_t>(scan::u32_at(set_, 4), properties_max);
    if (scan::u32_at(set_, 4) > properties_max) fields.cut();
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t id = scan::u32_at(set_, 8 + i * 8);
        std::string name;
        if (id < names.size()) name = names[id];
        if (const auto own = own_names_.find(id); own != own_names_.end() && id > 1) name = own->second;
        if (name.empty()) continue;
        const std::string value = value_at(scan::u32_at(set_, 12 + i * 8), name == "TotalEditTime");
        const bool text = name == "Title" || name == "Author" || name == "Subject";
        if (!value.empty() || text) fields.add(name, value);
    }
}

/// [MS-OLEPS] section 2.21: up to two sets; the second one of the document summary holds what people have named.
void read_property_sets(ByteView stream, std::span<const std::string_view> names,
                        mail::CharsetConverters& converters, ExifFields& fields) {
    constexpr std::uint16_t byte_order = 0xFFFE;
    constexpr std::size_t first_set_at = 28 + 16, second_set_at = 28 + 20 + 16;
    if (scan::u16_at(stream, 0) != byte_order) return;
    const std::uint32_t sets = scan::u32_at(stream, 24);
    PropertySet(scan::slice(stream, scan::u32_at(stream, first_set_at)), converters).read(names, fields);
    if (sets < 2) return;
    const std::uint32_t second = scan::u32_at(stream, second_set_at);
    PropertySet(scan::slice(stream, second), converters).read({}, fields);
}

}  // namespace

void read_package_fields(std::span<const PackagePart> parts, ExifFields& fields) {
    for (const PackagePart& part : parts) {
        const std::string path = mail::to_lower(part.name);
        const std::string_view text = as_text(part.bytes).substr(0, limits::exploded_text_bytes);
        if (path == "docprops/core.xml" || path == "docprops/app.xml") read_elements(text, fields);
        if (path == "docprops/custom.xml") read_custom(text, fields);
    }
}

void read_ole_fields(ByteView bytes, mail::CharsetConverters& converters, ExifFields& fields) {
    const std::optional<scan::OleFile> file = scan::OleFile::open(bytes);
    if (!file) return fields.warn("Invalid OLE file");
    for (const scan::OleEntry& entry : file->entries()) {
        if (entry.kind != scan::OleKind::stream || !entry.path.empty()) continue;
        if (entry.name == "\5SummaryInformation")
            read_property_sets(file->read(entry), summary_names, converters, fields);
        if (entry.name == "\5DocumentSummaryInformation")
            read_property_sets(file->read(entry), document_names, converters, fields);
    }
}

}  // namespace tocsin::rules
