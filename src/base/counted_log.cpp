#include "base/counted_log.hpp"

namespace tocsin {

void CountedLog::write(LogLevel level, std::string_view event_id, std::initializer_list<LogField> fields) {
    {
        const std::lock_guard lock(mutex_);
        auto found = counts_.find(event_id);
        if (found == counts_.end()) found = counts_.emplace(std::string(event_id), 0).first;
        ++found->second;
    }
    next_.write(level, event_id, fields);
}

std::map<std::string, std::uint64_t, std::less<>> CountedLog::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace tocsin
