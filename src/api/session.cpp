// One connection to the API, and who may ask what.
#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "api/access.hpp"
#include "api/answers.hpp"
#include "api/api.hpp"
#include "api/public_page.hpp"
#include "api/routes.hpp"
#include "base/limits.hpp"
#include "base/limits/report_form.hpp"
#include "net/last_words.hpp"

namespace tocsin::api {

using proto::HttpResponse;

HttpResponse Api::handle_stranger(net::Fiber& fiber, const proto::HttpRequest& request,
                                  const std::string& caller) {
    const Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target) return refuse(target.error());
    const std::variant<Admitted, AccessRefused> access = admit(services_.access, request, target->path);
    if (const auto* const admitted = std::get_if<Admitted>(&access)) {
        if (!admitted->person) return handle(fiber, request, caller);
        return handle_person(fiber, request, *target, *admitted->person);
    }
    const auto* const refused = std::get_if<AccessRefused>(&access);
    services_.log.write(
        LogLevel::warning, "api.refused",
        {{"client", caller}, {"method", request.method}, {"path", target->path}, {"why", refused->why}});
    HttpResponse response =
        answer(refused->status,
               {{"error", refused->why}, {"code", refused->status == 401 ? "unauthorized" : "permission"}});
    if (refused->status == 401) response.headers.set("WWW-Authenticate", "Bearer realm=\"tocsin\"");
    // One refusal for each connection: a guess costs one, and so does a line in the log.
    response.keep_alive = false;
    return response;
}

/// In his own name, and within his roles.
HttpResponse Api::handle_person(net::Fiber& fiber, const proto::HttpRequest& request,
                                const proto::HttpTarget& target, const Principal& person) {
    if (const Result<void> known = check_request(request.method, target); !known)
        return refuse(known.error());
    Result<void> may = check_role(person, request.method, target.path);
    if (may) may = check_name(person, request, target);
    if (may) return handle(fiber, request, person.person, &person);
    services_.log.write(LogLevel::warning, "api.refused",
                        {{"client", person.person},
                         {"method", request.method},
                         {"path", target.path},
                         {"why", may.error().message}});
    return refuse(may.error());
}

/// Of a customer's contact, or of somebody who is paged.
HttpResponse Api::handle_link(net::Fiber& fiber, const proto::HttpRequest& request,
                              const std::string& caller) {
    const Result<proto::HttpTarget> target = proto::parse_target(request.target);
    const std::string token = target ? token_in(target->path) : std::string();
    return AcknowledgeLinks::is_one(token) ? acknowledge_.handle(fiber, request, token, caller)
                                           : answers_.handle(fiber, request, caller);
}

/// One connection: reads requests and writes what its door answers.
class Api::Session {
public:
    Session(Api& api, net::Fiber& fiber, net::Stream& client, const DoorConfig& config)
        : api_(api), fiber_(fiber), client_(client), config_(config),
          parser_({.body_bytes = is_form() ? limits::form_body_bytes : limits::http_body_bytes}),
          caller_(client.peer().user_id ? "uid " + std::to_string(*client.peer().user_id)
                                        : client.peer().describe()),
          request_end_(request_end()) {}

    void run() {
        for (proto::HttpProgress progress = proto::HttpProgress::need_input;;) {
            switch (progress) {
                case proto::HttpProgress::want_continue:
                    if (!write("HTTP/1.1 100 Continue\r\n\r\n")) return;
                    break;
                case proto::HttpProgress::refused: return refuse_unread();
                case proto::HttpProgress::complete:
                    if (!answer_request()) return;
                    progress = parser_.feed({});
                    request_end_ = request_end();
                    continue;
                case proto::HttpProgress::need_input: break;
            }
            const std::optional<ByteView> fresh = read();
            if (!fresh) return;
            progress = parser_.feed(*fresh);
        }
    }

private:
    [[nodiscard]] bool is_form() const { return config_.door == ApiDoor::reporters; }
    [[nodiscard]] Deadline request_end() const {
        // A link is a line or two: whoever takes long over it keeps a place from somebody who is paged.
        return net::deadline_in_ms(is_form()                           ? limits::form_request_ms
                                   : config_.door == ApiDoor::contacts ? limits::answers_request_ms
                                                                       : limits::api_request_ms);
    }

