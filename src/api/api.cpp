#include "api/api.hpp"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "api/records_json.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "store/order_value.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

HttpResponse answer(int status, const json& body) {
    HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return response;
}

HttpResponse refuse(const Error& error) {
    int status = 500;
    switch (error.code) {
        case ErrorCode::invalid_input: status = 400; break;
        case ErrorCode::permission: status = 403; break;
        case ErrorCode::not_found: status = 404; break;
        case ErrorCode::conflict: status = 409; break;
        case ErrorCode::limit:
        case ErrorCode::timed_out:
        case ErrorCode::unavailable: status = 503; break;
        case ErrorCode::closed:
        case ErrorCode::io:
        case ErrorCode::corrupt: break;
    }
    return answer(status, {{"error", error.message}, {"code", to_string(error.code)}});
}

std::optional<std::string> parameter(const proto::HttpTarget& target, std::string_view name) {
    std::optional<std::string_view> value = target.parameter(name);
    if (!value) return std::nullopt;
    return std::string(*value);
}

std::size_t limit_parameter(const proto::HttpTarget& target) {
    std::size_t limit = 100;
    if (auto text = target.parameter("limit"))
        std::from_chars(text->data(), text->data() + text->size(), limit);
    return std::min(limit, limits::listing_rows);
}

std::string text_member(const json& object, const char* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Moment at which an order ends by itself; nullopt: never.
Result<std::optional<TimePoint>> expiry_from(const json& object, TimePoint now) {
    auto seconds = object.find("expires_in_s");
    if (seconds == object.end() || seconds->is_null()) return std::nullopt;
    // A number above 2^63 is no int64_t for the library either: get() would wrap it around.
    bool fits = seconds->is_number_integer() &&
                !(seconds->is_number_unsigned() &&
                  seconds->get<std::uint64_t>() > static_cast<std::uint64_t>(limits::order_expiry_s_max));
    std::int64_t value = fits ? seconds->get<std::int64_t>() : 0;
    if (value <= 0 || value > limits::order_expiry_s_max)
        return fail(ErrorCode::invalid_input, "expires_in_s must be a whole number of seconds from 1 to " +
                                                  std::to_string(limits::order_expiry_s_max) +
                                                  " (ten years); leave it out for an order without an end");
    return TimePoint{now.microseconds + value * 1'000'000};
}

Result<store::Order> order_from(const std::string& body, const std::string& caller, TimePoint now) {
    json object = json::parse(body, nullptr, false);
    if (!object.is_object()) return fail(ErrorCode::invalid_input, "the body must be a JSON object");
    auto action = store::order_action_from(text_member(object, "action"));
    auto kind = store::subject_kind_from(text_member(object, "subject_kind"));
    if (!action) return fail(ErrorCode::invalid_input, "action must be \"block\" or \"hold\"");
    if (!kind)
        return fail(ErrorCode::invalid_input,
                    "subject_kind is not known, for example \"sender\" or \"domain\"");
    store::Order order;
    order.id = make_id(now.microseconds);
    order.action = *action;
    order.subject_kind = *kind;
    order.value = TRY(store::order_value(*kind, text_member(object, "value")));
    order.direction = text_member(object, "direction");
    TRY(store::check_order_direction(order.direction));
    order.reason = text_member(object, "reason");
    order.given_by = text_member(object, "given_by");
    if (order.given_by.empty()) order.given_by = caller;
    order.given_at = now;
    order.expires_at = TRY(expiry_from(object, now));
    return order;
}

}  // namespace

HttpResponse Api::handle(net::Fiber& fiber, const proto::HttpRequest& request, const std::string& caller) {
    Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target) return refuse(target.error());
    const std::string& path = target->path;
    bool get = request.method == "GET", post = request.method == "POST";
    constexpr std::string_view order_prefix = "/v1/orders/";
    if (get && path == "/v1/journal") return list_journal(fiber, *target);
    if (get && path == "/v1/held") return list_held(fiber, *target);
    if (get && path == "/v1/orders") return list_orders(fiber);
    if (post && path == "/v1/orders") return give_order(fiber, request.body, caller);
    if (request.method == "DELETE" && path.starts_with(order_prefix))
        return revoke_order(fiber, path.substr(order_prefix.size()), caller);
    if (get && path == "/v1/status") return answer(200, json::parse(services_.status_json(), nullptr, false));
    return answer(404,
                  {{"error", "no such resource: " + request.method + " " + path}, {"code", "not_found"}});
}

