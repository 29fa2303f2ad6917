#include "rules/calendar.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

std::string to_upper(std::string_view text) {
    std::string out(mail::trim(text));
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

/// Steps through content lines, each unfolded (section 3.1: a line end and one blank inside a line are nothing).
class ContentLines {
public:
    explicit ContentLines(std::string_view text) : text_(text) {}
    bool next(std::string& line) {
        line.clear();
        if (at_ >= text_.size()) return false;
        do {
            const std::size_t end = mail::find_line_end(text_, at_);
            line += text_.substr(at_, end - at_);
            at_ = end + (text_.substr(end).starts_with("\r\n") ? 2 : 1);
            if (at_ >= text_.size() || !mail::is_space_or_tab(text_[at_])) break;
            ++at_;
        } while (true);
        return true;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// Where a part of a line ends: the first of `marks` outside double quotes.
std::size_t find_outside_quotes(std::string_view line, std::string_view marks, std::size_t from) {
    bool quoted = false;
    for (std::size_t i = from; i < line.size(); ++i) {
        if (line[i] == '"')
            quoted = !quoted;
        else if (!quoted && marks.find(line[i]) != std::string_view::npos)
            return i;
    }
    // A quote that is not closed hides the rest of the line; then it is no quote.
    return quoted ? line.find_first_of(marks, from) : std::string_view::npos;
}

void read_parameters(std::string_view text, CalendarProperty& property, bool& cut) {
    while (!text.empty()) {
        const std::size_t end = std::min(find_outside_quotes(text, ";", 0), text.size());
        const std::string_view parameter = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (property.parameters.size() >= limits::calendar_parameters) {
            cut = true;
            return;
        }
        std::string_view value = mail::trim(parameter.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        property.parameters.emplace_back(to_upper(parameter.substr(0, equals)), value);
    }
}

/// Name, parameters and value; no name means no property.
CalendarProperty read_property(std::string_view line, bool& cut) {
    CalendarProperty property;
    const std::size_t colon = find_outside_quotes(line, ":", 0);
    if (colon == std::string_view::npos) return property;
    const std::string_view head = line.substr(0, colon);
    const std::size_t semicolon = std::min(head.find(';'), head.size());
    property.name = to_upper(head.substr(0, semicolon));
    property.value = line.substr(colon + 1);
    read_parameters(head.substr(std::min(head.size(), semicolon + 1)), property, cut);
    return property;
}

/// Puts properties where they belong.
class CalendarBuilder {
public:
    void add(CalendarProperty property);
    CalendarTexts result;

private:
    void begin(std::string type);
    CalendarText& calendar() {
        if (result.calendars.empty()) result.calendars.emplace_back();
        return result.calendars.back();
    }
    std::vector<std::size_t> open_;  ///< indices of the parts that are open
    std::size_t parts_ = 0, properties_ = 0;
    std::size_t skipped_ = 0;  ///< parts open beyond the limit
};

void CalendarBuilder::begin(std::string type) {
    if (type == "VCALENDAR") {
        open_.clear();
        skipped_ = 0;
        if (result.calendars.size() < limits::calendar_components)
            result.calendars.emplace_back();
        else
            result.cut = true;
        return;
    }
    if (++parts_ > limits::calendar_components) {
        result.cut = true;
        ++skipped_;
        return;
    }
    open_.push_back(calendar().parts.size());
    calendar().parts.push_back({.type = std::move(type), .properties = {}});
}

void CalendarBuilder::add(CalendarProperty property) {
    if (property.name == "BEGIN") return begin(to_upper(property.value));
    if (property.name == "END") {
        if (skipped_ > 0)
            --skipped_;
        else if (!open_.empty())
            open_.pop_back();
        return;
    }
    if (skipped_ > 0) return;
    if (++properties_ > limits::calendar_properties) {
        result.cut = true;
        return;
    }
    auto& properties = open_.empty() ? calendar().properties : calendar().parts[open_.back()].properties;
    properties.push_back(std::move(property));
}

}  // namespace

std::string_view CalendarProperty::parameter(std::string_view parameter_name) const {
    const auto found =
        std::ranges::find(parameters, parameter_name, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

CalendarTexts read_calendars(std::string_view text) {
    const std::string repaired = mail::utf8_or_windows_1252(text.substr(0, limits::exploded_text_bytes));
    std::string_view valid = repaired;
    if (valid.starts_with("\xEF\xBB\xBF")) valid.remove_prefix(3);
    CalendarBuilder builder;
    builder.result.cut = text.size() > limits::exploded_text_bytes;
    ContentLines lines(valid);
    std::string line;
    while (lines.next(line)) {
        CalendarProperty property = read_property(line, builder.result.cut);
        if (!property.name.empty()) builder.add(std::move(property));
    }
    return std::move(builder.result);
}

std::string calendar_text(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool escape = value[i] == '\\' && i + 1 < value.size();
        if (!escape) {
            out += value[i];
            continue;
        }
        const char next = value[++i];
        if (next == 'n' || next == 'N')
            out += '\n';
        else if (next == '\\' || next == ',' || next == ';' || next == ':' || next == '"')
            out += next;
        else
            out += {'\\', next};
    }
    return out;
}

}  // namespace tocsin::rules
