// The command line of tocsin-reader. It is written by the daemon, never by a person.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "rules/judge.hpp"
#include "scan/engines.hpp"

namespace tocsin::reader {

struct Arguments {
    scan::EngineConfig engines;
    rules::JudgeConfig judge;  ///< no folder of rules: no judge
    std::string scratch;       ///< an existing folder that this process may write into
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
};

/// `--scratch DIR [--clamav PATH]… [--yara PATH]… [--without clamav|yara|documents|pictures]… [--rules DIR]… [--lists DIR]…
/// [--text-model FILE] [--may-do-without NAME]… [--points-inbound SUSPICIOUS,PHISH] [--points-outbound
/// SUSPICIOUS,PHISH] [--trusted-server NAME]… [--trusted-sealer DOMAIN]… [--clauses kept] [--log-level
/// debug|info|warning|error]`
///
/// Without --may-do-without it is rules::default_may_do_without(); "none" stands for an empty list.
[[nodiscard]] Result<Arguments> parse_arguments(const std::vector<std::string>& words);

}  // namespace tocsin::reader
