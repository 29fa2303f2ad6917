// Structured log: one line per event on standard error, `time level event-id key=value …`. Event ids are stable (docs/manual).
// Values are quoted and control bytes escaped: a sender's text can never forge a line. Message content is never logged.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tocsin {

enum class LogLevel { debug, info, warning, error };
/// One line per event: `time level event-id key=value …`, or one JSON object with the members time, level, event and the keys.
enum class LogFormat { text, json };

struct LogField {
    std::string_view key;
    std::string value;
};

class Log {
public:
    virtual ~Log() = default;
    /// Writes one event. `event_id` is a stable dotted name such as `reader.respawned`.
    virtual void write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) = 0;
};

/// Writes to standard error through spdlog.
class StderrLog final : public Log {
public:
    explicit StderrLog(LogLevel least, LogFormat format = LogFormat::text) : least_(least), format_(format) {}
    void write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) override;

private:
    LogLevel least_;
    LogFormat format_;
};

/// Keeps nothing: for commands whose output is their result.
class NullLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

/// `text` in double quotes where it needs them, with control bytes as \xNN.
[[nodiscard]] std::string log_quoted(std::string_view text);
/// `text` as a JSON string (RFC 8259 section 7), in quotes. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string log_json_quoted(std::string_view text);

}  // namespace tocsin
