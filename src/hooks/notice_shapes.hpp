// A notice in the form that a receiver takes. Plain words throughout: what a stranger may have written is no markup of anybody's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/web_url.hpp"

namespace tocsin::hooks {

enum class NoticeShape : std::uint8_t { json, slack, mattermost, teams, ntfy };

/// From calm to loud.
enum class Loudness : std::uint8_t { news, urgent, page };

struct NoticeCall {
    std::string key;       ///< of the effect
    std::string incident;  ///< its id
    std::string person;    ///< whom it is for; empty: a group of people behind one door
    std::string notice;    ///< tell, page, all_clear
    Loudness loudness = Loudness::news;
    std::string subject, text;    ///< UTF-8, defanged
    std::string acknowledge_url;  ///< empty: there is nothing to acknowledge
    TimePoint time;
};

/// The body of the call, JSON. Subject and text are cut to limits::notice_subject_bytes and notice_text_bytes. `url`: where it
/// goes; ntfy has its topic there.
[[nodiscard]] std::string notice_body(NoticeShape shape, const NoticeCall& notice, const WebUrl& url);

/// Where the call goes: the URL's own target, or for ntfy, which takes JSON at its root, what stands before the topic.
[[nodiscard]] std::string notice_target(NoticeShape shape, const WebUrl& url);

/// ntfy: the last part of the path; empty: it has none.
[[nodiscard]] std::string topic_of(const WebUrl& url);

/// At most `bytes`, whole characters of UTF-8, with an ellipsis in the place of what is left out.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace tocsin::hooks
