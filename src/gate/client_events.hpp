// The log's words about a client that was left, that left in the middle of something, or for whom there was no room.
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"

namespace tocsin::gate {

/// `doing`: what the client was about ("command", "content"). A client that goes between two messages is no event.
inline void log_lost_client(Log& log, std::string_view listener, const net::Peer& peer,
                            std::string_view doing, bool timed_out) {
    const std::string door(listener), client = peer.describe(), what(doing);
    if (timed_out)
        log.write(LogLevel::warning, "session.timed_out",
                  {{"listener", door}, {"client", client}, {"in", what}});
    else
        log.write(LogLevel::info, "session.lost", {{"listener", door}, {"client", client}, {"in", what}});
}

/// A message was refused before it came: daemon.buffer_bytes are taken.
inline void log_no_room(Log& log, std::string_view listener) {
    log.write(LogLevel::warning, "gate.no_room", {{"listener", std::string(listener)}});
}

}  // namespace tocsin::gate