    bool write(const std::string& bytes) {
        return client_.write_all(as_bytes(bytes), net::deadline_in_ms(config_.timeout_ms)).has_value();
    }

    /// Whoever is refused may still be sending, and shall read why.
    void last_words() { net::close_after_last_words(client_, net::deadline_in_ms(limits::smtp_refusal_ms)); }

    void refuse_unread() {
        HttpResponse response = refusal(parser_.error());
        response.keep_alive = false;
        static_cast<void>(write(proto::serialise(response)));
        last_words();
    }

    [[nodiscard]] HttpResponse refusal(const proto::HttpError& error) const {
        if (is_form()) return ReportForm::refuse(error);
        std::string why = error.why;
        if (error.status == 413)
            why += ": a request may have " + std::to_string(limits::http_body_bytes) + " bytes";
        return answer(error.status, {{"error", why}});
    }

    HttpResponse respond_to(const proto::HttpRequest& request) {
        switch (config_.door) {
            case ApiDoor::contacts: return api_.handle_link(fiber_, request, caller_);
            case ApiDoor::reporters: {
                const IpAddress peer = parse_ip_address(client_.peer().address).value_or(IpAddress{});
                return api_.form_.handle(fiber_, request,
                                         form_client(peer, config_.forwarded_from, request.headers));
            }
            case ApiDoor::operators: break;
        }
        // The files of our Unix sockets are for our own user alone (mode 0600).
        const bool over_network = !client_.peer().user_id;
        return over_network ? api_.handle_stranger(fiber_, request, caller_)
                            : api_.handle(fiber_, request, caller_);
    }

    /// Whether the connection goes on.
    bool answer_request() {
        proto::HttpRequest request = parser_.take();
        // RFC 9110 section 9.3.2: HEAD is GET without the body. Who watches whether we live often asks so.
        const bool head = request.method == "HEAD";
        if (head) request.method = "GET";
        HttpResponse response = respond_to(request);
        // Someone who reads the form must not keep a place from others in the same house.
        response.keep_alive =
            !is_form() && response.keep_alive && request.keep_alive && !fiber_.stop_requested();
        if (!write(proto::serialise(response, head ? proto::HttpResponseParser::Answers::head_request
                                                   : proto::HttpResponseParser::Answers::other_request)))
            return false;
        if (!response.keep_alive) last_words();
        return response.keep_alive;
    }

    /// Nothing: the client has gone, or was too slow.
    std::optional<ByteView> read() {
        const Deadline silence = net::deadline_in_ms(config_.timeout_ms);
        const net::OnStop on_stop = parser_.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        const Result<std::size_t> got = client_.read_some(buffer_, std::min(silence, request_end_), on_stop);
        if (!got && got.error().code == ErrorCode::timed_out && !parser_.idle())
            api_.services_.log.write(
                LogLevel::warning, "session.timed_out",
                {{"listener", is_form() ? "report_form" : "api"}, {"client", caller_}, {"in", "request"}});
        if (!got || *got == 0) return std::nullopt;
        return ByteView(buffer_).first(*got);
    }

    Api& api_;
    net::Fiber& fiber_;
    net::Stream& client_;
    const DoorConfig& config_;
    proto::HttpRequestParser parser_;
    std::string caller_;
    Deadline request_end_;
    std::array<std::byte, 16384> buffer_{};
};

void Api::run_session(net::Fiber& fiber, net::Stream& client, const DoorConfig& config) {
    const std::optional<IpAddress> address = parse_ip_address(client.peer().address);
    // A web server before us stands for all of its clients.
    const bool counts =
        config.door != ApiDoor::operators && address && !is_believed(*address, config.forwarded_from);
    const auto place =
        counts ? (config.door == ApiDoor::reporters ? form_clients_ : link_clients_).enter(*address)
               : std::optional<net::SessionsPerClient::Place>();
    if (counts && !place) {
        const std::string busy = proto::serialise(
            config.door == ApiDoor::reporters
                ? ReportForm::busy()
                : public_page(
                      503, "Please try again in a minute",
                      "<p>Several requests are on their way from your place. Nothing was changed.</p>"));
        const Deadline deadline = net::deadline_in_ms(limits::smtp_refusal_ms);
        static_cast<void>(client.write_all(as_bytes(busy), deadline));
        return net::close_after_last_words(client, deadline);
    }
    Session(*this, fiber, client, config).run();
}

}  // namespace tocsin::api
