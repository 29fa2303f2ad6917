// Notices in the forms of services: what is hostile stays words, and our own link is the only one.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/limits/hooks.hpp"
#include "hooks/notice_shapes.hpp"
#include "hooks/syslog.hpp"

using namespace tocsin;
using namespace tocsin::hooks;
using nlohmann::json;

namespace {

const std::string page_link =
    "https://answers.example/ack.r-1.anna.1772442000.00112233445566778899aabbccddeeff";

NoticeCall page() {
    return {.key = "r-1.0.page-0.do.abcd",
            .incident = "r-1",
            .person = "anna",
            .notice = "page",
            .loudness = Loudness::page,
            .subject = "[severity 1] incident 7: <!channel> @all `x` *boo*",
            .text = "Line one.\n\n<script> & hxxp://evil[.]example ``` @channel [a](b)\n",
            .acknowledge_url = page_link,
            .time = TimePoint{1'772'355'600'000'000}};
}

json body(NoticeShape shape, const NoticeCall& notice,
          const std::string& url = "https://chat.example/hooks/x") {
    return json::parse(notice_body(shape, notice, *parse_web_url(url)));
}

}  // namespace

TEST_CASE("json: everything by name") {
    const json sent = body(NoticeShape::json, page());
    CHECK(sent["type"] == "tocsin.notice");
    CHECK(sent["timestamp"] == "2026-03-01T09:00:00.000Z");
    CHECK(sent["data"]["key"] == "r-1.0.page-0.do.abcd");
    CHECK(sent["data"]["notice"] == "page");
    CHECK(sent["data"]["urgent"] == true);
    CHECK(sent["data"]["acknowledge_url"] == page_link);
    NoticeCall news = page();
    news.loudness = Loudness::news;
    news.acknowledge_url.clear();
    CHECK_FALSE(body(NoticeShape::json, news)["data"].contains("acknowledge_url"));
    CHECK(body(NoticeShape::json, news)["data"]["urgent"] == false);
}

TEST_CASE("slack: plain text, and one link") {
    const json sent = body(NoticeShape::slack, page());
    CHECK(sent["text"] == "[severity 1] incident 7: &lt;!channel&gt; @all `x` *boo*");
    CHECK(sent["mrkdwn"] == false);
    const json& blocks = sent["blocks"];
    REQUIRE(blocks.size() == 3);
    CHECK(blocks[0]["text"]["type"] == "plain_text");
    CHECK(blocks[1]["text"]["type"] == "plain_text");
    CHECK(blocks[1]["text"]["text"].get<std::string>().starts_with("Line one."));
    CHECK(blocks[2]["text"] == json{{"type", "mrkdwn"}, {"text", "<" + page_link + "|I have it>"}});
    NoticeCall news = page();
    news.acknowledge_url.clear();
    news.text = "";
    CHECK(body(NoticeShape::slack, news)["blocks"].size() == 2);
    CHECK(body(NoticeShape::slack, news)["blocks"][1]["text"]["text"] == " ");
}

TEST_CASE("mattermost: a block of code that nothing ends from within") {
    const std::string sent = body(NoticeShape::mattermost, page())["text"];
    CHECK(sent.starts_with("```text\n[severity 1]"));
    CHECK(sent.ends_with("\n```\n[I have it](" + page_link + ")"));
    const std::size_t first = sent.find("```"), second = sent.find("```", first + 3);
    CHECK(sent.find("```", second + 3) == std::string::npos);
    CHECK(sent.find('`', first + 3) == second);
}

TEST_CASE("teams: an adaptive card without markup") {
    const json sent = body(NoticeShape::teams, page());
    CHECK(sent["type"] == "message");
    const json& card = sent["attachments"][0]["content"];
    CHECK(sent["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive");
    CHECK(card["type"] == "AdaptiveCard");
    REQUIRE(card["body"].size() == 4);
    for (const json& element : card["body"]) CHECK(element["type"] == "RichTextBlock");
    CHECK(card["body"][2]["inlines"][0]["text"] == " ");
    CHECK(card["actions"][0] == json{{"type", "Action.OpenUrl"}, {"title", "I have it"}, {"url", page_link}});
    NoticeCall endless = page();
    endless.text = std::string(2'000, '\n') + "x";
    CHECK(body(NoticeShape::teams, endless)["attachments"][0]["content"]["body"].size() ==
          limits::notice_lines + 1);
}

TEST_CASE("ntfy: the topic out of the URL, loud by what it is") {
    const std::string url = "https://ntfy.example/base/anna-9f3k?x=1";
    const json sent = body(NoticeShape::ntfy, page(), url);
    CHECK(sent["topic"] == "anna-9f3k");
    CHECK(sent["priority"] == 5);
    CHECK(sent["click"] == page_link);
    CHECK(sent["actions"][0]["url"] == page_link);
    CHECK(notice_target(NoticeShape::ntfy, *parse_web_url(url)) == "/base/");
    CHECK(notice_target(NoticeShape::slack, *parse_web_url(url)) == "/base/anna-9f3k?x=1");
    NoticeCall news = page();
    news.loudness = Loudness::news;
    CHECK(body(NoticeShape::ntfy, news, url)["priority"] == 3);
    CHECK(topic_of(*parse_web_url("https://ntfy.example/")).empty());
}

TEST_CASE("whatever is long is cut to what every receiver takes, at a whole character") {
    NoticeCall notice = page();
    for (int count = 0; count < 5'000; ++count) notice.text += "ä", notice.subject += "€";
    for (const NoticeShape shape : {NoticeShape::json, NoticeShape::slack, NoticeShape::mattermost,
                                    NoticeShape::teams, NoticeShape::ntfy}) {
        const std::string sent = notice_body(shape, notice, *parse_web_url("https://ntfy.example/t"));
        CHECK(sent.size() < 6'000);
        CHECK(sent.find("\xEF\xBF\xBD") == std::string::npos);
    }
    CHECK(shortened("abc", 3) == "abc");
    CHECK(shortened("abcdef", 5) == "ab…");
    CHECK(shortened("äääää", 6) == "ä…");
    CHECK(shortened("abc", 2).size() <= 3);
}

TEST_CASE("bytes that are no UTF-8 are sent as such") {
    NoticeCall notice = page();
    notice.text = "bad \xff\xfe byte";
    CHECK_NOTHROW(body(NoticeShape::json, notice));
}

TEST_CASE("syslog: one line of RFC 5424, by its loudness") {
    const std::string line = syslog_line(*facility_of("local0"), "mx1.example", page());
    CHECK(line.starts_with("<129>1 2026-03-01T09:00:00.000Z mx1.example tocsin - page - \xEF\xBB\xBF"
                           "incident=r-1 key=r-1.0.page-0.do.abcd for=anna [severity 1]"));
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("https://") == std::string::npos);
    NoticeCall news = page();
    news.loudness = Loudness::news;
    news.person.clear();
    news.notice = "all_clear";
    CHECK(syslog_line(*facility_of("auth"), "mx1.example", news).starts_with("<37>1 "));
    CHECK(syslog_line(*facility_of("auth"), "mx1.example", news).find("for=- ") != std::string::npos);
    news.text = std::string(10'000, 'x');
    CHECK(syslog_line(1, "mx1.example", news).size() == limits::syslog_line_bytes);
    for (const char* none : {"", "kern", "local8", "LOCAL0"}) CHECK_FALSE(facility_of(none).has_value());
}
