#include "gate/patience.hpp"

#include <algorithm>

namespace tocsin::gate {

Deadline Patience::deadline(Deadline now) const {
    using std::chrono::milliseconds;
    const auto silence = milliseconds(limits_.silence_ms);
    // A session buffers a few hundred megabytes at most: no overflow.
    const auto earned = milliseconds(received_bytes_ * 1000 / std::max<std::size_t>(limits_.bytes_per_s, 1));
    return std::min(
        {now + silence, request_ + silence + earned, message_ + milliseconds(limits_.message_ms)});
}

}  // namespace tocsin::gate
