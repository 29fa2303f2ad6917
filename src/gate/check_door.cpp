#include "gate/check_door.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "gate/buffered_content.hpp"
#include "gate/check_envelope.hpp"
#include "gate/client_events.hpp"
#include "gate/judgement.hpp"
#include "gate/reserved_fields.hpp"
#include "gate/rspamd_reply.hpp"
#include "net/last_words.hpp"
#include "pool/outcome_json.hpp"
#include "proto/rspamc_opening.hpp"

namespace tocsin::gate {

namespace {

using Json = nlohmann::ordered_json;
using proto::HttpRequest;
using proto::HttpResponse;

/// Callers send one Rcpt field for each recipient; the others are a few.
constexpr std::size_t header_fields_max = limits::http_header_fields + limits::smtp_recipients;
constexpr std::size_t recipient_bytes = 100;  ///< of a field with an address as they mostly are
constexpr std::size_t header_bytes_max =
    limits::http_header_bytes + limits::smtp_recipients * recipient_bytes;

std::string to_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse answer(int status, std::string body, std::string_view type = "application/json") {
    HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", type);
    response.body = std::move(body);
    return response;
}

/// rspamd's form of an error; callers treat every status but 200 as "try again".
HttpResponse refuse(int status, const std::string& why) {
    return answer(status, to_text({{"error", why}, {"error_domain", "protocol-error"}}));
}

HttpResponse refuse(const Error& error) {
    return refuse(error.code == ErrorCode::permission    ? 403
                  : error.code == ErrorCode::unavailable ? 415
                                                         : 400,
                  error.message);
}

std::string own_reply(const Judgement& judgement, const std::vector<HeaderField>& fields) {
    Json out{{"record", judgement.record_id},
             {"disposition", to_string(judgement.decision.disposition)},
             {"reason", judgement.decision.reason},
             {"decided_by", judgement.decision.by == DecidedBy::order ? "order" : "policy"},
             {"customer", judgement.customer}};
    Json headers = Json::array();
    for (const HeaderField& field : fields) headers.push_back({{"name", field.name}, {"value", field.value}});
    out["add_headers"] = std::move(headers);
    out.update(pool::to_json(judgement.scan));
    return to_text(out);
}

/// Legacy commands of rspamd answer in another shape, which nobody is known to need any more.
enum class Command { ping, rspamd_check, own_scan, unknown };

constexpr CheckRoute all_routes[] = {
    {"GET", "/ping"}, {"HEAD", "/ping"}, {"POST", "/checkv2"}, {"POST", "/v1/scan"}};
constexpr Command command_of_route[] = {Command::ping, Command::ping, Command::rspamd_check,
                                        Command::own_scan};
static_assert(std::size(all_routes) == std::size(command_of_route));

Command command_of(std::string_view method, std::string_view path) {
    for (std::size_t at = 0; at < std::size(all_routes); ++at)
        if (all_routes[at].method == method && all_routes[at].path == path) return command_of_route[at];
    return Command::unknown;
}

/// Who sends it expects an answer for that direction: to judge for the other one without a word would mislead.
bool asks_for_direction(const proto::HttpTarget& target) {
    return std::ranges::any_of(
        target.query, [](const auto& field) { return equals_ignoring_case(field.first, "direction"); });
}

}  // namespace

std::span<const CheckRoute> check_routes() {
    return all_routes;
}

proto::HttpResponse CheckDoor::handle(net::Fiber& fiber, const HttpRequest& request, CheckReply reply) {
    Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target) return refuse(target.error());
    const Command command = command_of(request.method, target->path);
    if (command == Command::ping) return answer(200, "pong\r\n", "text/plain");
    if (command == Command::unknown)
        return refuse(404, "there is POST /checkv2, GET /ping and POST /v1/scan");
    if (command == Command::own_scan && asks_for_direction(*target))
        return refuse(400,
                      "direction: which way a message goes is said by the listener and by [[sender]] of the "
                      "configuration, not by who asks: leave the parameter out");
    Result<Envelope> envelope = envelope_of(request, *target);
    if (!envelope) return refuse(envelope.error());
    if (request.body.empty()) return refuse(400, "the body is empty: send the message as the body");
    Judgement judgement = weigh(services_, fiber, *envelope, as_bytes(request.body));
    record(services_, fiber, *envelope, as_bytes(request.body), judgement, KeptBy::client);
    if (!judgement.recorded) return refuse(503, "the answer could not be recorded, try again later");
    const std::vector<HeaderField> fields = headers_for(services_, *envelope, judgement);
    if (command == Command::own_scan) return answer(200, own_reply(judgement, fields));
    if (reply == CheckReply::rspamc) return answer(200, rspamc_reply(judgement), "text/plain");
    return answer(200, rspamd_reply(judgement, fields, forged_fields(*envelope, request.body, judgement)));
}

std::vector<std::string> CheckDoor::forged_fields(const Envelope& envelope, std::string_view content,
                                                  const Judgement& judgement) const {
    if (envelope.direction != mail::Direction::inbound) return {};
    WithoutReserved rest =
        without_reserved_fields(as_bytes(content), judgement.scan.report.facts.reserved_fields);
    if (rest.refused > 0)
        services_.log.write(LogLevel::warning, "reader.field_range_refused", {{"id", judgement.record_id}});
    return std::move(rest.names);
}

