// Mail servers and programs that ask over HTTP: the protocol of rspamd, so that Exim, Haraka, Postal, KumoMTA and rspamc work
// unchanged as long as they send messages as they are (a compressed body is answered 415), and our own with the whole explained
// verdict.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gate/envelope.hpp"
#include "gate/judgement.hpp"
#include "gate/patience.hpp"
#include "gate/sender_table.hpp"
#include "gate/services.hpp"
#include "net/stream.hpp"
#include "proto/http.hpp"

namespace tocsin::gate {

struct CheckConfig {
    std::string listener;  ///< name in records: "check"
    ListenerDirection direction = ListenerDirection::by_sender;
    PatienceLimits patience = {.silence_ms = limits::check_timeout_ms};
};

/// Why a message was not read.
enum class Unread : std::uint8_t { too_large, no_room };

/// In which words /checkv2 is answered.
enum class CheckReply : std::uint8_t { json, rspamc };

/// A request that the door answers.
struct CheckRoute {
    std::string_view method, path;
};
/// All of them, as docs/api/openapi.json has them.
[[nodiscard]] std::span<const CheckRoute> check_routes();

/// `POST /checkv2`, `GET /ping` (rspamd's worker protocol), `CHECK RSPAMC/1.3` (Exim), `POST /v1/scan` (ours). Whoever asks
/// keeps the message: nothing is held here, every answer is recorded first.
class CheckDoor {
public:
    CheckDoor(CheckConfig config, GateServices& services) : config_(std::move(config)), services_(services) {}
    /// Serves one connection until it closes.
    void run_session(net::Fiber& fiber, net::Stream& client);
    /// Answers one request.
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             CheckReply reply = CheckReply::json);

private:
    class Session;
    [[nodiscard]] Result<Envelope> envelope_of(const proto::HttpRequest& request,
                                               const proto::HttpTarget& target) const;
    /// Names of the fields that came under our own names and are to be taken out; of what goes out, none are.
    [[nodiscard]] std::vector<std::string> forged_fields(const Envelope& envelope, std::string_view content,
                                                         const Judgement& judgement) const;
    /// The record of a message that was refused while it came; only requests that bring one have it. False: it is not on disk.
    bool record_unread(net::Fiber& fiber, const proto::HttpRequest& request, std::size_t seen_bytes,
                       Unread why);

    CheckConfig config_;
    GateServices& services_;
};

}  // namespace tocsin::gate
