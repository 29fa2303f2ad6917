// A hostile message on a terminal, as a confined reader sees it; and its bytes, which never go there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace tocsin::cli {

/// How links are shown. `defanged`: no terminal opens them.
enum class Links : std::uint8_t { as_they_are, defanged };

/// Who, subject, date, text, links and attachments of a message's data model, printable and cut at a limit.
void print_message(const nlohmann::json& model, Links links);

/// "hxxps://evil[.]example/a" and "evil[.]example" for every link and every name of a host in a text; all else stays.
[[nodiscard]] std::string with_dead_links(std::string_view text);

/// Whether bytes of a hostile message may be written there; "-" is standard output, which must be no terminal. `instead`: what
/// somebody at a terminal may do. Errors: invalid_input.
[[nodiscard]] Result<void> check_place(const std::string& file, const char* instead);
/// Writes them into a new file of the user (0600), or to standard output. Returns the exit code.
[[nodiscard]] int write_raw(const std::string& file, const std::string& content);

}  // namespace tocsin::cli
