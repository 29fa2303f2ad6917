// A filter before the queue: speaks SMTP to the client, judges the message, and lets the next hop answer for it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "gate/next_hop.hpp"
#include "gate/patience.hpp"
#include "gate/sender_table.hpp"
#include "gate/services.hpp"
#include "net/sessions_per_client.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "proto/smtp_server_machine.hpp"

namespace tocsin::gate {

struct ProxyConfig {
    std::string listener;  ///< name in records: "smtp-inbound"
    ListenerDirection direction = ListenerDirection::inbound;
    std::string host_name;
    NextHopAddress next_hop;
    proto::SmtpTls tls = proto::SmtpTls::none;
    std::shared_ptr<const net::TlsContext> tls_context =
        {};  ///< the listener's certificate; needed unless `none`
    /// Relays that may say for whom they speak (XFORWARD, XCLIENT), and to which limits::smtp_sessions_per_client does not
    /// apply.
    std::vector<IpNetwork> trusted_networks = {};
    PatienceLimits patience = {};
};

class SmtpProxy {
public:
    SmtpProxy(ProxyConfig config, GateServices& services) : config_(std::move(config)), services_(services) {}
    /// Serves one client until it leaves.
    void run_session(net::Fiber& fiber, net::Stream& client);
    /// A renewed certificate, for every handshake from now on; a session that has shaken hands keeps its own.
    void use_certificate(std::shared_ptr<const net::TlsContext> context) {
        config_.tls_context = std::move(context);
    }

private:
    [[nodiscard]] bool is_trusted(const IpAddress& client) const;

    ProxyConfig config_;
    GateServices& services_;
    net::SessionsPerClient clients_{limits::smtp_sessions_per_client};
};

}  // namespace tocsin::gate
