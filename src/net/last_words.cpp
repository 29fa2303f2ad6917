#include "net/last_words.hpp"

#include <array>

namespace tocsin::net {

void close_after_last_words(Stream& stream, Deadline deadline) {
    std::array<std::byte, 16384> dropped;
    bool open = stream.shutdown_write().has_value();
    while (open && steady_now() < deadline) {
        const Result<std::size_t> got = stream.read_some(dropped, deadline, OnStop::give_up);
        open = got && *got > 0;
    }
    stream.close();
}

}  // namespace tocsin::net
