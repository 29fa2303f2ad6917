// Structured log: one line per event on standard error, `time level event-id key=value …`. Event ids are stable (docs/manual).
// Values are quoted and control bytes escaped: a sender's text can never forge a line. Message content is never logged.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tocsin {

enum class LogLevel { debug, info, warning, error };

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
    explicit StderrLog(LogLevel least) : least_(least) {}
    void write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) override;

private:
    LogLevel least_;
};

/// Keeps nothing: for commands whose output is their result.
class NullLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

/// `text` in double quotes where it needs them, with control bytes as \xNN.
[[nodiscard]] std::string log_quoted(std::string_view text);

}  // namespace tocsin
