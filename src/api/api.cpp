#include "api/api.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/openapi.hpp"
#include "api/query.hpp"
#include "api/records_json.hpp"
#include "api/routes.hpp"
#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

/// Moment at which an order ends by itself; nullopt: never.
Result<std::optional<TimePoint>> expiry_from(const json& object, TimePoint now) {
    auto seconds = object.find("expires_in_s");
    if (seconds == object.end()) return std::nullopt;
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
    constexpr Member members[] = {{"action"},
                                  {"subject_kind"},
                                  {"value"},
                                  {"reason"},
                                  {"direction"},
                                  {"given_by"},
                                  {"expires_in_s", MemberKind::other}};
    const json object = TRY(object_from(body, members));
    auto action = store::order_action_from(text_member(object, "action"));
    auto kind = store::subject_kind_from(text_member(object, "subject_kind"));
    if (!action) return fail(ErrorCode::invalid_input, "action must be \"block\", \"hold\" or \"pace\"");
    if (!kind)
        return fail(ErrorCode::invalid_input,
                    "subject_kind is not known, for example \"sender\" or \"domain\"");
    store::Order order;
    order.id = make_id(now.microseconds);
    order.action = *action;
    order.subject_kind = *kind;
    order.value = text_member(object, "value");
    // A similar one may name a record: who gives it looks that up.
    if (*kind != store::SubjectKind::similar) order.value = TRY(store::order_value(*kind, order.value));
    order.direction = text_member(object, "direction");
    TRY(store::check_order_action(*action, *kind));
    TRY(store::check_order_direction(order.direction));
    order.reason = text_member(object, "reason");
    if (!order.reason.empty() && trim(order.reason).empty())
        return fail(ErrorCode::invalid_input, "reason says nothing: write why, or leave it out");
    order.given_by = text_member(object, "given_by");
    if (order.given_by.empty()) order.given_by = caller;
    order.given_at = now;
    order.expires_at = TRY(expiry_from(object, now));
    return order;
}

/// One page of a listing, how many entries fit in all (wherever the page begins; a moment before which they are is part of what
/// fits), and whether there are older ones behind the page.
template <typename Entry>
struct Page {
    std::vector<Entry> entries;
    std::uint64_t total = 0;
    bool more = false;
};

template <typename Store, typename Filter>
auto page_of(Store& store, const Filter& filter)
    -> Result<Page<typename decltype(store.list(filter))::value_type::value_type>> {
    Page<typename decltype(store.list(filter))::value_type::value_type> page;
    // A page behind an entry that does not exist would look like the end of the listing.
    if (filter.before_id) TRY(store.get(*filter.before_id));
    page.entries = TRY(store.list(filter));
    Filter all = filter;
    all.before_id.reset();
    page.total = TRY(store.count(all));
    // What came in since the listing was read is no further page of it.
    page.more = page.entries.size() >= filter.limit && TRY(store.count(filter)) > page.entries.size();
    return page;
}

constexpr auto one_json = [](const auto& entry) { return to_json(entry); };

template <typename Entry, typename ToJson>
json listing(const char* name, const Page<Entry>& page, ToJson&& entry_json) {
    json list = json::array();
    for (const Entry& entry : page.entries) list.push_back(entry_json(entry));
    return {{name, std::move(list)}, {"total", page.total}, {"more", page.more}};
}

Result<store::RecordFilter> record_filter(const proto::HttpTarget& target) {
    store::RecordFilter filter;
    filter.sender = TRY(sender_parameter(target));
    filter.recipient = TRY(recipient_parameter(target));
    filter.subject = parameter(target, "subject");
    filter.direction = TRY(word_parameter(target, "direction", direction_words));
    filter.verdict = TRY(word_parameter(target, "verdict", verdict_words));
    filter.disposition = TRY(word_parameter(target, "disposition", disposition_words));
    filter.customer = parameter(target, "customer");
    filter.link_domain = TRY(order_parameter(target, "link_domain", store::SubjectKind::link_domain));
    filter.attachment_sha256 =
        TRY(order_parameter(target, "attachment_sha256", store::SubjectKind::content_sha256));
    filter.sasl_login = parameter(target, "login");
    filter.queue_id = parameter(target, "queue_id");
    filter.from = TRY(moment_parameter(target, "since"));
    filter.limit = TRY(limit_parameter(target));
    PageStart before = TRY(before_parameter(target));
    filter.before_id = std::move(before.id);
    filter.until = before.time;
    return filter;
}

