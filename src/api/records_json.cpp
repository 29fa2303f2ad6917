#include "api/records_json.hpp"

#include <nlohmann/json.hpp>

#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;

/// A JSON text of our own that was stored; anything else is shown as a string.
json stored_json(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    return value.is_discarded() ? json(text) : value;
}

json optional_time(const std::optional<TimePoint>& time) {
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

json fields_of(const store::Record& record) {
    return {{"id", record.id},
            {"time", to_rfc3339(record.time)},
            {"direction", record.direction},
            {"listener", record.listener},
            {"client_ip", record.client_ip},
            {"client_name", record.client_name},
            {"helo", record.helo},
            {"sasl_login", record.sasl_login},
            {"queue_id", record.queue_id},
            {"mail_from", record.mail_from},
            {"recipients", record.recipients},
            {"size_bytes", record.size_bytes},
            {"subject", record.subject},
            {"header_from", record.header_from},
            {"message_id", record.message_id},
            {"verdict", record.verdict},
            {"disposition", record.disposition},
            {"ambiguous", record.ambiguous},
            {"reasons", stored_json(record.reasons)},
            {"findings", stored_json(record.findings)},
            {"outcome", record.outcome},
            {"customer", record.customer},
            {"held_id", record.held_id},
            {"next_hop_reply", record.next_hop_reply},
            {"engine_version", record.engine_version},
            {"elapsed_us", record.elapsed_us},
            {"content_sha256", record.content_sha256},
            {"text_fingerprint", store::fingerprint_text(record.text_fingerprint)}};
}

}  // namespace

json to_json(const store::Record& record) {
    // What the watch saw stands beside the other facts: such a record is an event of the watch (docs/manual/watch.md).
    json out = json::parse(record.watched, nullptr, false);
    if (!out.is_object()) out = json::object();
    if (record.watch_number != 0) out["watch_number"] = record.watch_number;
    out.update(fields_of(record));
    return out;
}

json to_json(const store::Held& held) {
    return {{"id", held.id},
            {"record_id", held.record_id},
            {"time", to_rfc3339(held.time)},
            {"direction", held.direction},
            {"mail_from", held.mail_from},
            {"recipients", held.recipients},
            {"subject", held.subject},
            {"size_bytes", held.size_bytes},
            {"reason", held.reason},
            {"content_sha256", held.content_sha256},
            {"state", to_string(held.state)},
            {"decided_by", held.decided_by},
            {"decided_at", optional_time(held.decided_at)},
            {"decision_note", held.decision_note},
            {"alarm", held.alarm},
            {"customer", held.customer}};
}

json to_json(const store::HeldAct& act) {
    return {{"time", to_rfc3339(act.time)},
            {"act", act.act},
            {"by", act.by.name},
            {"caller", act.by.caller},
            {"note", act.note}};
}

json to_json(const store::Order& order, TimePoint now) {
    const char* state = order.revoked_at                               ? "revoked"
                        : order.expires_at && *order.expires_at <= now ? "expired"
                                                                       : "in_force";
    return {{"id", order.id},
            {"action", to_string(order.action)},
            {"subject_kind", to_string(order.subject_kind)},
            {"value", order.value},
            {"meaning", store::order_meaning(order)},
            {"direction", order.direction},
            {"state", state},
            {"reason", order.reason},
            {"given_by", order.given_by},
            {"given_at", to_rfc3339(order.given_at)},
            {"expires_at", optional_time(order.expires_at)},
            {"revoked_by", order.revoked_by},
            {"revoked_at", optional_time(order.revoked_at)}};
}

}  // namespace tocsin::api
