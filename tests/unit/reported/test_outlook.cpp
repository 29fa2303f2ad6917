// .msg and winmail.dat: properties, what is rebuilt of them, damage. Files made by hand; tests/golden/reports has whole ones.
#include <doctest/doctest.h>

#include "report_fixture.hpp"
#include "reported/msg_file.hpp"
#include "reported/rebuild.hpp"
#include "reported/tnef_message.hpp"
#include "scan/ole_builder.hpp"

using namespace tocsin;
using namespace tocsin::reported;
using namespace tocsin::reported::test;
using scan::test::le;
using scan::test::make_ole;
using scan::test::OlePart;

namespace {

std::string wide(std::string_view text) {
    std::string out;
    for (const char c : text) out += {c, '\0'};
    return out;
}

/// A message with a subject, a body, a recipient and a file.
std::vector<OlePart> small_msg() {
    return {{"__properties_version1.0", std::string(32, '\0')},
            {"__substg1.0_0037001F", wide("Hello")},
            {"__substg1.0_1000001E", "the body\r\n"},
            {"__substg1.0_0C1F001F", wide("boss@company.example")},
            {"__recip_version1.0_#00000000", "", true},
            {"__properties_version1.0", std::string(8, '\0') + le(3, 2) + le(0x0C15, 2) + le(6, 4) + le(2, 8),
             false, 5},
            {"__substg1.0_39FE001F", wide("anna@company.example"), false, 5},
            {"__attach_version1.0_#00000000", "", true},
            {"__substg1.0_3707001F", wide("a\".pdf"), false, 8},
            {"__substg1.0_37010102", "%PDF", false, 8}};
}

std::string attribute(std::uint32_t number, const std::string& data) {
    return "\x01" + le(number, 4) + le(data.size(), 4) + data + le(0, 2);
}

std::string tnef(const std::string& attributes) {
    return le(0x223E9F78, 4) + le(1, 2) + attributes;
}

std::string tnef_text(std::uint32_t id, std::string_view text) {
    std::string value = wide(text);
    const std::size_t size = value.size();
    value.resize((size + 3) / 4 * 4, '\0');
    return le(0x1F, 2) + le(id, 2) + le(1, 4) + le(size, 4) + value;
}

}  // namespace

TEST_CASE("a .msg becomes a mail: header from properties, body, file") {
    const ExactBuffer file(make_ole(small_msg()));
    std::optional<MapiMessage> message = read_msg(file.view());
    REQUIRE(message);
    CHECK(message->recipients.size() == 1);
    CHECK(message->attachments.size() == 1);
    CHECK_FALSE(message->damaged);
    mail::CharsetConverters converters;
    const Rebuilt rebuilt = rebuild_message(*message, converters);
    CHECK(rebuilt.warnings == std::vector{ReportWarning::header_made});
    CHECK(rebuilt.message.starts_with("From: <boss@company.example>\r\nCc: <anna@company.example>\r\n"
                                      "Subject: Hello\r\nMIME-Version: 1.0\r\n"));
    const testing::ParsedMail mail(rebuilt.message);
    CHECK(mail.outline() == "multipart/mixed text/plain application/octet-stream");
    CHECK(mail.has_content("the body\r\n"));
    CHECK(mail.has_content("%PDF"));
    CHECK(mail.ambiguities().empty());
}

TEST_CASE("what is no message is none") {
    CHECK_FALSE(read_msg({}));
    CHECK_FALSE(read_msg(as_bytes(make_ole({{"WordDocument", "x"}}))));
    CHECK_FALSE(read_tnef_message({}));
    CHECK_FALSE(read_tnef_message(as_bytes(std::string(64, 'x'))));
}

TEST_CASE("nothing in a property begins a header field or ends the header") {
    for (const std::string_view value : {"a\r\nBcc: x@evil.example", "a\n\nbody", "a\rX: y"}) {
        std::vector<OlePart> parts = small_msg();
        parts[1].content = wide(value);
        std::optional<MapiMessage> message = read_msg(as_bytes(make_ole(parts)));
        REQUIRE(message);
        mail::CharsetConverters converters;
        const testing::ParsedMail mail(rebuild_message(*message, converters).message);
        CHECK(mail.tree().root().fields.size() == 5);
        CHECK(mail::find_field(mail.tree().root().fields, "Bcc") == nullptr);
    }
}