Result<store::HeldFilter> held_filter(const proto::HttpTarget& target) {
    store::HeldFilter filter;
    filter.sender = TRY(sender_parameter(target));
    filter.recipient = TRY(recipient_parameter(target));
    filter.customer = parameter(target, "customer");
    if (const auto state = TRY(word_parameter(target, "state", held_state_words))) {
        filter.state = store::held_state_from(*state);
        if (!filter.state) filter.choice = store::HeldChoice::waiting;
    }
    filter.limit = TRY(limit_parameter(target));
    PageStart before = TRY(before_parameter(target));
    filter.before_id = std::move(before.id);
    filter.until = before.time;
    return filter;
}

Result<store::OrderFilter> order_filter(const proto::HttpTarget& target, TimePoint now) {
    constexpr std::string_view all_words[] = {"0", "1"};
    store::OrderFilter filter;
    if (TRY(word_parameter(target, "all", all_words)).value_or("0") == "0") filter.in_force_at = now;
    filter.limit = TRY(limit_parameter(target));
    PageStart before = TRY(before_parameter(target));
    if (before.time) return fail(ErrorCode::invalid_input, "before must be the id of an order");
    filter.before_id = std::move(before.id);
    return filter;
}

HttpResponse show_openapi() {
    HttpResponse response;
    response.headers.set("Content-Type", "application/json");
    response.body = openapi_json();
    return response;
}

}  // namespace

HttpResponse Api::handle(net::Fiber& fiber, const proto::HttpRequest& request, const std::string& caller,
                         const Principal* person) {
    Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target) return refuse(target.error());
    if (Result<void> known = check_request(request.method, *target); !known) return refuse(known.error());
    const std::string& path = target->path;
    bool get = request.method == "GET", post = request.method == "POST";
    constexpr std::string_view order_prefix = "/v1/orders/", record_prefix = "/v1/journal/",
                               held_prefix = "/v1/held/";
    if (get && path == "/v1/journal") return list_journal(fiber, *target);
    if (get && path.starts_with(record_prefix)) return show_record(fiber, path.substr(record_prefix.size()));
    if (get && path == "/v1/held") return list_held(fiber, *target);
    if (path.starts_with(held_prefix))
        return quarantine_.handle(fiber, request, *target, path.substr(held_prefix.size()), caller);
    if (get && path == "/v1/orders") return list_orders(fiber, *target);
    if (post && path == "/v1/orders") return give_order(fiber, request.body, caller);
    if (request.method == "DELETE" && path.starts_with(order_prefix))
        return revoke_order(fiber, path.substr(order_prefix.size()),
                            parameter(*target, "by").value_or(caller));
    if (WatchRequests::is_about_watch(path)) return watch_.handle(fiber, request, *target, caller);
    if (RespondRequests::is_about_response(path))
        return respond_.handle(fiber, request, *target, {caller, person});
    if (TokenRequests::is_about_tokens(path)) return tokens_.handle(fiber, request, *target, caller);
    if (get && path == "/v1/status") return show_status(fiber);
    if (get && path == "/v1/openapi.json") return show_openapi();
    if (get && path == "/metrics") return show_metrics(fiber);
    if (get && path == "/health") return answer(200, {{"health", "ok"}});
    if (get && path == "/ready") return show_readiness(fiber);
    return answer(404,
                  {{"error", "no such resource: " + request.method + " " + path}, {"code", "not_found"}});
}

HttpResponse Api::list_journal(net::Fiber& fiber, const proto::HttpTarget& target) {
    Result<store::RecordFilter> filter = record_filter(target);
    if (!filter) return refuse(filter.error());
    std::optional<std::uint64_t> campaign;
    if (const auto word = parameter(target, "campaign")) {
        const Result<std::uint64_t> fingerprint = fingerprint_of(fiber, *word);
        if (!fingerprint) return refuse(fingerprint.error());
        campaign = *fingerprint;
    }
    auto page = services_.blocking.call(fiber, [&]() -> Result<Page<store::Record>> {
        if (campaign) filter->text_fingerprints = TRY(services_.journal.similar_fingerprints(*campaign));
        return page_of(services_.journal, *filter);
    });
    return page ? answer(200, listing("records", *page, one_json)) : refuse(page.error());
}

