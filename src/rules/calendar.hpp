// Calendar files (iCalendar, RFC 5545): for the section `ics` of an exploded file and for `beta.file.parse_ics`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "mail/tools.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// A content line (section 3.1), unfolded.
struct CalendarProperty {
    std::string name;  ///< upper case
    std::vector<std::pair<std::string, std::string>>
        parameters;     ///< names in upper case; values without quotes
    std::string value;  ///< as written

    /// The first parameter of that name (upper case); empty when there is none.
    [[nodiscard]] std::string_view parameter(std::string_view parameter_name) const;
};

/// A component and what stands directly in it; components inside others follow as components of their own.
struct CalendarPart {
    std::string type;  ///< "VEVENT"
    std::vector<CalendarProperty> properties;
};

struct CalendarText {
    std::vector<CalendarProperty> properties;  ///< of the calendar itself
    std::vector<CalendarPart> parts;           ///< in the order of their BEGIN
};

struct CalendarTexts {
    std::vector<CalendarText> calendars;
    bool cut = false;  ///< more components, properties or parameters than are read
};

/// All calendars of the file. Lenient as the programs that show them: any line end, white space before names, components that
/// are not closed, content without BEGIN:VCALENDAR. Linear; bounded by limits::calendar_components and _properties.
[[nodiscard]] CalendarTexts read_calendars(std::string_view text);

/// The text of a value (section 3.3.11): `\n`, `\,`, `\;`, `\\` resolved.
[[nodiscard]] std::string calendar_text(std::string_view value);

/// As `scan.ics` shows the file.
[[nodiscard]] IcsScan read_ics(std::string_view text, mail::MailTools& tools);

/// Result of `beta.file.parse_ics`: events with all their links.
[[nodiscard]] CalendarFile parse_ics(std::string_view text, mail::MailTools& tools);

/// A file that stands in the calendar itself: ATTACH;ENCODING=BASE64, or a `data:` URI.
struct CalendarAttachment {
    std::string name;
    std::string media_type;
    Bytes bytes;
};
[[nodiscard]] std::vector<CalendarAttachment> calendar_attachments(std::string_view text);

}  // namespace tocsin::rules
