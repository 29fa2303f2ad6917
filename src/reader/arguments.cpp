#include "reader/arguments.hpp"

namespace tocsin::reader {

namespace {

Result<LogLevel> parse_level(const std::string& name) {
    if (name == "debug") return LogLevel::debug;
    if (name == "info") return LogLevel::info;
    if (name == "warning") return LogLevel::warning;
    if (name == "error") return LogLevel::error;
    return fail(ErrorCode::invalid_input, "--log-level: unknown level '" + name + "'");
}

Result<LogFormat> parse_format(const std::string& name) {
    if (name == "text") return LogFormat::text;
    if (name == "json") return LogFormat::json;
    return fail(ErrorCode::invalid_input, "--log-format: unknown format '" + name + "'");
}

Result<void> leave_out(scan::EngineConfig& engines, const std::string& name) {
    if (name == "clamav")
        engines.clamav = false;
    else if (name == "yara")
        engines.yara = false;
    else if (name == "documents")
        engines.documents = false;
    else
        return fail(ErrorCode::invalid_input, "--without: unknown engine '" + name + "'");
    return {};
}

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    for (std::size_t index = 0; index < words.size(); index += 2) {
        const std::string& option = words[index];
        if (index + 1 == words.size()) return fail(ErrorCode::invalid_input, option + ": a value is missing");
        const std::string& value = words[index + 1];
        if (option == "--clamav")
            arguments.engines.clamav_databases.push_back(value);
        else if (option == "--yara")
            arguments.engines.yara_rules.push_back(value);
        else if (option == "--scratch")
            arguments.scratch = value;
        else if (option == "--without")
            TRY(leave_out(arguments.engines, value));
        else if (option == "--log-level")
            arguments.log_level = TRY(parse_level(value));
        else if (option == "--log-format")
            arguments.log_format = TRY(parse_format(value));
        else
            return fail(ErrorCode::invalid_input, "unknown option " + option);
    }
    if (arguments.scratch.empty()) return fail(ErrorCode::invalid_input, "--scratch DIR is missing");
    return arguments;
}

}  // namespace tocsin::reader
