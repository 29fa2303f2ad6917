#include "cli/daemon_client.hpp"

#include <array>
#include <cstdio>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "app/serve.hpp"
#include "base/limits.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

Result<proto::HttpResponse> exchange(net::Fiber& fiber, const std::string& socket,
                                     const proto::HttpRequest& request) {
    Deadline deadline = net::deadline_in_ms(limits::api_timeout_ms);
    auto stream = TRY(net::connect_unix(fiber, socket, deadline));
    std::string words = TRY(proto::serialise(request, "localhost"));
    TRY(stream->write_all(as_bytes(words), deadline));
    proto::HttpResponseParser parser({.body_bytes = limits::message_json_bytes});
    std::array<std::byte, 65536> buffer;
    while (true) {
        std::size_t got = TRY(stream->read_some(buffer, deadline));
        proto::HttpProgress progress =
            got == 0 ? parser.end_of_input() : parser.feed(ByteView(buffer).first(got));
        if (progress == proto::HttpProgress::complete) return parser.take();
        if (progress == proto::HttpProgress::refused || got == 0)
            return fail(ErrorCode::corrupt,
                        "the daemon's answer cannot be understood: " + parser.error().why);
    }
}

/// Calls the daemon and returns its JSON; an error answer becomes an Error.
Result<json> call(const ClientOptions& options, std::string method, std::string target,
                  const json& body = nullptr) {
    proto::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.keep_alive = false;
    request.headers.set("Connection", "close");
    if (!body.is_null()) {
        request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
        request.headers.set("Content-Type", "application/json");
    }
    std::string socket = app::api_socket_path(options.data_folder);
    net::Loop loop;
    Result<proto::HttpResponse> response = fail(ErrorCode::unavailable, "not called");
    loop.spawn([&](net::Fiber& fiber) { response = exchange(fiber, socket, request); });
    loop.run();
    if (!response)
        return fail(ErrorCode::unavailable, "no daemon answers at " + socket + " (" +
                                                response.error().message +
                                                "); start one with `tocsin serve --data " +
                                                options.data_folder + "`, or name its folder with --data");
    json answer = json::parse(response->body, nullptr, false);
    if (answer.is_discarded()) return fail(ErrorCode::corrupt, "the daemon's answer is no JSON");
    if (response->status >= 300) return fail(ErrorCode::invalid_input, answer.value("error", "refused"));
    return answer;
}

int say(const Result<json>& answer) {
    if (answer) return exit_nothing_found;
    // The message may quote what a client or a message said.
    std::fprintf(stderr, "tocsin: %s\n", for_terminal(answer.error().message).c_str());
    return exit_error;
}

std::string text(const json& object, const char* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? for_terminal(found->get<std::string>())
                                                       : std::string();
}

void print_json(const json& value) {
    std::printf("%s\n", value.dump(2, ' ', false, json::error_handler_t::replace).c_str());
}

void print_record(const json& record) {
    std::string to;
    if (record.contains("recipients") && !record["recipients"].empty() && record["recipients"][0].is_string())
        to = for_terminal(record["recipients"][0].get<std::string>());
    fmt::print("{}  {:<8}  {:<11}  {:<10}  {} -> {}  \"{}\"\n", text(record, "time"),
               text(record, "direction"), text(record, "verdict"), text(record, "disposition"),
               text(record, "mail_from"), to, text(record, "subject"));
    if (record.contains("reasons") && record["reasons"].is_array())
        for (const json& reason : record["reasons"])
            if (reason.is_string() && reason != "nothing found")
                fmt::print("                          {}\n", for_terminal(reason.get<std::string>()));
}

void add_parameter(std::string& target, const char* name, const std::string& value) {
    if (value.empty()) return;
    target += (target.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
              proto::percent_encode(value);
}

}  // namespace

int run_journal_list(const ClientOptions& options, const JournalFilter& filter) {
    std::string target = "/v1/journal";
    add_parameter(target, "sender", filter.sender);
    add_parameter(target, "recipient", filter.recipient);
    add_parameter(target, "subject", filter.subject);
    add_parameter(target, "direction", filter.direction);
    add_parameter(target, "verdict", filter.verdict);
    add_parameter(target, "disposition", filter.disposition);
    add_parameter(target, "limit", std::to_string(filter.limit));
    Result<json> answer = call(options, "GET", target);
    if (!answer) return say(answer);
    if (options.json) {
        print_json((*answer)["records"]);
    } else if ((*answer)["records"].empty()) {
        std::printf("No record fits.\n");
    } else {
        for (const json& record : (*answer)["records"]) print_record(record);
    }
    return exit_nothing_found;
}

int run_held_list(const ClientOptions& options) {
    Result<json> answer = call(options, "GET", "/v1/held");
    if (!answer) return say(answer);
    if (options.json) {
        print_json((*answer)["held"]);
        return exit_nothing_found;
    }
    if ((*answer)["held"].empty()) std::printf("No message is held.\n");
    for (const json& held : (*answer)["held"])
        fmt::print("{}  {}  {}  {:<8}  {}  \"{}\"\n    {}\n", text(held, "id"), text(held, "time"),
                   text(held, "state"), text(held, "direction"), text(held, "mail_from"),
                   text(held, "subject"), text(held, "reason"));
    return exit_nothing_found;
}

int run_order_give(const ClientOptions& options, const OrderWords& words) {
    json body{{"action", words.action}, {"subject_kind", words.subject_kind},
              {"value", words.value},   {"direction", words.direction},
              {"reason", words.reason}, {"given_by", words.given_by}};
    if (words.expires_in_s) body["expires_in_s"] = *words.expires_in_s;
    Result<json> answer = call(options, "POST", "/v1/orders", body);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
    } else {
        std::string end = text(*answer, "expires_at");
        fmt::print("Order {} is in force{}: {}.\nUndo it with `tocsin order revoke {}`.\n",
                   text(*answer, "id"), end.empty() ? "" : " until " + end, text(*answer, "meaning"),
                   text(*answer, "id"));
    }
    return exit_nothing_found;
}

int run_order_list(const ClientOptions& options) {
    Result<json> answer = call(options, "GET", "/v1/orders");
    if (!answer) return say(answer);
    if (options.json) {
        print_json((*answer)["orders"]);
        return exit_nothing_found;
    }
    if ((*answer)["orders"].empty()) std::printf("No order was ever given.\n");
    for (const json& order : (*answer)["orders"])
        fmt::print("{}  {}  {:<5}  {} {}  by {}: {}{}\n", text(order, "id"), text(order, "given_at"),
                   text(order, "action"), text(order, "subject_kind"), text(order, "value"),
                   text(order, "given_by"), text(order, "reason"),
                   text(order, "revoked_at").empty() ? "" : "  (revoked " + text(order, "revoked_at") + ")");
    return exit_nothing_found;
}

int run_order_revoke(const ClientOptions& options, const std::string& id) {
    Result<json> answer = call(options, "DELETE", "/v1/orders/" + proto::percent_encode(id));
    if (answer) std::printf("Order %s is no longer in force.\n", for_terminal(id).c_str());
    return say(answer);
}

int run_status(const ClientOptions& options) {
    Result<json> answer = call(options, "GET", "/v1/status");
    if (answer) print_json(*answer);
    return say(answer);
}

}  // namespace tocsin::cli
