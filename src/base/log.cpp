#include "base/log.hpp"

#include <fmt/core.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tocsin {

std::string log_quoted(std::string_view text) {
    bool plain = !text.empty();
    for (char c : text)
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || static_cast<unsigned char>(c) >= 0x7F)
            plain = false;
    if (plain) return std::string(text);
    std::string out = "\"";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (byte < ' ' || byte == 0x7F) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out.push_back(c);
        }
    }
    return out + '"';
}

namespace {

/// Bytes of the character that begins at `at`; 0: none does (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const unsigned first = byte(at), second = byte(at + 1);
    if (first < 0x80) return 1;
    const auto follows = [&](std::size_t offset) { return (byte(at + offset) & 0xC0U) == 0x80U; };
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second > 0x8F;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string log_json_quoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(text, at);
        const auto first = static_cast<unsigned char>(text[at]);
        if (bytes == 0)
            out += "\xEF\xBF\xBD";
        else if (first == '"' || first == '\\')
            out += {'\\', text[at]};
        else if (first < ' ' || first == 0x7F)
            out += fmt::format("\\u{:04x}", first);
        else
            out += text.substr(at, bytes);
        at += bytes == 0 ? 1 : bytes;
    }
    return out + '"';
}

namespace {

std::string as_text(std::string_view event_id, std::initializer_list<LogField> fields) {
    std::string line(event_id);
    for (const LogField& field : fields) line += fmt::format(" {}={}", field.key, log_quoted(field.value));
    return line;
}

/// The members behind time and level.
std::string as_json(std::string_view event_id, std::initializer_list<LogField> fields) {
    std::string line = "\"event\":" + log_json_quoted(event_id);
    for (const LogField& field : fields)
        line += "," + log_json_quoted(field.key) + ":" + log_json_quoted(field.value);
    return line;
}

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}
}  // namespace

void StderrLog::write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) {
    if (level < least_) return;
    const bool json = format_ == LogFormat::json;
    const std::string line = json ? as_json(event_id, fields) : as_text(event_id, fields);
    spdlog::sinks::stderr_sink_mt sink;
    sink.set_formatter(std::make_unique<spdlog::pattern_formatter>(json ? json_pattern : text_pattern,
                                                                   spdlog::pattern_time_type::utc));
    sink.log(spdlog::details::log_msg("tocsin", to_spdlog(level), line));
    sink.flush();
}

}  // namespace tocsin
