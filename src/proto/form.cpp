#include "proto/form.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits/report_form.hpp"

namespace tocsin::proto {
namespace {

constexpr std::string_view line_end = "\r\n", headers_end = "\r\n\r\n";

Error malformed(const char* what) {
    return {ErrorCode::invalid_input, std::string("the form is malformed: ") + what};
}

/// RFC 2046 section 5.1.1; a blank could end nothing.
bool is_boundary(std::string_view text) {
    constexpr std::string_view marks = "'()+_,-./:=?";
    return !text.empty() && text.size() <= limits::form_boundary_bytes &&
           std::ranges::all_of(text, [&](char c) {
               return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                      marks.find(c) != std::string_view::npos;
           });
}

/// The value of `name` among `; name=value; name="value"` (RFC 9110 section 5.6.6). Browsers write a quotation mark in a value as
/// %22 and leave a backslash as it is (WHATWG HTML, "multipart/form-data encoding algorithm"): the next mark ends it.
std::optional<std::string_view> parameter_of(std::string_view parameters, std::string_view name) {
    while (!(parameters = trim(parameters)).empty()) {
        if (!parameters.starts_with(';')) return std::nullopt;
        parameters = trim(parameters.substr(1));
        const std::size_t equals = parameters.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = trim(parameters.substr(0, equals));
        parameters.remove_prefix(equals + 1);
        const bool quoted = parameters.starts_with('"');
        if (quoted) parameters.remove_prefix(1);
        const std::size_t end = parameters.find(quoted ? '"' : ';');
        if (quoted && end == std::string_view::npos) return std::nullopt;
        const std::string_view value = parameters.substr(0, end);
        parameters.remove_prefix(std::min(value.size() + (quoted ? 1 : 0), parameters.size()));
        if (equals_ignoring_case(key, name)) return quoted ? value : trim(value);
    }
    return std::nullopt;
}

/// The first word of a field's value, and what stands behind it.
std::pair<std::string_view, std::string_view> word_and_parameters(std::string_view value) {
    const std::size_t end = std::min(value.find(';'), value.size());
    return {trim(value.substr(0, end)), value.substr(end)};
}

/// What browsers escape in a name of a field or file.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view three = text.substr(at, 3);
        const bool mark = three == "%22", control = three == "%0D" || three == "%0A";
        out += mark ? '"' : control ? ' ' : text[at];
        if (mark || control) at += 2;
    }
    return out;
}

/// Name and file name out of the lines above a part's content. Other fields mean nothing to us.
Result<FormPart> part_of(std::string_view lines) {
    std::optional<FormPart> part;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find(line_end), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + line_end.size(), lines.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return std::unexpected(malformed("a line above a field"));
        if (!equals_ignoring_case(line.substr(0, colon), "Content-Disposition")) continue;
        const auto [word, parameters] = word_and_parameters(line.substr(colon + 1));
        const std::optional<std::string_view> name = parameter_of(parameters, "name");
        if (part || !equals_ignoring_case(word, "form-data") || !name)
            return std::unexpected(malformed("a field without a name of its own"));
        part.emplace(FormPart{.name = unescaped(*name)});
        if (const auto file = parameter_of(parameters, "filename")) part->file_name = unescaped(*file);
    }
    if (!part) return std::unexpected(malformed("a field without a name"));
    return std::move(*part);
}

Result<std::string> delimiter_of(std::string_view content_type) {
    const auto [kind, parameters] = word_and_parameters(content_type);
    if (!equals_ignoring_case(kind, "multipart/form-data"))
        return fail(ErrorCode::unavailable, "this is no form with a file: send multipart/form-data");
    const std::optional<std::string_view> boundary = parameter_of(parameters, "boundary");
    if (!boundary || !is_boundary(*boundary)) return std::unexpected(malformed("its boundary"));
    return "\r\n--" + std::string(*boundary);
}

/// Where the next delimiter line begins: the boundary may stand in a file too, with something behind it.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter, std::size_t from) {
    for (std::size_t at = from; (at = body.find(delimiter, at)) != std::string_view::npos; ++at) {
        const std::string_view behind = body.substr(at + delimiter.size());
        if (behind.starts_with(line_end) || behind.starts_with("--")) return at;
    }
    return std::string_view::npos;
}

}  // namespace

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
    const std::string delimiter = TRY(delimiter_of(content_type));
    // The first delimiter has no line before it.
    const std::string_view first = std::string_view(delimiter).substr(line_end.size());
    if (!body.starts_with(first)) return std::unexpected(malformed("it does not begin with its boundary"));
    std::vector<FormPart> parts;
    std::string_view rest = body.substr(first.size());
    while (!rest.starts_with("--")) {
        if (!rest.starts_with(line_end)) return std::unexpected(malformed("it ends early"));
        if (parts.size() >= limits::form_parts) return fail(ErrorCode::limit, "the form has too many fields");
        const std::size_t lines = rest.substr(0, limits::form_part_header_bytes).find(headers_end);
        if (lines == std::string_view::npos && rest.size() < limits::form_part_header_bytes)
            return std::unexpected(malformed("it ends early"));
        if (lines == std::string_view::npos)
            return fail(ErrorCode::limit, "the lines above a field of the form are too long");
        FormPart part = TRY(part_of(rest.substr(0, lines).substr(std::min(lines, line_end.size()))));
        rest.remove_prefix(lines + headers_end.size());
        const std::size_t end = find_delimiter(rest, delimiter, 0);
        if (end == std::string_view::npos) return std::unexpected(malformed("it ends early"));
        part.content = rest.substr(0, end);
        rest.remove_prefix(end + delimiter.size());
        parts.push_back(std::move(part));
    }
    return parts;
}

}  // namespace tocsin::proto
