#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "mail/message.hpp"
#include "mail/tools.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

const std::string sample =
    "Received: from relay.example.net (relay.example.net [198.51.100.7]) by mx.example.org with ESMTPS id 1; "
    "Tue, 1 Sep 2026 10:00:02 +0000\r\n"
    "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=news.example.com; dmarc=pass "
    "header.from=example.com\r\n"
    "Received: from app.example.com (unknown [203.0.113.5]) by relay.example.net with ESMTP id 2; Tue, 1 Sep "
    "2026 10:00:01 +0000\r\n"
    "Authentication-Results: planted.example; dmarc=fail header.from=example.com\r\n"
    "DKIM-Signature: v=1; d=Example.com; s=k; h=from:to; b=x\r\n"
    "From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.com>\r\n"
    "To: \"Ann\" <ann@example.org>, undisclosed-recipients:;\r\n"
    "Cc: c@example.org\r\n"
    "Reply-To: other@elsewhere.example\r\n"
    "Return-Path: <bounce@news.example.com>\r\n"
    "Subject: [EXTERNAL] RE: =?utf-8?B?UMOkY2tjaGVu?=\r\n"
    "Message-ID: <m1@example.com>\r\n"
    "In-Reply-To: <m0@example.org>\r\n"
    "References: <m-1@example.org>\r\n <m0@example.org>\r\n"
    "User-Agent: Client 1\r\n"
    "X-Originating-IP: [192.0.2.99]\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
    "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\nplain http://plain.example.com/x\r\n"
    "--a\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
    "quoted-printable\r\n\r\n"
    "<p>Caf=E9 <a href=3D\"http://evil.example.net/\">www.bank.com</a> <a "
    "href=3D'https://x.example.com/p'>click</a></p>"
    "<p style=3D'display:none'>hidden</p><div class=3D\"gmail_quote\">On Mon, Ann &lt;ann@example.org&gt; "
    "wrote:<blockquote type=3D\"cite\">old "
    "http://old.example.com/y</blockquote></div>\r\n"
    "--a--\r\n"
    "--m\r\nContent-Type: application/pdf; name=\"In.Voice.PDF\"\r\nContent-Disposition: attachment; "
    "filename=\"In.Voice.PDF\"\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n"
    "--m\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Disposition: "
    "inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0=\r\n"
    "--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@example.com\r\nSubject: inner\r\n\r\ninner "
    "http://inner.example.com/\r\n"
    "--m--\r\n";

Message build(const std::string& text, const MessageContext& context = {}) {
    const ExactBuffer buffer(text);
    MailTools tools;
    return build_message(parse_mime(buffer.view()), 0, context, tools);
}

