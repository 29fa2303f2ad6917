// One connection to the API, and who may ask what.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "api/access.hpp"
#include "api/answers.hpp"
#include "api/api.hpp"
#include "api/public_page.hpp"
#include "api/routes.hpp"
#include "base/limits.hpp"
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

void Api::run_session(net::Fiber& fiber, net::Stream& client, std::uint32_t timeout_ms, ApiDoor door) {
    proto::HttpRequestParser parser;
    std::array<std::byte, 16384> buffer;
    std::string caller =
        client.peer().user_id ? "uid " + std::to_string(*client.peer().user_id) : client.peer().describe();
    // The files of our Unix sockets are for our own user alone (mode 0600).
    const bool over_network = !client.peer().user_id;
    proto::HttpProgress progress = proto::HttpProgress::need_input;
    Deadline request_end = net::deadline_in_ms(limits::api_request_ms);
    // Whoever is refused may still be sending, and shall read why.
    const auto last_words = [&] {
        net::close_after_last_words(client, net::deadline_in_ms(limits::smtp_refusal_ms));
    };
    while (true) {
        Deadline deadline = net::deadline_in_ms(timeout_ms);
        if (progress == proto::HttpProgress::want_continue &&
            !client.write_all(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"), deadline))
            return;
        if (progress == proto::HttpProgress::refused) {
            std::string why = parser.error().why;
            if (parser.error().status == 413)
                why += ": a request may have " + std::to_string(limits::http_body_bytes) + " bytes";
            HttpResponse response = answer(parser.error().status, {{"error", why}});
            response.keep_alive = false;
            (void)client.write_all(as_bytes(proto::serialise(response)), deadline);
            return last_words();
        }
        if (progress == proto::HttpProgress::complete) {
            proto::HttpRequest request = parser.take();
            HttpResponse response = door == ApiDoor::contacts ? handle_link(fiber, request, caller)
                                    : over_network            ? handle_stranger(fiber, request, caller)
                                                              : handle(fiber, request, caller);
            response.keep_alive = response.keep_alive && request.keep_alive && !fiber.stop_requested();
            if (!client.write_all(as_bytes(proto::serialise(response)), deadline)) return;
            if (!response.keep_alive) return last_words();
            progress = parser.feed({});
            request_end = net::deadline_in_ms(limits::api_request_ms);
            continue;
        }
        net::OnStop on_stop = parser.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client.read_some(buffer, std::min(deadline, request_end), on_stop);
        if (!got && got.error().code == ErrorCode::timed_out && !parser.idle())
            services_.log.write(LogLevel::warning, "session.timed_out",
                                {{"listener", "api"}, {"client", caller}, {"in", "request"}});
        if (!got || *got == 0) return;
        progress = parser.feed(ByteView(buffer).first(*got));
    }
}

}  // namespace tocsin::api
