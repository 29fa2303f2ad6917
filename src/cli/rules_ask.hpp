// One question to a confined reader about rules: which there are, and what they say of one message.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "cli/reader_setup.hpp"
#include "cli/rules_command.hpp"
#include "cli/rules_sweep.hpp"

namespace tocsin::cli {

/// readers_for() with one reader: for one message after the other.
[[nodiscard]] ReaderOptions one_reader_for(const RulesCommand& command);

/// What the reader says to a request whose answer is JSON. Errors: unavailable, corrupt.
[[nodiscard]] Result<nlohmann::ordered_json> ask(net::Fiber& fiber, pool::ReaderPool& readers,
                                                 const pool::ScanRequest& request);
/// All rules and what is wrong with them (docs/manual/judge.md). Errors: those of ask().
[[nodiscard]] Result<nlohmann::ordered_json> ask_for_rules(net::Fiber& fiber, pool::ReaderPool& readers);
/// What all rules say of the message in a file. Errors: those of ask(); the file is not there or holds no message.
[[nodiscard]] Result<nlohmann::ordered_json> ask_about_message(net::Fiber& fiber, pool::ReaderPool& readers,
                                                               const std::string& path,
                                                               mail::Direction direction);

}  // namespace tocsin::cli
