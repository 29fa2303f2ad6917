#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "rules/calendar.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

const std::string invitation =
    "BEGIN:VCALENDAR\r\nPRODID:-//Example//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nUID:victim@example.com\r\nSUMMARY:Policy review\\, secure access\r\n"
    "DESCRIPTION:Call now\\nhttps://pay.exam\r\n ple/x?a=1\r\n"
    "ORGANIZER;CN=\"Smith; Jane\":mailto:jane@example.org\r\n"
    "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Bob:MAILTO:bob@example.net\r\n"
    "ATTACH;FMTTYPE=application/pdf:https://files.example/a.pdf\r\n"
    "ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.txt:aGVsbG8=\r\n"
    "X-TOKEN:0123456789abcdef0123456789abcdef\r\n"
    "X-ALT-DESC;FMTTYPE=text/html:<html><a href=\"https://alt.example/\">here</a></html>\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n";

}  // namespace

TEST_CASE("A calendar file is read into components, people and attachments") {
    mail::MailTools tools;
    const IcsScan scan = read_ics(invitation, tools);
    REQUIRE(scan.calendars.size() == 1);
    const IcsCalendar& calendar = scan.calendars[0];
    CHECK(calendar.prodid == "-//Example//EN");
    CHECK(calendar.method == "REQUEST");
    REQUIRE(calendar.components.size() == 3);
    CHECK(calendar.components[0].type == "VTIMEZONE");
    CHECK(calendar.components[2].type == "VALARM");
    const IcsComponent& event = calendar.components[1];
    CHECK(event.type == "VEVENT");
    CHECK(event.summary == "Policy review, secure access");
    CHECK(event.description == "Call now\nhttps://pay.example/x?a=1");
    CHECK(event.uid == "victim@example.com");
    REQUIRE(event.organizers.size() == 1);
    CHECK(event.organizers[0].mailbox.email.email == "jane@example.org");
    CHECK(event.organizers[0].mailbox.email.domain.root_domain == "example.org");
    CHECK(event.organizers[0].mailbox.display_name == "Smith; Jane");
    REQUIRE(event.attendees.size() == 1);
    CHECK(event.attendees[0].role == "REQ-PARTICIPANT");
    CHECK(event.attendees[0].rsvp == true);
    REQUIRE(event.attachments.size() == 2);
    CHECK(event.attachments[0].type == "uri");
    CHECK(event.attachments[0].uri == "https://files.example/a.pdf");
    CHECK(event.attachments[1].type == "base64_binary");
    CHECK(event.attachments[1].filename == "a.txt");
    CHECK_FALSE(scan.cut);
}

TEST_CASE("beta.file.parse_ics: events with links and raw properties") {
    mail::MailTools tools;
    const CalendarFile file = parse_ics(invitation, tools);
    CHECK(file.product_id == "-//Example//EN");
    CHECK(file.scale == "GREGORIAN");
    REQUIRE(file.events.size() == 1);
    const CalendarEvent& event = file.events[0];
    std::vector<std::string> links;
    for (const mail::Link& link : event.links) links.push_back(link.href_url.url);
    CHECK(links == std::vector<std::string>{"https://alt.example/", "https://pay.example/x?a=1",
                                            "https://files.example/a.pdf"});
    REQUIRE(event.description_html);
    CHECK(event.description_html->find("alt.example") != std::string::npos);
    CHECK(event.raw_properties[0].key == "UID");
    CHECK(event.raw_properties[0].value == "victim@example.com");
    bool token = false;
    for (const KeyValue& property : event.raw_properties)
        token = token || (property.key == "X-TOKEN" && property.value == "0123456789abcdef0123456789abcdef");
    CHECK(token);
}

TEST_CASE("Files inside a calendar come out") {
    const std::vector<CalendarAttachment> found = calendar_attachments(
        invitation + "BEGIN:VEVENT\nATTACH;FMTTYPE=text/html:data:text/html;base64,PGI+\nEND:VEVENT\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "a.txt");
    CHECK(as_text(found[0].bytes) == "hello");
    CHECK(as_text(found[1].bytes) == "<b>");
}

TEST_CASE("Calendars that programs read all the same") {
    struct Row {
        const char* text;
        const char* summary;
    };
    const std::vector<Row> rows = {
        {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a", "a"},  // nothing is closed
        {"BEGIN:VEVENT\rSUMMARY:a\rEND:VEVENT", "a"},       // no calendar, CR
        {"\xEF\xBB\xBF"
         "begin:vcalendar\nbegin:vevent\nsummary;language=en:a\n",
         "a"},                                                            // mark, small letters
        {"BEGIN:VCALENDAR\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:a\n", "a"},  // an end too many
        {"BEGIN:VEVENT\nSUMMARY;X=\"open:a\nEND:VEVENT", "a"},            // a quote that is not closed
        {"BEGIN:VEVENT\nSUM\n MARY:a\nEND:VEVENT", "a"},                  // folded inside the name
        {"BEGIN:VEVENT\nSUMMARY:a\\\nEND:VEVENT", "a\\"},                 // half an escape
        {"BEGIN:VEVENT\nSUMMARY:\xFF\nEND:VEVENT", "\xC3\xBF"},           // no UTF-8
    };
    mail::MailTools tools;
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const IcsScan scan = read_ics(row.text, tools);
        REQUIRE_FALSE(scan.calendars.empty());
        REQUIRE_FALSE(scan.calendars[0].components.empty());
        CHECK(scan.calendars[0].components[0].summary == row.summary);
    }
    CHECK(read_ics("", tools).calendars.empty());
    CHECK(read_ics("no colon\n:\n;\n", tools).calendars.empty());
}

TEST_CASE("Hostile calendars end at named limits") {
    std::string many;
    for (std::size_t i = 0; i <= limits::calendar_components; ++i) many += "BEGIN:VEVENT\n";
    CHECK(read_calendars(many).cut);
    CHECK(read_calendars(many).calendars[0].parts.size() == limits::calendar_components);

    std::string properties = "BEGIN:VEVENT\n";
    for (std::size_t i = 0; i <= limits::calendar_properties; ++i) properties += "X:1\n";
    CHECK(read_calendars(properties).cut);

    std::string parameters = "BEGIN:VEVENT\nX";
    for (std::size_t i = 0; i <= limits::calendar_parameters; ++i) parameters += ";a=b";
    CHECK(read_calendars(parameters + ":1").cut);

    // A line of a million quotes and semicolons is read once.
    std::string quotes = "X";
    for (std::size_t i = 0; i < 1'000'000; ++i) quotes += i % 3 == 0 ? "\"" : ";a=";
    CHECK(read_calendars(quotes).calendars.size() <= 1);
}
