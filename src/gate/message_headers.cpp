#include "gate/message_headers.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin::gate {

namespace {

/// RFC 5322 section 2.1.1: lines should have at most 78 characters.
constexpr std::size_t line_characters = 78;
constexpr std::size_t reasons_max = 5;
constexpr std::size_t reason_characters = 200;

/// Text for a quoted string (RFC 5322 section 3.2.4): ASCII, no quotes, no backslashes. Our own texts put names into
/// typographic quotes; whatever else is not ASCII becomes one `?`.
std::string plain(std::string_view text) {
    std::string out;
    text = text.substr(0, reason_characters);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::string_view three = text.substr(at, 3);
        if (three == "\xE2\x80\x9C" || three == "\xE2\x80\x9D" || byte == '"' || byte == '\\')
            out.push_back('\'');
        else if (byte < 0x80 || byte >= 0xC0)
            out.push_back(byte < ' ' || byte >= 0x7F ? '?' : text[at]);
    }
    return out;
}

/// RFC 5322 section 2.2.3: folded at blanks. A word that is longer than a line stays whole.
std::string fold(std::string_view name, std::string_view value) {
    std::string out;
    std::size_t column = name.size() + 2;
    for (std::size_t at = 0; at < value.size();) {
        const std::size_t end = std::min(value.find(' ', at + 1), value.size());
        if (column + (end - at) > line_characters && value[at] == ' ' && column > 1) {
            out += "\r\n";
            column = 0;
        }
        out += value.substr(at, end - at);
        column += end - at;
        at = end;
    }
    return out;
}

std::string verdict_value(const Decision& decision, const scan::ScanReport& report,
                          const std::string& record_id) {
    std::string value = fmt::format("{}; action={}; record={}", scan::to_string(report.verdict),
                                    to_string(decision.disposition), record_id);
    std::size_t told = 0;
    for (const scan::Finding& finding : report.findings) {
        if (finding.severity == scan::Severity::info || told++ >= reasons_max) continue;
        value += fmt::format("; found=\"{}: {}\"", plain(finding.rule), plain(finding.text));
    }
    return value;
}

/// method=name offset, in the manner of Authentication-Results (RFC 8601 section 2.2).
std::string ambiguity_value(const scan::ScanReport& report, const std::string& authserv) {
    std::string value = fmt::format("{}; readings={}", plain(authserv), report.readings);
    std::size_t told = 0;
    for (const mail::Ambiguity& ambiguity : report.ambiguities) {
        if (told++ >= reasons_max) break;
        value += fmt::format("; ambiguity={} (byte {})", mail::info(ambiguity.kind).name, ambiguity.offset);
    }
    return value;
}

}  // namespace

std::vector<HeaderField> header_fields(HeaderPolicy policy, const Decision& decision,
                                       const scan::ScanReport& report, const std::string& record_id,
                                       const std::string& authserv) {
    bool tagged = decision.disposition == Disposition::tag;
    if (policy == HeaderPolicy::none || (policy == HeaderPolicy::tagged && !tagged)) return {};
    std::vector<HeaderField> fields;
    auto add = [&](std::string name, const std::string& value) {
        std::string folded = fold(name, value);
        fields.push_back({std::move(name), std::move(folded)});
    };
    add("X-Tocsin-Verdict", verdict_value(decision, report, record_id));
    if (report.ambiguous()) add("MIME-Ambiguity-Results", ambiguity_value(report, authserv));
    bool suspect = report.verdict != scan::Verdict::clean;
    if (suspect) add("X-Spam-Flag", "YES");
    add("X-Spam-Status",
        fmt::format("{}, verdict={}", suspect ? "Yes" : "No", scan::to_string(report.verdict)));
    return fields;
}

HeaderField banner_field(const Banner& banner) {
    std::string name = "X-Tocsin-Banner";
    std::string value = fold(name, banner.summary());
    return {std::move(name), std::move(value)};
}

std::size_t bytes_before_header(ByteView content) {
    const std::string_view text = as_text(content);
    if (!text.starts_with("From ") && !text.starts_with(">From ")) return 0;
    // RFC 5322 section 4.5.1: blanks in front of the colon of a field.
    const std::size_t word = text.find_first_not_of(" \t", text.find(' '));
    if (word != std::string_view::npos && text[word] == ':') return 0;
    const std::size_t end = text.find('\n');
    return end == std::string_view::npos ? 0 : end + 1;
}

std::string fields_in_front(const std::vector<HeaderField>& fields, ByteView content) {
    std::string own = to_text(fields);
    const std::string_view text = as_text(content);
    const std::string_view rest = text.substr(bytes_before_header(content), 1);
    if (!own.empty() && (rest == " " || rest == "\t")) own += "X-First-Line:\r\n";
    return own;
}

std::string to_text(const std::vector<HeaderField>& fields) {
    std::string out;
    for (const HeaderField& field : fields) out += field.name + ": " + field.value + "\r\n";
    return out;
}

}  // namespace tocsin::gate
