// Programs that speak to clamd: they get Tocsin's verdict in clamd's words.
#pragma once

#include <string>

#include "gate/patience.hpp"
#include "gate/sender_table.hpp"
#include "gate/services.hpp"
#include "net/stream.hpp"

namespace tocsin::gate {

struct ClamdConfig {
    std::string listener;  ///< name in records: "clamd"
    ListenerDirection direction = ListenerDirection::inbound;
    std::string version;    ///< reply to VERSION
    std::string scan_root;  ///< SCAN reads files below it; empty: none
    PatienceLimits patience = {.silence_ms = limits::check_timeout_ms};
};

/// INSTREAM, SCAN, PING, VERSION, STATS, IDSESSION. What the gate would not let pass is `NAME FOUND`; what could not
/// be scanned is `ERROR`, never OK. Whoever asks keeps the message; every answer is recorded first.
class ClamdDoor {
public:
    ClamdDoor(ClamdConfig config, GateServices& services) : config_(std::move(config)), services_(services) {}
    void run_session(net::Fiber& fiber, net::Stream& client);

private:
    ClamdConfig config_;
    GateServices& services_;
};

}  // namespace tocsin::gate
