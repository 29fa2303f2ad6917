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
    std::string line(event_id);
    for (const LogField& field : fields) line += fmt::format(" {}={}", field.key, log_quoted(field.value));
    spdlog::sinks::stderr_sink_mt sink;
    sink.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                   spdlog::pattern_time_type::utc));
    sink.log(spdlog::details::log_msg("tocsin", to_spdlog(level), line));
    sink.flush();
}

}  // namespace tocsin
