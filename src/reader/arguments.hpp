// The command line of tocsin-reader. It is written by the daemon, never by a person.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "scan/engines.hpp"

namespace tocsin::reader {

struct Arguments {
    scan::EngineConfig engines;
    std::string scratch;  ///< an existing folder that this process may write into
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
};

/// `--scratch DIR [--clamav PATH]… [--yara PATH]… [--without clamav|yara|documents]… [--log-level
/// debug|info|warning|error]`
[[nodiscard]] Result<Arguments> parse_arguments(const std::vector<std::string>& words);

}  // namespace tocsin::reader
