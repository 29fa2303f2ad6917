// A log that counts what passes through it, so that every event is also a metric.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/log.hpp"

namespace tocsin {

/// Passes every event on, and counts it whether or not the log behind shows it. From any thread.
class CountedLog final : public Log {
public:
    explicit CountedLog(Log& next) : next_(next) {}
    void write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) override;
    /// How often each event was written. Event ids are words of the source, so there are only so many.
    [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> counts() const;

private:
    Log& next_;
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace tocsin
