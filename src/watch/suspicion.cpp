#include "watch/suspicion.hpp"

#include <algorithm>
#include <array>

#include "base/limits/watch.hpp"

namespace tocsin::watch {

std::string_view to_string(Signal signal) {
    constexpr std::array<std::string_view, signal_count> names = {
        "link_domain",  "link_share", "page",     "sender",   "reply_to",
        "words",        "attachment", "audience", "hour",     "access",
        "account_acts", "credential", "volume",   "outcomes", "group"};
    return names[static_cast<std::size_t>(signal)];
}

void SuspicionHistory::note(Suspicion suspicion, Day day) {
    const Entry entry{.day = day, .suspicion = suspicion};
    const auto at = std::ranges::lower_bound(entries_, entry);
    if (at != entries_.end() && *at == entry) return;
    entries_.insert(at, entry);
    if (entries_.size() > limits::watch_suspicions) entries_.erase(entries_.begin());
}

std::size_t SuspicionHistory::at_least(Suspicion suspicion) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        entries_, [&](const Entry& entry) { return entry.suspicion.at_least(suspicion); }));
}

void SuspicionHistory::join(const SuspicionHistory& other) {
    for (const Entry& entry : other.entries_) note(entry.suspicion, entry.day);
}

}  // namespace tocsin::watch