Result<Envelope> CheckDoor::envelope_of(const HttpRequest& request, const proto::HttpTarget& target) const {
    Envelope envelope = TRY(envelope_from(request, target));
    envelope.claim = ContentClaim::nobody;
    envelope.listener = config_.listener;
    envelope.direction =
        services_.rules->senders.direction(config_.direction, envelope.sasl_login, envelope.client_ip);
    return envelope;
}

bool CheckDoor::record_unread(net::Fiber& fiber, const HttpRequest& request, std::size_t seen_bytes,
                              Unread why) {
    const Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target) return true;
    const Command command = command_of(request.method, target->path);
    if (command != Command::rspamd_check && command != Command::own_scan) return true;
    const Result<Envelope> envelope = envelope_of(request, *target);
    if (!envelope) return true;
    Judgement judgement = why == Unread::no_room ? no_room(services_, *envelope, seen_bytes)
                                                 : too_large(services_, *envelope, seen_bytes);
    record(services_, fiber, *envelope, {}, judgement, KeptBy::client);
    return judgement.recorded;
}

/// One connection. Counts what it has read of a request against what all sessions may hold.
class CheckDoor::Session {
public:
    Session(CheckDoor& door, net::Fiber& fiber, net::Stream& client)
        : door_(door), fiber_(fiber), client_(client), parser_({.header_bytes = header_bytes_max,
                                                                .header_fields = header_fields_max,
                                                                .body_bytes = door.services_.message_bytes}),
          patience_(door.config_.patience, net::steady_now()) {}
    ~Session() { forget(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void run() {
        ByteView fresh;
        for (bool open = true; open;) {
            switch (parser_.feed(std::exchange(fresh, {}))) {
                case proto::HttpProgress::want_continue: open = write("HTTP/1.1 100 Continue\r\n\r\n"); break;
                case proto::HttpProgress::need_input: open = read(fresh); break;
                case proto::HttpProgress::refused:
                    refuse_unread();
                    open = false;
                    break;
                case proto::HttpProgress::complete: open = answer_request(); break;
            }
        }
        if (refused_) net::close_after_last_words(client_, net::deadline_in_ms(limits::smtp_refusal_ms));
        client_.close();
    }

private:
    void refuse_request(HttpResponse response) {
        forget();
        response.keep_alive = false;
        write(serialise(response));
        refused_ = true;
    }

    bool write(const std::string& bytes) {
        const Deadline deadline = net::deadline_in_ms(door_.config_.patience.silence_ms);
        return client_.write_all(as_bytes(bytes), deadline).has_value();
    }

    bool read(ByteView& fresh) {
        GateServices& services = door_.services_;
        net::OnStop on_stop = parser_.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client_.read_some(buffer_, patience_.deadline(net::steady_now()), on_stop);
        const bool timed_out = !got && got.error().code == ErrorCode::timed_out;
        if (!got || *got == 0) {
            if (!parser_.idle())
                log_lost_client(services.log, door_.config_.listener, client_.peer(), "request", timed_out);
            return false;
        }
        fresh = ByteView(buffer_).first(*got);
        if (!opening_.decided()) fresh = as_bytes(first_bytes_ = opening_.translate(fresh));
        patience_.received(*got);
        services.buffered_bytes += *got;
        counted_ += *got;
        if (services.buffered_bytes <= services.buffered_bytes_max) return true;
        (void)door_.record_unread(fiber_, parser_.header(), counted_, Unread::no_room);
        refuse_request(refuse(503, "too much mail is being read now, try again later"));
        return false;
    }

    /// A refusal for good that could not be recorded is none.
    void refuse_unread() {
        const proto::HttpError& error = parser_.error();
        const bool large = error.status == 413;
        const bool recorded =
            !large || door_.record_unread(fiber_, parser_.header(), counted_, Unread::too_large);
        refuse_request(recorded ? refuse(error.status, error.why)
                                : refuse(503, "the answer could not be recorded, try again later"));
    }

    bool answer_request() {
        const HttpRequest request = parser_.take();
        HttpResponse response =
            door_.handle(fiber_, request, opening_.spoken() ? CheckReply::rspamc : CheckReply::json);
        if (opening_.spoken()) {
            write(proto::rspamc_answer(response.status, response.body));
            return false;
        }
        response.keep_alive = request.keep_alive && !fiber_.stop_requested();
        const auto answers = request.method == "HEAD" ? proto::HttpResponseParser::Answers::head_request
                                                      : proto::HttpResponseParser::Answers::other_request;
        const bool open = write(serialise(response, answers)) && response.keep_alive;
        forget();
        patience_.message_done(net::steady_now());
        return open;
    }

    void forget() { door_.services_.buffered_bytes -= std::exchange(counted_, 0); }

    CheckDoor& door_;
    net::Fiber& fiber_;
    net::Stream& client_;
    proto::HttpRequestParser parser_;
    proto::RspamcOpening opening_;
    std::string first_bytes_;  ///< what the parser is fed may look into it
    Patience patience_;
    bool refused_ = false;     ///< answered while the client may still be sending
    std::size_t counted_ = 0;  ///< bytes of the request that are in services_.buffered_bytes
    std::array<std::byte, 16384> buffer_{};
};

void CheckDoor::run_session(net::Fiber& fiber, net::Stream& client) {
    Session(*this, fiber, client).run();
}

}  // namespace tocsin::gate
