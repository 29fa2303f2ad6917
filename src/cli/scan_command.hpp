// `tocsin scan` and `tocsin read`.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/inputs.hpp"
#include "cli/reader_setup.hpp"
#include "mail/direction.hpp"

namespace tocsin::cli {

/// Exit codes, as clamscan has them: 0 nothing found, 1 something found, 2 an error.
inline constexpr int exit_nothing_found = 0, exit_something_found = 1, exit_error = 2;

struct ScanCommand {
    std::vector<std::string> paths;
    Folders folders = Folders::one_level;
    bool json = false;
    bool only_findings = false;  ///< no line for what is clean
    mail::Direction direction = mail::Direction::inbound;
    ReaderOptions readers;
};
/// Scans what is named and prints a line (or a JSON object) for each message, and a summary.
[[nodiscard]] int run_scan(const ScanCommand& command, Log& log);

struct ReadCommand {
    std::string path;
    mail::Direction direction = mail::Direction::inbound;
    std::string recipient;
    ReaderOptions readers;
};
/// Prints the Message Data Model of one message as JSON.
[[nodiscard]] int run_read(const ReadCommand& command, Log& log);

}  // namespace tocsin::cli
