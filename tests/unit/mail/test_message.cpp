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

namespace {

using Parts = std::vector<std::string>;

/// Each part begins with its type; further fields may follow.
std::string multipart(const std::string& type, const Parts& parts) {
    const std::string boundary = "b" + std::to_string(type.size() + parts.size()) + type.substr(0, 3);
    std::string out = "multipart/" + type + "; boundary=" + boundary + "\r\n\r\n";
    for (const std::string& part : parts) out += "--" + boundary + "\r\nContent-Type: " + part + "\r\n";
    return out + "--" + boundary + "--\r\n";
}

Message build_body(const std::string& part) {
    return build("MIME-Version: 1.0\r\nContent-Type: " + part);
}

std::vector<std::string> hosts(const Message& message) {
    std::vector<std::string> out;
    for (const std::uint32_t link : message.body.current_thread.links)
        out.push_back(message.body.links[link].href_url.domain.domain);
    return out;
}

}  // namespace

TEST_CASE("message: all that a person reads is one text, and of alternatives the page is") {
    const std::string plain = "text/plain\r\n\r\nplain http://plain.com/x";
    const std::string page = "text/html\r\n\r\n<p>page <a href=http://page.com/>link</a></p>";
    const std::string picture = "image/png\r\n\r\nx";
    const std::string file = "text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nfile";
    struct Case {
        std::string body, text;
    };
    const std::string both = "plain http://plain.com/x\npage link";
    const std::vector<Case> cases = {
        {multipart("mixed", {plain, page}), both},
        {multipart("mixed", {page, plain}), "page link\nplain http://plain.com/x"},
        {multipart("mixed", {page, picture, page}), "page link\npage link"},
        {multipart("mixed", {page, file}), "page link"},
        {multipart("alternative", {plain, page}), "page link"},
        {multipart("alternative", {page, plain}), "page link"},
        // Most programs know no XHTML and no page for few, and show the plain text.
        {multipart("alternative", {plain, "application/xhtml+xml\r\n\r\n<p>page <a href=http://page.com/>link</a></p>"}), both},
        {multipart("alternative", {plain, multipart("related", {"text/watch-html\r\n\r\n<p>page <a href=http://page.com/>link</a></p>"})}),
         both},
        {multipart("alternative", {plain, multipart("related", {page, picture})}), "page link"},
        {multipart("alternative", {multipart("mixed", {plain, picture}), multipart("mixed", {page, plain})}),
         "page link\nplain http://plain.com/x"},
        {multipart("mixed", {multipart("alternative", {plain, page}), plain}),
         "page link\nplain http://plain.com/x"},
        {multipart("mixed", {plain, multipart("alternative", {plain, page})}), both},
        {multipart("mixed", {multipart("alternative", {plain}), page}), both},
        {multipart("related", {page, plain}), "page link"},
        {multipart("related", {plain, page}), both},
        {multipart("related; start=\"<x>\"", {page, plain}), "page link\nplain http://plain.com/x"},
        {multipart("x-unknown", {plain, page}), both},
    };
    for (const Case& c : cases) {
        CAPTURE(c.body);
        const Message message = build_body(c.body);
        CHECK(message.body.current_thread.text == c.text);
        CHECK_FALSE(message.truncated);
        CHECK_FALSE(message.body.cut);
        CHECK(hosts(message).size() ==
              (c.text.contains("plain") ? 1 : 0) + (c.text.contains("page") ? 1 : 0));
        CHECK(link_to(message, "page.com") != nullptr);
    }
}

TEST_CASE("message: links and quotations stand in the text that holds them, whatever stands before it") {
    const Message message =
        build_body(multipart("mixed", {"text/plain\r\n\r\nnew http://one.com/x",
                                       "text/html\r\n\r\n<p>page http://two.com/x</p><div "
                                       "class=gmail_quote><p>old http://three.com/x</p></div>"}));
    CHECK(message.body.current_thread.text == "new http://one.com/x\npage http://two.com/x");
    std::vector<std::string> found = hosts(message);
    std::ranges::sort(found);
    CHECK(found == std::vector<std::string>{"one.com", "two.com"});
    REQUIRE(message.body.previous_threads.size() == 1);
    REQUIRE(message.body.previous_threads[0].links.size() == 1);
    // What one page leaves open swallows nothing of the next.
    const Message open = build_body(multipart(
        "mixed", {"text/html\r\n\r\nfirst<div style='display:none'><!-- ", "text/html\r\n\r\nsecond"}));
    CHECK(open.body.current_thread.text == "first\nsecond");
    CHECK(open.body.html->display_text == "first\nsecond");
}

TEST_CASE("message: the sender of what is quoted is the one who wrote it") {
    const Message message =
        build("Content-Type: text/plain\r\n\r\nthanks\r\n\r\nOn Mon, Jan 1, 2026 at 1:00 PM Carl Quoted "
              "<carl@quoted.example> wrote:\r\n> old\r\n> more\r\n");
    REQUIRE(message.body.previous_threads.size() == 1);
    REQUIRE(message.body.previous_threads[0].sender);
    CHECK(message.body.previous_threads[0].sender->email.email == "carl@quoted.example");
    CHECK(message.body.previous_threads[0].sender->display_name == "Carl Quoted");
}

