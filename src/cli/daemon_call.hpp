// One call of the daemon's API, and how its answers look on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "cli/daemon_client.hpp"

namespace tocsin::cli {

/// Characters of a message's text that one line of a listing shows.
inline constexpr std::size_t listed_text_characters = 120;

/// Calls the daemon and returns its JSON object; an error answer becomes an Error.
[[nodiscard]] Result<nlohmann::json> call_daemon(const ClientOptions& options, std::string method,
                                                 std::string target, const nlohmann::json& body);
[[nodiscard]] Result<nlohmann::json> call_daemon(const ClientOptions& options, std::string method,
                                                 std::string target);
/// The same with a body that is no JSON: a message as it is.
[[nodiscard]] Result<nlohmann::json> send_to_daemon(const ClientOptions& options, std::string target,
                                                    std::string content);
/// The body of the answer to GET, whatever it is; an error answer becomes an Error.
[[nodiscard]] Result<std::string> fetch_from_daemon(const ClientOptions& options, std::string target);
/// What a person is told when the daemon of this data folder could not be reached: `why`, and what to do.
[[nodiscard]] Error no_answer(const Error& why, const std::string& folder);
/// The newest `limit` entries of a listing, as many pages as it takes: {`member`: [...], "total", "more", ...}. `id`: where an
/// entry has its own.
[[nodiscard]] Result<nlohmann::json> call_listing(const ClientOptions& options, const std::string& target,
                                                  const char* member, const Paging& paging,
                                                  const char* id = "id");
/// Adds NAME=VALUE to the query of `target`, unless the value is empty.
void add_parameter(std::string& target, const char* name, const std::string& value);

/// Prints the error of a call that failed; returns the exit code.
int say(const Result<nlohmann::json>& answer);
void print_json(const nlohmann::json& value);
/// "333 held, the newest 100 shown; ..." on standard output, if there is more than what is shown.
void print_rest(const nlohmann::json& answer, const char* member, const char* what, const Paging& paging);

/// A member; null if there is none.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* name);
/// A member that is a text, printable; empty if it is none.
[[nodiscard]] std::string text(const nlohmann::json& object, const char* name);
/// The same, cut with a mark behind listed_text_characters.
[[nodiscard]] std::string short_text(const nlohmann::json& object, const char* name);
/// A member that is a number; 0 if it is none.
[[nodiscard]] std::uint64_t number(const nlohmann::json& object, const char* name);

/// `text` cut to `characters` of UTF-8, the last of which is then "…".
[[nodiscard]] std::string clipped(std::string_view text, std::size_t characters);

}  // namespace tocsin::cli
