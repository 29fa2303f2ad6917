#include "hooks/notice_shapes.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/limits/hooks.hpp"
#include "hooks/json_text.hpp"

namespace tocsin::hooks {

namespace {

using nlohmann::json;

constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr std::string_view take_it = "I have it";

/// What is written about, cut as it is sent.
struct Words {
    explicit Words(const NoticeCall& notice)
        : subject(shortened(notice.subject, limits::notice_subject_bytes)),
          text(shortened(notice.text, limits::notice_text_bytes)) {
        while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    }
    std::string subject, text;
};

json generic(const NoticeCall& notice) {
    const Words words(notice);
    json data{{"key", notice.key},
              {"incident", notice.incident},
              {"person", notice.person},
              {"notice", notice.notice},
              {"urgent", notice.loudness != Loudness::news},
              {"subject", words.subject},
              {"text", words.text}};
    if (!notice.acknowledge_url.empty()) data["acknowledge_url"] = notice.acknowledge_url;
    return {{"type", "tocsin.notice"}, {"timestamp", to_rfc3339(notice.time)}, {"data", std::move(data)}};
}

/// Slack's own escapes (its formatting of messages): nothing else begins a link or calls everybody.
std::string for_slack(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

/// Blocks of plain_text, which Slack does not read as markup; only our own link is mrkdwn.
json slack(const NoticeCall& notice) {
    const Words words(notice);
    const auto plain = [](const std::string& text) {
        return json{{"type", "plain_text"}, {"text", text.empty() ? " " : text}, {"emoji", false}};
    };
    json blocks = json::array({json{{"type", "header"}, {"text", plain(words.subject)}},
                               json{{"type", "section"}, {"text", plain(words.text)}}});
    if (!notice.acknowledge_url.empty())
        blocks.push_back({{"type", "section"},
                          {"text",
                           {{"type", "mrkdwn"},
                            {"text", "<" + notice.acknowledge_url + "|" + std::string(take_it) + ">"}}}});
    return {{"text", for_slack(words.subject)},
            {"mrkdwn", false},
            {"unfurl_links", false},
            {"unfurl_media", false},
            {"blocks", std::move(blocks)}};
}

/// A block of code, in which Mattermost reads no markup and calls nobody; it must not be ended from within.
json mattermost(const NoticeCall& notice) {
    const Words words(notice);
    std::string text = words.subject + "\n\n" + words.text;
    std::ranges::replace(text, '`', '\'');
    std::string out = "```text\n" + text + "\n```";
    if (!notice.acknowledge_url.empty())
        out += "\n[" + std::string(take_it) + "](" + notice.acknowledge_url + ")";
    return {{"text", std::move(out)}};
}

/// An Adaptive Card for the workflow "when a webhook request is received". A TextBlock would read Markdown; a TextRun does not.
json teams(const NoticeCall& notice) {
    const Words words(notice);
    const auto line = [](const std::string& text, std::string_view weight) {
        return json{
            {"type", "RichTextBlock"},
            {"inlines", json::array({json{
                            {"type", "TextRun"}, {"text", text.empty() ? " " : text}, {"weight", weight}}})}};
    };
    json body = json::array({line(words.subject, "Bolder")});
    std::string_view rest = words.text;
    for (std::size_t lines = 0; !rest.empty() && lines < limits::notice_lines; ++lines) {
        // What is too much stands in the last one.
        const std::size_t end =
            lines + 1 == limits::notice_lines ? rest.size() : std::min(rest.find('\n'), rest.size());
        body.push_back(line(std::string(rest.substr(0, end)), "Default"));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    json card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
              {"type", "AdaptiveCard"},
              {"version", "1.4"},
              {"body", std::move(body)}};
    if (!notice.acknowledge_url.empty())
        card["actions"] = json::array(
            {json{{"type", "Action.OpenUrl"}, {"title", take_it}, {"url", notice.acknowledge_url}}});
    return {{"type", "message"},
            {"attachments", json::array({json{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                              {"contentUrl", nullptr},
                                              {"content", std::move(card)}}})}};
}

/// Publishing as JSON: title and text may have any character, which header fields may not.
json ntfy(const NoticeCall& notice, const WebUrl& url) {
    const Words words(notice);
    constexpr std::array<int, 3> priorities = {3, 4, 5};
    json out{{"topic", topic_of(url)},
             {"title", words.subject},
             {"message", words.text},
             {"priority", priorities[static_cast<std::size_t>(notice.loudness)]}};
    if (!notice.acknowledge_url.empty()) {
        out["click"] = notice.acknowledge_url;
        out["actions"] =
            json::array({json{{"action", "view"}, {"label", take_it}, {"url", notice.acknowledge_url}}});
    }
    return out;
}

/// Where the topic begins in the target, and where it ends.
std::pair<std::size_t, std::size_t> topic_place(const std::string& target) {
    const std::size_t end = std::min(target.find('?'), target.size());
    return {target.rfind('/', end) + 1, end};
}

}  // namespace

std::string shortened(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string(text);
    std::size_t end = bytes - std::min(bytes, ellipsis.size());
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)).append(ellipsis);
}

std::string notice_body(NoticeShape shape, const NoticeCall& notice, const WebUrl& url) {
    switch (shape) {
        case NoticeShape::slack: return dumped(slack(notice));
        case NoticeShape::mattermost: return dumped(mattermost(notice));
        case NoticeShape::teams: return dumped(teams(notice));
        case NoticeShape::ntfy: return dumped(ntfy(notice, url));
        case NoticeShape::json: break;
    }
    return dumped(generic(notice));
}

std::string topic_of(const WebUrl& url) {
    const auto [begin, end] = topic_place(url.target);
    return url.target.substr(begin, end - begin);
}

std::string notice_target(NoticeShape shape, const WebUrl& url) {
    return shape == NoticeShape::ntfy ? url.target.substr(0, topic_place(url.target).first) : url.target;
}

}  // namespace tocsin::hooks
