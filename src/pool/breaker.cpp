#include "pool/breaker.hpp"

namespace tocsin::pool {

void Breaker::note_death(Deadline now) {
    deaths_.push_back(now);
    while (!deaths_.empty() && now - deaths_.front() > std::chrono::milliseconds(limits_.window_ms))
        deaths_.pop_front();
    if (deaths_.size() < limits_.deaths) return;
    deaths_.clear();
    open_until_ = now + std::chrono::milliseconds(limits_.open_ms);
    ++trips_;
}

}  // namespace tocsin::pool