/// A refusal quotes the record's id to the sender, a held message its own id: either finds the record.
Result<store::Record> Api::find_record(net::Fiber& fiber, const std::string& id) {
    return services_.blocking.call(fiber, [&]() -> Result<store::Record> {
        Result<store::Record> found = services_.journal.get(id);
        if (found || found.error().code != ErrorCode::not_found) return found;
        Result<store::Held> held = services_.held.get(id);
        if (held) return services_.journal.get(held->record_id);
        return fail(held.error().code, held.error().code == ErrorCode::not_found
                                           ? "no record and no held message has the id " + id
                                           : held.error().message);
    });
}

/// `word`: a fingerprint, or the id of a record or held message whose text it is.
Result<std::uint64_t> Api::fingerprint_of(net::Fiber& fiber, const std::string& word) {
    if (const auto fingerprint = store::fingerprint_from(word)) return *fingerprint;
    const store::Record record = TRY(find_record(fiber, word));
    if (record.text_fingerprint != 0) return record.text_fingerprint;
    return fail(ErrorCode::invalid_input,
                "the message " + word + " has too little text to tell which others are similar");
}

HttpResponse Api::show_record(net::Fiber& fiber, const std::string& id) {
    Result<store::Record> record = find_record(fiber, id);
    return record ? answer(200, to_json(*record)) : refuse(record.error());
}

HttpResponse Api::list_held(net::Fiber& fiber, const proto::HttpTarget& target) {
    Result<store::HeldFilter> filter = held_filter(target);
    if (!filter) return refuse(filter.error());
    auto page = services_.blocking.call(fiber, [&] { return page_of(services_.held, *filter); });
    return page ? answer(200, listing("held", *page, one_json)) : refuse(page.error());
}

HttpResponse Api::list_orders(net::Fiber& fiber, const proto::HttpTarget& target) {
    TimePoint now = services_.clock.now();
    Result<store::OrderFilter> filter = order_filter(target, now);
    if (!filter) return refuse(filter.error());
    std::uint64_t ever = 0;
    auto page = services_.blocking.call(fiber, [&]() -> Result<Page<store::Order>> {
        ever = TRY(services_.orders.count({}));
        return page_of(services_.orders, *filter);
    });
    if (!page) return refuse(page.error());
    json body = listing("orders", *page, [now](const store::Order& order) { return to_json(order, now); });
    body["ended"] = filter->in_force_at ? ever - std::min(ever, page->total) : 0;
    return answer(200, body);
}

HttpResponse Api::give_order(net::Fiber& fiber, const std::string& body, const std::string& caller) {
    Result<store::Order> order = order_from(body, caller, services_.clock.now());
    if (!order) return refuse(order.error());
    if (order->subject_kind == store::SubjectKind::similar) {
        Result<std::uint64_t> fingerprint = fingerprint_of(fiber, order->value);
        if (!fingerprint) return refuse(fingerprint.error());
        order->value = store::fingerprint_text(*fingerprint);
    }
    Result<void> stored = services_.blocking.call(fiber, [&] { return services_.orders.add(*order); });
    if (!stored) return refuse(stored.error());
    if (Result<void> in_force = services_.orders_changed(fiber); !in_force) return refuse(in_force.error());
    services_.log.write(
        LogLevel::info, "order.given",
        {{"id", order->id}, {"by", order->given_by}, {"action", std::string(to_string(order->action))}});
    json body_out = to_json(*order, services_.clock.now());
    if (order->subject_kind == store::SubjectKind::customer && services_.knows_customer &&
        !services_.knows_customer(order->value))
        body_out["warning"] = "no customer of the configuration has the name \"" + order->value +
                              "\": the order fits nothing until there is one";
    return answer(201, body_out);
}

HttpResponse Api::revoke_order(net::Fiber& fiber, const std::string& id, const std::string& by) {
    TimePoint now = services_.clock.now();
    Result<void> revoked =
        services_.blocking.call(fiber, [&] { return services_.orders.revoke(id, by, now); });
    if (!revoked) return refuse(revoked.error());
    if (Result<void> in_force = services_.orders_changed(fiber); !in_force) return refuse(in_force.error());
    services_.log.write(LogLevel::info, "order.revoked", {{"id", id}, {"by", by}});
    return answer(200, {{"revoked", id}});
}

}  // namespace tocsin::api
