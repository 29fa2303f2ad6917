// Events as JSON: lines of `tocsin watch replay`, bodies of POST /v1/events, and the records that the journal exports. The
// schema is in docs/manual/watch.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "watch/event.hpp"

namespace tocsin::watch {

/// One event. Without "kind", or with the kind "message", it is a record of the journal. nullopt: a record of mail that does
/// not go out, of which the watch takes no notice. Fields that are not known are passed over, absent ones are empty. Errors:
/// invalid_input, naming the field and what it should be.
[[nodiscard]] Result<std::optional<Event>> event_from_json(const nlohmann::json& value);
/// What a record says of a message in columns of its own.
struct RecordedMessage {
    std::string id;
    TimePoint time;
    std::string customer, sasl_login, client_ip, mail_from, header_from, subject, verdict;
    std::vector<std::string> recipients;
    std::uint64_t text_fingerprint = 0;
};
/// The message of a record and of what else was kept of it: what event_from_json() makes of one object with all of that. Errors:
/// invalid_input, naming the field and what it should be.
[[nodiscard]] Result<MessageEvent> message_of_record(const RecordedMessage& recorded, const nlohmann::json& facts);
/// A message as event_from_json() reads it; what is empty is left out.
[[nodiscard]] nlohmann::json to_json(const MessageEvent& event);
[[nodiscard]] nlohmann::json to_json(const AccountEvent& event);
[[nodiscard]] nlohmann::json to_json(const OutcomeEvent& event);
[[nodiscard]] nlohmann::json to_json(const AnswerEvent& event);
[[nodiscard]] nlohmann::json to_json(const CareEvent& event);
/// A text as JSON. Errors: invalid_input (no JSON, with the byte at which it is none; lists and objects deeper in each other than
/// limits::watch_json_depth).
[[nodiscard]] Result<nlohmann::json> parse_flat_json(std::string_view text);
/// The same of a text of at most limits::watch_line_bytes. Errors: invalid_input (also: no JSON, with the byte at which it
/// is none), limit.
[[nodiscard]] Result<std::optional<Event>> parse_event(std::string_view line);

}  // namespace tocsin::watch
