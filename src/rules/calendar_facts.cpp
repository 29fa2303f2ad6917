// What rules ask of a calendar file, out of its properties.
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"
#include "mail/links.hpp"
#include "mail/transfer_decoding.hpp"
#include "mail/urls.hpp"
#include "rules/calendar.hpp"
#include "rules/file_text.hpp"

namespace tocsin::rules {

namespace {

const CalendarProperty* find_property(const std::vector<CalendarProperty>& properties,
                                      std::string_view name) {
    const auto found = std::ranges::find(properties, name, &CalendarProperty::name);
    return found == properties.end() ? nullptr : &*found;
}

std::optional<std::string> text_of(const std::vector<CalendarProperty>& properties, std::string_view name) {
    const CalendarProperty* property = find_property(properties, name);
    if (property == nullptr) return std::nullopt;
    return calendar_text(property->value);
}

/// A calendar address (section 3.3.3): "mailto:" and an address; the name stands in CN.
mail::Mailbox mailbox_of(const CalendarProperty& property, mail::MailTools& tools) {
    std::string_view address = mail::trim(property.value);
    if (mail::starts_with_ignoring_case(address, "mailto:")) address.remove_prefix(7);
    mail::Mailbox mailbox;
    mailbox.display_name = calendar_text(property.parameter("CN"));
    mailbox.email = mail::parse_email(mail::percent_decoded(address), tools.domain_names);
    return mailbox;
}

std::optional<std::string> parameter_of(const CalendarProperty& property, std::string_view name) {
    const std::string_view value = property.parameter(name);
    return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

IcsPerson person_of(const CalendarProperty& property, mail::MailTools& tools) {
    IcsPerson person{.mailbox = mailbox_of(property, tools),
                     .role = parameter_of(property, "ROLE"),
                     .partstat = parameter_of(property, "PARTSTAT"),
                     .rsvp = std::nullopt};
    if (const std::string_view rsvp = property.parameter("RSVP"); !rsvp.empty())
        person.rsvp = mail::equals_ignoring_case(rsvp, "TRUE");
    return person;
}

bool is_base64(const CalendarProperty& property) {
    return mail::equals_ignoring_case(property.parameter("ENCODING"), "BASE64");
}

IcsAttachment attachment_of(const CalendarProperty& property) {
    IcsAttachment attachment;
    attachment.mime_type = parameter_of(property, "FMTTYPE");
    attachment.filename = parameter_of(property, "FILENAME");
    if (!attachment.filename) attachment.filename = parameter_of(property, "X-FILENAME");
    const bool data = mail::starts_with_ignoring_case(property.value, "data:");
    if (is_base64(property) || data) {
        attachment.type = data ? "binary" : "base64_binary";
        attachment.size = static_cast<std::int64_t>(property.value.size());
    } else if (property.value.find(':') != std::string::npos) {
        attachment.type = "uri";
        attachment.uri = mail::shortened_url(property.value, limits::url_bytes);
    } else {
        attachment.type = "other";
    }
    return attachment;
}

IcsComponent component_of(const CalendarPart& part, mail::MailTools& tools, bool& cut) {
    const std::vector<CalendarProperty>& from = part.properties;
    IcsComponent component;
    component.type = part.type;
    component.summary = text_of(from, "SUMMARY");
    component.description = text_of(from, "DESCRIPTION");
    component.uid = text_of(from, "UID");
    component.location = text_of(from, "LOCATION");
    component.status = text_of(from, "STATUS");
    component.dtstart = text_of(from, "DTSTART");
    component.dtend = text_of(from, "DTEND");
    component.dtstamp = text_of(from, "DTSTAMP");
    component.duration = text_of(from, "DURATION");
    component.created = text_of(from, "CREATED");
    component.last_modified = text_of(from, "LAST-MODIFIED");
    component.class_ = text_of(from, "CLASS");
    component.priority = text_of(from, "PRIORITY");
    component.sequence = text_of(from, "SEQUENCE");
    component.transp = text_of(from, "TRANSP");
    std::vector<std::string> links, invalid;
    for (const CalendarProperty& property : from) {
        if (property.name == "ORGANIZER") component.organizers.push_back(person_of(property, tools));
        if (property.name == "ATTENDEE") component.attendees.push_back(person_of(property, tools));
        if (property.name == "ATTACH") component.attachments.push_back(attachment_of(property));
        if (property.name == "URL") links.push_back(property.value);
    }
    if (!add_urls(links, tools.domain_names, component.urls, invalid)) cut = true;
    return component;
}

/// The description as a page: Outlook's X-ALT-DESC, or the alternative text of the description (section 3.2.1).
std::optional<std::string> description_page(const CalendarPart& part) {
    for (const CalendarProperty& property : part.properties)
        if (property.name == "X-ALT-DESC" &&
            mail::equals_ignoring_case(property.parameter("FMTTYPE"), "text/html"))
            return calendar_text(property.value);
    const CalendarProperty* description = find_property(part.properties, "DESCRIPTION");
    if (description == nullptr) return std::nullopt;
    constexpr std::string_view data = "data:text/html,";
    const std::string_view alternative = description->parameter("ALTREP");
    if (mail::starts_with_ignoring_case(alternative, data))
        return mail::utf8_or_windows_1252(mail::percent_decoded(alternative.substr(data.size())));
    // Some programs write the page into the description itself.
    const std::string text = calendar_text(description->value);
    constexpr std::size_t look = 4096;
    const bool page =
        mail::find_ignoring_case(std::string_view(text).substr(0, look), "<html") != std::string_view::npos ||
        mail::find_ignoring_case(std::string_view(text).substr(0, look), "<a href") != std::string_view::npos;
    return page ? std::optional(text) : std::nullopt;
}

/// Addresses and identifiers look like hosts, and nobody can click them.
bool may_hold_links(const CalendarProperty& property) {
    constexpr auto without =
        std::to_array<std::string_view>({"ORGANIZER", "ATTENDEE", "UID", "DTSTAMP", "DTSTART", "DTEND",
                                         "RECURRENCE-ID", "RRULE", "X-ALT-DESC"});
    return std::ranges::find(without, property.name) == without.end() && !is_base64(property);
}

CalendarEvent event_of(const CalendarPart& part, mail::MailTools& tools, bool& cut) {
    CalendarEvent event;
    event.summary = text_of(part.properties, "SUMMARY");
    event.description = text_of(part.properties, "DESCRIPTION");
    event.description_html = description_page(part);
    event.location = text_of(part.properties, "LOCATION");
    event.uid = text_of(part.properties, "UID");
    mail::LinkCollector links(tools);
    if (event.description_html)
        links.add_html(
            mail::read_html(event.description_html->substr(0, limits::html_bytes), tools.html_trees),
            mail::no_entity);
    for (const CalendarProperty& property : part.properties) {
        event.raw_properties.push_back({property.name, property.value});
        if (property.name == "ORGANIZER") event.organizers.push_back(mailbox_of(property, tools));
        if (property.name == "ATTENDEE") event.attendees.push_back(mailbox_of(property, tools));
        if (may_hold_links(property)) links.add_plain(calendar_text(property.value), mail::no_entity);
    }
    cut = cut || links.cut();
    event.links = links.take();
    return event;
}

std::string name_of_attachment(const CalendarProperty& property) {
    for (const std::string_view name : {"FILENAME", "X-FILENAME", "X-APPLE-FILENAME"})
        if (const std::string_view value = property.parameter(name); !value.empty())
            return std::string(value);
    return "attachment";
}

}  // namespace

IcsScan read_ics(std::string_view text, mail::MailTools& tools) {
    IcsScan scan;
    const CalendarTexts texts = read_calendars(text);
    scan.cut = texts.cut;
    for (const CalendarText& from : texts.calendars) {
        IcsCalendar calendar{.prodid = text_of(from.properties, "PRODID"),
                             .version = text_of(from.properties, "VERSION"),
                             .method = text_of(from.properties, "METHOD"),
                             .calscale = text_of(from.properties, "CALSCALE"),
                             .components = {}};
        for (const CalendarPart& part : from.parts)
            calendar.components.push_back(component_of(part, tools, scan.cut));
        scan.calendars.push_back(std::move(calendar));
    }
    return scan;
}

CalendarFile parse_ics(std::string_view text, mail::MailTools& tools) {
    CalendarFile file;
    const CalendarTexts texts = read_calendars(text);
    file.cut = texts.cut;
    for (const CalendarText& calendar : texts.calendars) {
        if (!file.product_id) file.product_id = text_of(calendar.properties, "PRODID");
        if (!file.scale) file.scale = text_of(calendar.properties, "CALSCALE");
        if (!file.method) file.method = text_of(calendar.properties, "METHOD");
        if (!file.version) file.version = text_of(calendar.properties, "VERSION");
        for (const CalendarPart& part : calendar.parts)
            if (part.type == "VEVENT") file.events.push_back(event_of(part, tools, file.cut));
    }
    return file;
}

std::vector<CalendarAttachment> calendar_attachments(std::string_view text) {
    std::vector<CalendarAttachment> attachments;
    for (const CalendarText& calendar : read_calendars(text).calendars)
        for (const CalendarPart& part : calendar.parts)
            for (const CalendarProperty& property : part.properties) {
                if (property.name != "ATTACH") continue;
                CalendarAttachment attachment{.name = name_of_attachment(property),
                                              .media_type = std::string(property.parameter("FMTTYPE")),
                                              .bytes = {}};
                if (is_base64(property))
                    attachment.bytes = mail::decode_base64(as_bytes(property.value), 0).bytes;
                else if (const auto uris = mail::find_data_uris(as_bytes(property.value), 1); !uris.empty())
                    attachment.bytes.assign(uris[0].bytes.begin(), uris[0].bytes.end());
                if (!attachment.bytes.empty()) attachments.push_back(std::move(attachment));
            }
    return attachments;
}

}  // namespace tocsin::rules