HttpResponse Api::list_journal(net::Fiber& fiber, const proto::HttpTarget& target) {
    store::RecordFilter filter;
    filter.sender = parameter(target, "sender");
    filter.recipient = parameter(target, "recipient");
    filter.subject = parameter(target, "subject");
    filter.direction = parameter(target, "direction");
    filter.verdict = parameter(target, "verdict");
    filter.disposition = parameter(target, "disposition");
    filter.after_id = parameter(target, "after");
    filter.limit = limit_parameter(target);
    auto records = services_.blocking.call(fiber, [&] { return services_.journal.list(filter); });
    if (!records) return refuse(records.error());
    json list = json::array();
    for (const store::Record& record : *records) list.push_back(to_json(record));
    return answer(200, {{"records", std::move(list)}});
}

HttpResponse Api::list_held(net::Fiber& fiber, const proto::HttpTarget& target) {
    store::HeldFilter filter;
    filter.sender = parameter(target, "sender");
    filter.limit = limit_parameter(target);
    auto held = services_.blocking.call(fiber, [&] { return services_.held.list(filter); });
    if (!held) return refuse(held.error());
    json list = json::array();
    for (const store::Held& message : *held) list.push_back(to_json(message));
    return answer(200, {{"held", std::move(list)}});
}

HttpResponse Api::list_orders(net::Fiber& fiber) {
    auto orders = services_.blocking.call(fiber, [&] { return services_.orders.list_all(); });
    if (!orders) return refuse(orders.error());
    json list = json::array();
    for (const store::Order& order : *orders) list.push_back(to_json(order));
    return answer(200, {{"orders", std::move(list)}});
}

HttpResponse Api::give_order(net::Fiber& fiber, const std::string& body, const std::string& caller) {
    Result<store::Order> order = order_from(body, caller, services_.clock.now());
    if (!order) return refuse(order.error());
    Result<void> stored = services_.blocking.call(fiber, [&] { return services_.orders.add(*order); });
    if (!stored) return refuse(stored.error());
    if (Result<void> in_force = services_.orders_changed(fiber); !in_force) return refuse(in_force.error());
    services_.log.write(
        LogLevel::info, "order.given",
        {{"id", order->id}, {"by", order->given_by}, {"action", std::string(to_string(order->action))}});
    return answer(201, to_json(*order));
}

HttpResponse Api::revoke_order(net::Fiber& fiber, const std::string& id, const std::string& caller) {
    TimePoint now = services_.clock.now();
    Result<void> revoked =
        services_.blocking.call(fiber, [&] { return services_.orders.revoke(id, caller, now); });
    if (!revoked) return refuse(revoked.error());
    if (Result<void> in_force = services_.orders_changed(fiber); !in_force) return refuse(in_force.error());
    services_.log.write(LogLevel::info, "order.revoked", {{"id", id}, {"by", caller}});
    return answer(200, {{"revoked", id}});
}

void Api::run_session(net::Fiber& fiber, net::Stream& client) {
    proto::HttpRequestParser parser;
    std::array<std::byte, 16384> buffer;
    std::string caller =
        client.peer().user_id ? "uid " + std::to_string(*client.peer().user_id) : client.peer().describe();
    proto::HttpProgress progress = proto::HttpProgress::need_input;
    while (true) {
        Deadline deadline = net::deadline_in_ms(limits::api_timeout_ms);
        if (progress == proto::HttpProgress::want_continue &&
            !client.write_all(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"), deadline))
            return;
        if (progress == proto::HttpProgress::refused) {
            HttpResponse response = answer(parser.error().status, {{"error", parser.error().why}});
            response.keep_alive = false;
            (void)client.write_all(as_bytes(proto::serialise(response)), deadline);
            return;
        }
        if (progress == proto::HttpProgress::complete) {
            proto::HttpRequest request = parser.take();
            HttpResponse response = handle(fiber, request, caller);
            response.keep_alive = request.keep_alive && !fiber.stop_requested();
            if (!client.write_all(as_bytes(proto::serialise(response)), deadline) || !response.keep_alive)
                return;
            progress = parser.feed({});
            continue;
        }
        net::OnStop on_stop = parser.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client.read_some(buffer, deadline, on_stop);
        if (!got || *got == 0) return;
        progress = parser.feed(ByteView(buffer).first(*got));
    }
}

}  // namespace tocsin::api