TEST_CASE("message: a kind of text that nobody knows is plain text, and XHTML is a page") {
    const std::string words = "\r\n\r\nwords http://x.com/y";
    for (const std::string type :
         {"text/enriched", "text/richtext", "text/x-foo", "text/markdown", "text/csv"}) {
        CAPTURE(type);
        for (const Message& message :
             {build_body(type + words), build_body(multipart("mixed", {type + words})),
              build_body(multipart("alternative", {type + words}))}) {
            CHECK(message.body.plain == "words http://x.com/y");
            CHECK(message.body.current_thread.text == "words http://x.com/y");
            CHECK(link_to(message, "x.com") != nullptr);
            CHECK(message.attachments.empty());
        }
    }
    const std::string xhtml =
        "application/xhtml+xml\r\n\r\n<html><p>words <a href='http://x.com/y'>x</a></p></html>";
    for (const Message& message : {build_body(xhtml), build_body(multipart("mixed", {xhtml}))}) {
        REQUIRE(message.body.html);
        CHECK(message.body.current_thread.text == "words x");
        CHECK(link_to(message, "x.com") != nullptr);
        CHECK(message.attachments.empty());
    }
    for (const std::string part :
         {"text/calendar" + words, "text/vcard" + words, "text/rfc822-headers" + words,
          "text/csv; name=a.csv" + words, "text/x-patch; name=a.patch\r\nContent-Disposition: inline" + words,
          "text/x-foo\r\nContent-Disposition: attachment" + words,
          "application/xhtml+xml; name=a.xhtml" + words}) {
        CAPTURE(part);
        const Message message = build_body(multipart("mixed", {"text/plain\r\n\r\nhello", part}));
        CHECK(message.body.current_thread.text == "hello");
        CHECK(message.attachments.size() == 1);
    }
    // Beside a page, the one for other programs is left out; alone it is shown.
    const std::string page = "text/html\r\n\r\n<p>page";
    CHECK(build_body(multipart("alternative", {"text/x-amp-html" + words, page})).body.current_thread.text ==
          "page");
    CHECK(build_body(multipart("mixed", {"text/x-amp-html" + words, page})).body.current_thread.text ==
          "words http://x.com/y\npage");
}

TEST_CASE("message: what a limit hides of the text is told, and links behind it are kept") {
    const std::string lines(limits::text_bytes, '\n');
    const std::string behind = "text/plain\r\n\r\nsecond http://second.com/x";
    const Message two = build_body(multipart("mixed", {"text/plain\r\n\r\n" + lines, behind}));
    CHECK(two.truncated);
    CHECK(two.body.cut);
    CHECK(link_to(two, "second.com") != nullptr);
    CHECK(hosts(two) == std::vector<std::string>{"second.com"});

    const std::string comment = "<p>first</p><!--" + std::string(limits::html_bytes, 'x') + "-->";
    const Message pages =
        build_body(multipart("mixed", {"text/html\r\n\r\n" + comment,
                                       "text/html\r\n\r\nsecond <a href=http://second.com/x>x</a>"}));
    CHECK(pages.body.cut);
    CHECK(link_to(pages, "second.com") != nullptr);
    CHECK(pages.body.current_thread.text.contains("second"));

    const Message text = build_body("text/plain\r\n\r\n" + lines + "more");
    CHECK(text.body.cut);
    CHECK(text.truncated);
    const Message page = build_body("text/html\r\n\r\n<p>" + std::string(limits::text_bytes, 'x') + " more");
    CHECK(page.body.cut);
    CHECK(page.body.html->truncated);

    const std::string user(2 * limits::url_bytes, 'u');
    const Message link = build_body("text/plain\r\n\r\nsee https://" + user + "@evil.example.com/x now");
    CHECK(link.body.cut);
    REQUIRE(link.body.links.size() == 1);
    CHECK(link.body.links[0].href_url.domain.domain == "evil.example.com");
}

TEST_CASE("message: a link that many others push out is told as cut") {
    std::string flood;
    for (std::size_t i = 0; i < limits::links; ++i) flood += "http://a.com/ ";
    const Message plain = build_body("text/plain\r\n\r\n" + flood + "http://evil.com/");
    CHECK(plain.body.links.size() == 1);
    CHECK(plain.body.cut);
    CHECK(build_body("text/html\r\n\r\n<p>" + flood + "http://evil.com/").body.cut);
    CHECK(build_body("text/html\r\n\r\n<p onclick='" + flood + "http://evil.com/'>x").body.cut);
    CHECK_FALSE(build_body("text/plain\r\n\r\n" + flood.substr(0, flood.size() / 2)).body.cut);
}

TEST_CASE("message: identifiers beyond the limit are told as cut, but nobody sees those") {
    const auto with_ids = [](std::size_t count) {
        std::string text = "References:";
        for (std::size_t i = 0; i < count; ++i) text += " <" + std::to_string(i) + "@x>\r\n";
        return build(text + "\r\nbody");
    };
    CHECK_FALSE(with_ids(limits::references).truncated);
    const Message message = with_ids(limits::references + 1);
    CHECK(message.headers.references.size() == limits::references);
    CHECK(message.truncated);
    CHECK_FALSE(message.body.cut);
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
    CHECK(json["body"]["previous_threads"][0]["sender"]["email"]["email"] == "ann@example.org");
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
