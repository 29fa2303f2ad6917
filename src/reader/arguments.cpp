#include "reader/arguments.hpp"

#include <charconv>

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

Result<void> leave_out(Arguments& arguments, const std::string& name) {
    if (name == "clamav")
        arguments.engines.clamav = false;
    else if (name == "yara")
        arguments.engines.yara = false;
    else if (name == "documents")
        arguments.engines.documents = false;
    else if (name == "pictures")
        arguments.judge.pictures = rules::PicturesRead::no;
    else
        return fail(ErrorCode::invalid_input, "--without: unknown engine '" + name + "'");
    return {};
}

/// "5,8": from so many points on it is suspicious, and an attack.
Result<rules::Thresholds> parse_points(const std::string& option, std::string_view text) {
    const std::size_t comma = text.find(',');
    rules::Thresholds points;
    const auto number = [](std::string_view digits, std::uint32_t& into) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return error == std::errc{} && end == digits.data() + digits.size() && into > 0;
    };
    if (comma == std::string_view::npos || !number(text.substr(0, comma), points.suspicious) ||
        !number(text.substr(comma + 1), points.phish) || points.phish < points.suspicious)
        return fail(ErrorCode::invalid_input,
                    option + ": two numbers above 0 are expected, the smaller one first");
    return points;
}

/// True: it was an option of the judge's.
Result<bool> parse_judge_option(rules::JudgeConfig& judge, const std::string& option,
                                const std::string& value) {
    if (option == "--rules")
        judge.rules.push_back(value);
    else if (option == "--lists")
        judge.lists.push_back(value);
    else if (option == "--text-model")
        judge.text_model = value;
    else if (option == "--may-do-without")
        judge.may_do_without.push_back(value);
    else if (option == "--trusted-server")
        judge.trusted_servers.push_back(value);
    else if (option == "--trusted-sealer")
        judge.trusted_sealers.push_back(value);
    else if (option == "--points-inbound")
        judge.inbound = TRY(parse_points(option, value));
    else if (option == "--points-outbound")
        judge.outbound = TRY(parse_points(option, value));
    else if (option == "--clauses" && value == "kept")
        judge.clauses = rules::Clauses::kept;
    else
        return false;
    return true;
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
            TRY(leave_out(arguments, value));
        else if (option == "--log-level")
            arguments.log_level = TRY(parse_level(value));
        else if (option == "--log-format")
            arguments.log_format = TRY(parse_format(value));
        else if (!TRY(parse_judge_option(arguments.judge, option, value)))
            return fail(ErrorCode::invalid_input, "unknown option " + option);
    }
    if (arguments.judge.may_do_without.empty())
        arguments.judge.may_do_without = rules::default_may_do_without();
    // The daemon reads the message again without pictures.
    arguments.judge.on_picture_stall = scan::OnStall::end_process;
    if (arguments.scratch.empty()) return fail(ErrorCode::invalid_input, "--scratch DIR is missing");
    return arguments;
}

}  // namespace tocsin::reader