const Link* link_to(const Message& message, std::string_view domain) {
    const auto found = std::ranges::find_if(
        message.body.links, [&](const Link& link) { return link.href_url.domain.domain == domain; });
    return found == message.body.links.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("message: people, subject and headers") {
    const Message message =
        build(sample, {.direction = Direction::inbound, .envelope_recipient = "ANN@example.org"});
    CHECK(message.sender.display_name == "Jörg");
    CHECK(message.sender.email.email == "joerg@example.com");
    CHECK(message.sender.email.domain.root_domain == "example.com");
    REQUIRE(message.to.size() == 2);
    CHECK(message.to[1].display_name == "Undisclosed recipients");
    CHECK(message.cc.size() == 1);
    REQUIRE(message.mailbox);
    CHECK(message.mailbox->display_name == "Ann");
    CHECK(message.subject.subject == "[EXTERNAL] RE: Päckchen");
    CHECK(message.subject.base == "Päckchen");
    CHECK(message.subject.is_reply);
    CHECK(message.headers.reply_to.at(0).email.email == "other@elsewhere.example");
    CHECK(message.headers.return_path->email == "bounce@news.example.com");
    CHECK(message.headers.message_id == "<m1@example.com>");
    CHECK(message.headers.in_reply_to == "<m0@example.org>");
    CHECK(message.headers.references == std::vector<std::string>{"<m-1@example.org>", "<m0@example.org>"});
    CHECK(message.headers.mailer == "Client 1");
    CHECK(message.headers.x_originating_ip == "192.0.2.99");
}

TEST_CASE("message: hops count from the bottom, and the topmost results are believed") {
    const Message message = build(sample);
    const Headers& headers = message.headers;
    REQUIRE(headers.hops.size() == 2);
    CHECK(headers.hops[0].received->server == "relay.example.net");
    CHECK(headers.hops[0].signature_domain == "example.com");
    CHECK(headers.hops[0].signature_headers == "from:to");
    CHECK(headers.hops[0].fields.front().name == "Content-Type");
    CHECK(headers.hops[0].fields.front().position == 0);
    CHECK(headers.hops[1].received->server == "mx.example.org");
    // the results of mx stand between the two Received fields: above the lower one, so they belong to its hop
    CHECK(headers.hops[0].authentication_results->server == "mx.example.org");
    CHECK(headers.dmarc_pass == true);
    CHECK(headers.spf_pass == true);
    CHECK(headers.domains.size() == 3);
    CHECK(headers.ips.size() == 2);
}

TEST_CASE("message: nobody checked means null, not false") {
    const Message message = build("From: a@b.com\r\nSubject: x\r\n\r\nbody");
    CHECK_FALSE(message.headers.dmarc_pass);
    CHECK_FALSE(message.headers.spf_pass);
    REQUIRE(message.headers.hops.size() == 1);
    CHECK(message.headers.hops[0].fields.size() == 2);
    CHECK_FALSE(message.body.html);
    CHECK(message.body.current_thread.text == "body");
    CHECK(build("Received-SPF: pass (x)\r\n\r\n").headers.spf_pass == true);
}

TEST_CASE("message: body, links and threads") {
    const Message message = build(sample);
    REQUIRE(message.body.html);
    CHECK(message.body.html->display_text.starts_with("Café www.bank.com click"));
    CHECK(message.body.html->hidden_text == "hidden");
    CHECK(message.body.plain == "Hello\nplain http://plain.example.com/x");
    CHECK(message.body.current_thread.text == "Café www.bank.com click");
    REQUIRE(message.body.previous_threads.size() == 1);
    CHECK(message.body.previous_threads[0].text == "old http://old.example.com/y");
    CHECK(message.body.previous_threads[0].preamble == "On Mon, Ann <ann@example.org> wrote:");

    const Link* lie = link_to(message, "evil.example.net");
    REQUIRE(lie != nullptr);
    CHECK(lie->display_url->domain.domain == "www.bank.com");
    CHECK_FALSE(lie->display_text);
    CHECK(lie->mismatched == true);
    CHECK(lie->visible == true);
    const Link* click = link_to(message, "x.example.com");
    REQUIRE(click != nullptr);
    CHECK(click->display_text == "click");
    CHECK_FALSE(click->mismatched);
    CHECK(link_to(message, "old.example.com")->parser == LinkParser::plain);
    CHECK(link_to(message, "plain.example.com") != nullptr);
    CHECK(link_to(message, "inner.example.com") == nullptr);
    CHECK(message.body.current_thread.links.size() == 2);
    REQUIRE(message.body.previous_threads[0].links.size() == 1);
    CHECK(message.body.links[message.body.previous_threads[0].links[0]].href_url.domain.domain ==
          "old.example.com");
}

TEST_CASE("message: everything that is not the body is an attachment") {
    const Message message = build(sample);
    REQUIRE(message.attachments.size() == 3);
    CHECK(message.attachments[0].file_name == "In.Voice.PDF");
    CHECK(message.attachments[0].file_extension == "pdf");
    CHECK(message.attachments[0].content_type == "application/pdf");
    CHECK(message.attachments[0].size == 5);
    CHECK(message.attachments[1].content_id == "logo@x");
    CHECK(message.attachments[2].content_type == "message/rfc822");
    const Message file =
        build("Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<p>x");
    CHECK(file.attachments.size() == 1);
    CHECK_FALSE(file.body.html);
}

TEST_CASE("message: links are unique by target and text, and bounded") {
    std::string html = "Content-Type: text/html\r\n\r\n";
    for (int i = 0; i < 3; ++i) html += "<a href=http://x.com/>one</a><a href=http://x.com/>two</a>";
    CHECK(build(html).body.links.size() == 2);
    for (std::size_t i = 0; i < limits::links + 10; ++i)
        html += "<a href=http://x.com/" + std::to_string(i) + ">x</a>";
    const Message message = build(html);
    CHECK(message.body.links.size() <= limits::links);
    CHECK(message.body.links.size() > limits::links - 10);
    CHECK(message.truncated);
}

TEST_CASE("message: hops are bounded") {
    std::string text;
    for (std::size_t i = 0; i < limits::hops + 20; ++i) text += "Received: from a by b; x\r\n";
    const Message message = build(text + "\r\n");
    CHECK(message.headers.hops.size() == limits::hops);
    CHECK(message.truncated);
}

TEST_CASE("message: an unknown reading and an empty message are harmless") {
    const ExactBuffer empty("");
    const MimeTree tree = parse_mime(empty.view());
    MailTools tools;
    CHECK(build_message(tree, 0, {}, tools).sender.email.email.empty());
    CHECK(build_message(tree, 99, {}, tools).attachments.empty());
    CHECK(nlohmann::json::parse(to_json(build_message(tree, 99, {}, tools), tree, 99)).is_object());
}

TEST_CASE("message: JSON has the names and the nesting of the data model") {
    const ExactBuffer buffer(sample);
    const MimeTree tree = parse_mime(buffer.view());
    const Message message =
        build_message(tree, 0, {.direction = Direction::inbound, .envelope_recipient = "ann@example.org"});
    const nlohmann::json json = nlohmann::json::parse(to_json(message, tree, 0));
    CHECK(json["type"] == nlohmann::json{{"inbound", true}, {"outbound", false}, {"internal", false}});
    CHECK(json["sender"]["email"]["domain"]["root_domain"] == "example.com");
    CHECK(json["sender"]["email"]["local_part"] == "joerg");
    CHECK(json["recipients"]["to"][1]["email"]["domain"]["valid"] == false);
    CHECK(json["mailbox"]["email"]["email"] == "ann@example.org");
    CHECK(json["subject"]["is_reply"] == true);
    CHECK(json["headers"]["auth_summary"]["dmarc"]["pass"] == true);
    CHECK(json["headers"]["auth_summary"]["dmarc"]["details"]["from"]["root_domain"] == "example.com");
    CHECK(json["headers"]["auth_summary"]["spf"]["details"]["designator"] == "news.example.com");
    CHECK(json["headers"]["hops"][0]["index"] == 0);
    CHECK(json["headers"]["hops"][0]["received"]["server"]["raw"] == "relay.example.net");
    CHECK(json["headers"]["hops"][0]["signature"]["domain"] == "example.com");
    CHECK(json["headers"]["hops"][0]["authentication_results"]["dmarc"] == "pass");
    CHECK(json["headers"]["hops"][0]["fields"][0]["name"] == "Content-Type");
    CHECK(json["headers"]["references"].size() == 2);
    CHECK(json["body"]["current_thread"]["links"].size() == 2);
    CHECK(json["body"]["previous_threads"][0]["sender"]["email"]["email"] == "");
    CHECK(json["body"]["links"][0]["href_url"]["scheme"] == "http");
    CHECK(json["body"]["links"][0]["parser"] == "hyperlink");
    CHECK(json["body"]["html"].contains("inner_text"));
    CHECK(json["body"]["plain"]["raw"] == "Hello\nplain http://plain.example.com/x");
    CHECK(json["attachments"][0]["file_extension"] == "pdf");
    CHECK(json["_tocsin"]["ambiguous"] == false);
    CHECK(json["_tocsin"]["readings"] == 1);
    CHECK(json["_tocsin"]["parts"].size() >= 7);
    CHECK(json["_tocsin"]["parts"][0]["parent"].is_null());
    CHECK(json["_tocsin"]["hidden_text"] == "hidden");
    const nlohmann::json none = nlohmann::json::parse(to_json(build("Subject: x\r\n\r\n"), tree, 0));
    CHECK(none["headers"]["auth_summary"]["dmarc"]["pass"].is_null());
    CHECK(none["body"]["html"].is_null());
    CHECK(none["mailbox"].is_null());
}