TEST_CASE("a header that Outlook kept stands as it was, but for what describes the body") {
    std::vector<OlePart> parts = small_msg();
    parts.push_back(
        {"__substg1.0_007D001F",
         wide("Received: from a\r\n\tby b\r\nContent-Type: text/plain\r\nSubject: kept\r\nno field\r\n\r\n"
              "--=_tocsin_mixed_0\r\nX: y\r\n")});
    std::optional<MapiMessage> message = read_msg(as_bytes(make_ole(parts)));
    REQUIRE(message);
    mail::CharsetConverters converters;
    const Rebuilt rebuilt = rebuild_message(*message, converters);
    CHECK(rebuilt.warnings.empty());
    CHECK(
        rebuilt.message.starts_with("Received: from a\r\n\tby b\r\nSubject: kept\r\nMIME-Version: 1.0\r\n"));
}

TEST_CASE("messages attached to messages, as deep as is read") {
    const auto nested = [](std::size_t levels) {
        std::vector<OlePart> parts = {{"__properties_version1.0", std::string(32, '\0')}};
        std::uint32_t parent = 0;
        for (std::size_t level = 0; level < levels; ++level) {
            parts.push_back({"__attach_version1.0_#00000000", "", true, parent});
            parts.push_back({"__substg1.0_3701000D", "", true, static_cast<std::uint32_t>(parts.size())});
            parent = static_cast<std::uint32_t>(parts.size());
            parts.push_back({"__substg1.0_0037001F", wide("inner"), false, parent});
        }
        return make_ole(parts);
    };
    const std::optional<MapiMessage> inside = read_msg(as_bytes(nested(limits::report_depth - 1)));
    REQUIRE(inside);
    CHECK_FALSE(inside->too_deep);
    CHECK(inside->attachments.at(0).message->properties.has(PropertyId::subject));
    const std::optional<MapiMessage> beyond = read_msg(as_bytes(nested(limits::report_depth)));
    REQUIRE(beyond);
    CHECK(beyond->too_deep);
}

TEST_CASE("more attachments than are read are told") {
    std::vector<OlePart> parts = {{"__properties_version1.0", std::string(32, '\0')}};
    for (std::size_t index = 0; index < limits::mapi_objects + 1; ++index)
        parts.push_back({"__attach_version1.0_#" + std::to_string(index), "", true});
    const std::optional<MapiMessage> message = read_msg(as_bytes(make_ole(parts)));
    REQUIRE(message);
    CHECK(message->attachments.size() == limits::mapi_objects);
    CHECK(message->too_many);
}

TEST_CASE("streams that share their sectors do not add up without end") {
    // 70 streams of one MiB each, all beginning in the same sector.
    std::vector<OlePart> parts = {{"__properties_version1.0", std::string(32, '\0')}};
    parts.push_back({"__attach_version1.0_#00000000", "", true});
    parts.push_back({"__substg1.0_37010102", std::string(1U << 20, 'x'), false, 2});
    for (std::size_t index = 1; index < 70; ++index) {
        parts.push_back({"__attach_version1.0_#" + std::to_string(index), "", true});
        parts.push_back({"__substg1.0_37010102", "small", false, static_cast<std::uint32_t>(parts.size())});
    }
    std::string file = make_ole(parts);
    // The entry of the large stream says where it begins and how large it is; the small ones are made to say the same.
    const std::string large = le(1U << 20, 8);
    std::vector<std::size_t> small;
    std::string start;
    for (std::size_t at = 512; at + 128 <= file.size(); at += 128) {
        if (file.compare(at + 120, 8, large) == 0) start = file.substr(at + 116, 4);
        if (file.compare(at + 120, 8, le(5, 8)) == 0) small.push_back(at);
    }
    REQUIRE_FALSE(start.empty());
    REQUIRE(small.size() == 69);
    for (const std::size_t at : small) file.replace(at + 116, 12, start + large);
    const std::optional<MapiMessage> message = read_msg(as_bytes(file));
    REQUIRE(message);
    CHECK(message->too_many);
    std::size_t bytes = 0;
    for (const MapiAttachment& one : message->attachments)
        bytes += one.properties.bytes(PropertyId::attach_data).size();
    CHECK(bytes <= limits::report_originals_bytes);
}

