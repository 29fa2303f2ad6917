#include "gate/reserved_fields.hpp"

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"
#include "scan/reserved_names.hpp"

namespace tocsin::gate {

namespace {

/// RFC 5322 section 2.2.3: every line behind the first of a field begins with white space.
bool is_one_field(std::string_view field) {
    if (!field.ends_with('\n')) return false;
    for (std::size_t end = field.find('\n'); end + 1 < field.size(); end = field.find('\n', end + 1))
        if (field[end + 1] != ' ' && field[end + 1] != '\t') return false;
    return true;
}

/// Without the blanks that RFC 5322 section 4.5.8 once allowed before the colon.
std::string_view name_of(std::string_view field) {
    return trim(field.substr(0, field.find(':')));
}

bool may_cut(std::string_view content, std::size_t header_end, std::size_t from,
             const scan::FieldRange& range) {
    if (range.offset < from || range.offset >= header_end || range.length == 0) return false;
    if (range.length > header_end - range.offset) return false;
    if (range.offset > 0 && content[range.offset - 1] != '\n') return false;
    std::string_view field = content.substr(range.offset, range.length);
    return scan::is_reserved_field(name_of(field)) && is_one_field(field);
}

}  // namespace

WithoutReserved without_reserved_fields(ByteView content, const std::vector<scan::FieldRange>& ranges) {
    WithoutReserved out;
    std::string_view text = as_text(content);
    std::size_t empty_line = text.find("\r\n\r\n");
    // The line end in front of the empty line belongs to the last field.
    std::size_t header_end = empty_line == std::string_view::npos ? text.size() : empty_line + 2;
    std::size_t done = 0;
    for (const scan::FieldRange& range : ranges) {
        if (!may_cut(text, header_end, done, range)) {
            ++out.refused;
            continue;
        }
        if (range.offset > done) out.pieces.push_back(content.subspan(done, range.offset - done));
        done = range.offset + range.length;
        const std::string_view name = name_of(text.substr(range.offset, range.length));
        if (std::ranges::none_of(out.names,
                                 [&](const std::string& one) { return equals_ignoring_case(one, name); }))
            out.names.emplace_back(name);
    }
    if (done < content.size()) out.pieces.push_back(content.subspan(done));
    return out;
}

}  // namespace tocsin::gate
