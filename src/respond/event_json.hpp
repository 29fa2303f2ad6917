// Events as JSON, both ways: rows of the journal, and bodies of the API.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "respond/event.hpp"

namespace tocsin::respond {

/// {"id": …, "time": …, "by": …, "kind": "report_taken", …}. Times have microseconds where there are any: what is written is
/// what is read. What is empty or 0 is left out.
[[nodiscard]] nlohmann::json to_json(const Event& event);
[[nodiscard]] nlohmann::json to_json(const Setup& setup);
[[nodiscard]] nlohmann::json to_json(const Playbook& playbook);

/// What is in JSON and in no event: an older or newer journal may have it; a person who writes it means something else.
enum class UnknownFields : std::uint8_t { passed_over, refused };

/// What to_json() wrote. Errors: invalid_input (the field and what it should be).
[[nodiscard]] Result<Event> event_from_json(const nlohmann::json& value, UnknownFields unknown);
/// The same of a playbook; whether it may be used is what flaws_of() says.
[[nodiscard]] Result<Playbook> playbook_from_json(const nlohmann::json& value);
/// The same of a text of at most limits::respond_line_bytes. Errors: also no JSON, lists or objects too deep; limit.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

/// The members that a kind of event has beside id, time, by and kind: their names, and all of them as a person would write them:
/// "rota", "turn": {"person", "from", "until"}. Empty: there is no such kind.
struct EventShape {
    std::vector<std::string> names;
    std::string shown;
};
[[nodiscard]] EventShape shape_of(std::string_view kind);

}  // namespace tocsin::respond