TEST_CASE("winmail.dat: properties of the message, recipients, attached messages") {
    const std::string inner = tnef(attribute(0x00069003, le(1, 4) + tnef_text(0x0037, "inner")));
    std::string object = std::string(16, 'i') + inner;
    const std::size_t size = object.size();
    object.resize((size + 3) / 4 * 4, '\0');
    const ExactBuffer file(tnef(
        attribute(0x00018004, std::string("old subject\0", 12)) +
        attribute(0x00069003, le(2, 4) + tnef_text(0x0037, "Hello") + tnef_text(0x1000, "text")) +
        attribute(0x00069004, le(2, 4) + le(1, 4) + tnef_text(0x39FE, "a@b.example") + le(1, 4) +
                                  tnef_text(0x3001, "C")) +
        attribute(0x00069002, std::string(14, '\0')) +
        attribute(0x00069005, le(1, 4) + le(0x0D, 2) + le(0x3701, 2) + le(1, 4) + le(size, 4) + object)));
    const std::optional<MapiMessage> message = read_tnef_message(file.view());
    REQUIRE(message);
    CHECK_FALSE(message->damaged);
    mail::CharsetConverters converters;
    CHECK(message->properties.text(PropertyId::subject, "", converters) == "Hello");
    REQUIRE(message->recipients.size() == 2);
    CHECK(message->recipients[1].text(PropertyId::display_name, "", converters) == "C");
    REQUIRE(message->attachments.size() == 1);
    REQUIRE(message->attachments[0].message);
    CHECK(message->attachments[0].message->properties.text(PropertyId::subject, "", converters) == "inner");
}

TEST_CASE("cut or scribbled Outlook files never lead outside") {
    const std::string msg = make_ole(small_msg());
    const std::string dat =
        tnef(attribute(0x00069003, le(2, 4) + tnef_text(0x0037, "Hello") + tnef_text(0x1000, "text")) +
             attribute(0x00069004, le(1, 4) + le(1, 4) + tnef_text(0x39FE, "a@b.example")));
    mail::CharsetConverters converters;
    const auto look = [&](const std::string& bytes) {
        const ExactBuffer exact(bytes);
        for (auto* read_it : {read_msg, read_tnef_message})
            if (std::optional<MapiMessage> message = read_it(exact.view()))
                CHECK(rebuild_message(*message, converters).message.size() < 1U << 20);
    };
    for (const std::string& whole : {msg, dat}) {
        for (std::size_t size = 0; size < whole.size(); size += whole.size() / 100 + 1)
            look(whole.substr(0, size));
        for (std::size_t at = 0; at + 4 <= std::min<std::size_t>(whole.size(), 3000); at += 4)
            for (const std::uint32_t value : {0U, 0x7FFFFFFFU, 0xFFFFFFF0U}) {
                std::string scribbled = whole;
                look(scribbled.replace(at, 4, le(value, 4)));
            }
    }
}

TEST_CASE("code pages and times as Windows writes them") {
    for (const auto& [codepage, charset] :
         std::vector<std::pair<std::uint32_t, std::string>>{{65001, "utf-8"},
                                                            {1252, "windows-1252"},
                                                            {1251, "windows-1251"},
                                                            {28591, "iso-8859-1"},
                                                            {28605, "iso-8859-15"},
                                                            {932, "shift_jis"},
                                                            {0, "windows-1252"},
                                                            {4'000'000'000, "windows-1252"}})
        CHECK(charset_of_codepage(codepage) == charset);
    const auto date = [](std::uint64_t since_1601) {
        MapiProperties properties;
        const std::string raw = le(since_1601, 8);
        const ByteView bytes = as_bytes(raw);
        properties.add(0x0039, type_time, Bytes(bytes.begin(), bytes.end()));
        return properties.date(PropertyId::client_submit_time);
    };
    CHECK(date(134170128000000000) == "Tue, 3 Mar 2026 12:00:00 +0000");
    CHECK(date(116444736000000000) == "Thu, 1 Jan 1970 00:00:00 +0000");
    CHECK(date(0).empty());
    CHECK(date(UINT64_MAX).empty());
}
