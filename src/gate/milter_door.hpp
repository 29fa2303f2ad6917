// The filter side of the milter protocol: an MTA asks about each message while its client still waits.
#pragma once

#include <cstdint>
#include <string>

#include "gate/patience.hpp"
#include "gate/sender_table.hpp"
#include "gate/services.hpp"
#include "net/stream.hpp"

namespace tocsin::gate {

/// Where a message is kept that does not pass.
enum class Keep : std::uint8_t {
    here,  ///< in our evidence; the MTA is told to drop it, and its client that it was taken
    mta,   ///< in the MTA's hold queue (Postfix HOLD), when it offers that; else here
};

struct MilterConfig {
    std::string listener;  ///< name in records: "milter"
    ListenerDirection direction = ListenerDirection::by_sender;
    Keep keep = Keep::here;
    /// Within a message. An MTA is silent for as long as its client needs to send the content: libmilter waits for two hours.
    PatienceLimits patience = {.silence_ms = limits::client_message_ms,
                               .message_ms = 2 * limits::client_message_ms};
};

class MilterDoor {
public:
    MilterDoor(MilterConfig config, GateServices& services)
        : config_(std::move(config)), services_(services) {}
    /// Serves one connection of an MTA: many messages, one after the other.
    void run_session(net::Fiber& fiber, net::Stream& mta);

private:
    MilterConfig config_;
    GateServices& services_;
};

}  // namespace tocsin::gate
