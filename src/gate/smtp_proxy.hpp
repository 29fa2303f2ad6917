// A filter before the queue: speaks SMTP to the client, judges the message, and lets the next hop answer for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "gate/journal_writer.hpp"
#include "gate/next_hop.hpp"
#include "gate/order_book.hpp"
#include "gate/policy.hpp"
#include "mail/direction.hpp"
#include "net/stream.hpp"
#include "pool/reader_pool.hpp"
#include "proto/smtp_server_machine.hpp"
#include "store/evidence_store.hpp"

namespace tocsin::gate {

struct ProxyConfig {
    std::string listener;  ///< name in records: "smtp-inbound"
    mail::Direction direction = mail::Direction::inbound;
    std::string host_name;
    NextHopAddress next_hop;
};

/// What sessions of all listeners share. Everything outlives the sessions.
struct GateServices {
    pool::ReaderPool& readers;
    OrderBook& orders;
    JournalWriter& journal;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    std::size_t buffered_bytes =
        0;  ///< content of all sessions now in memory, at most limits::gate_buffered_bytes
};

class SmtpProxy {
public:
    SmtpProxy(ProxyConfig config, GateServices& services) : config_(std::move(config)), services_(services) {}
    /// Serves one client until it leaves.
    void run_session(net::Fiber& fiber, net::Stream& client);

private:
    ProxyConfig config_;
    GateServices& services_;
};

}  // namespace tocsin::gate
