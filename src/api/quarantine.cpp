#include "api/quarantine.hpp"

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "api/records_json.hpp"
#include "api/routes.hpp"
#include "base/ascii.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

HttpResponse no_such(const std::string& what) {
    return answer(404, {{"error", "no such resource: " + what}, {"code", "not_found"}});
}

}  // namespace

HttpResponse Quarantine::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                const proto::HttpTarget& target, const std::string& rest,
                                const std::string& caller) {
    const std::size_t slash = rest.find('/');
    const std::string id = rest.substr(0, slash),
                      action = slash == std::string::npos ? "" : rest.substr(slash + 1);
    const store::Actor by{parameter(target, "by").value_or(caller), caller};
    const bool get = request.method == "GET";
    if (get && action.empty()) return show(fiber, id);
    if (get && action == "message") return message(fiber, id, by);
    if (get && action == "content") return content(fiber, id, by);
    if (request.method == "POST" && action == "release") return release(fiber, id, request.body, caller);
    if (request.method == "DELETE" && action.empty())
        return discard(fiber, id, by, parameter(target, "why").value_or(""));
    return no_such(request.method + " " + target.path);
}

Result<store::Held> Quarantine::find(net::Fiber& fiber, const std::string& id) {
    Result<store::Held> held = services_.blocking.call(fiber, [&] { return services_.held.get(id); });
    if (!held && held.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found, "no held message has the id " + id);
    return held;
}

Result<Bytes> Quarantine::evidence_of(net::Fiber& fiber, const store::Held& held) {
    const Hash256 hash = TRY(store::hash_from_hex(held.content_sha256));
    Result<Bytes> content = services_.blocking.call(fiber, [&] { return services_.evidence.get(hash); });
    if (!content && content.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found,
                    held.decided_by.empty()
                        ? "the content of " + held.id +
                              " is lost: nobody decided about it, and its file is not in the folder of evidence. "
                              "Restore that folder from its backup, or delete the entry"
                        : "the content of " + held.id + " is no longer kept: it was " +
                              std::string(to_string(held.state)) + " by " + held.decided_by);
    return content;
}

Result<void> Quarantine::note(net::Fiber& fiber, const std::string& id, const char* act,
                              const store::Actor& by) {
    const store::HeldAct entry{id, services_.clock.now(), act, by, ""};
    return services_.blocking.call(fiber, [&] { return services_.held.note(entry); });
}

HttpResponse Quarantine::show(net::Fiber& fiber, const std::string& id) {
    Result<store::Held> held = find(fiber, id);
    if (!held) return refuse(held.error());
    json body = to_json(*held);
    auto acts = services_.blocking.call(fiber, [&] { return services_.held.acts(id); });
    if (!acts) return refuse(acts.error());
    body["acts"] = json::array();
    for (const store::HeldAct& act : *acts) body["acts"].push_back(to_json(act));
    auto record = services_.blocking.call(fiber, [&] { return services_.journal.get(held->record_id); });
    body["record"] = record ? to_json(*record) : json(nullptr);
    return answer(200, body);
}

HttpResponse Quarantine::message(net::Fiber& fiber, const std::string& id, const store::Actor& by) {
    Result<store::Held> held = find(fiber, id);
    if (!held) return refuse(held.error());
    Result<Bytes> content = evidence_of(fiber, *held);
    if (!content) return refuse(content.error());
    if (Result<void> noted = note(fiber, id, "read", by); !noted) return refuse(noted.error());
    Result<std::string> model = services_.actions.read(fiber, held->direction, *content);
    if (!model) return refuse(model.error());
    HttpResponse response;
    response.headers.set("Content-Type", "application/json");
    response.body = std::move(*model);
    return response;
}

HttpResponse Quarantine::content(net::Fiber& fiber, const std::string& id, const store::Actor& by) {
    Result<store::Held> held = find(fiber, id);
    if (!held) return refuse(held.error());
    Result<Bytes> content = evidence_of(fiber, *held);
    if (!content) return refuse(content.error());
    if (Result<void> noted = note(fiber, id, "downloaded", by); !noted) return refuse(noted.error());
    return hostile_file(held->id + ".eml", *content);
}

HttpResponse Quarantine::release(net::Fiber& fiber, const std::string& id, const std::string& body,
                                 const std::string& caller) {
    constexpr Member members[] = {{"why"}, {"by"}, {"again", MemberKind::flag}};
    const Result<json> words = object_from(body, members);
    if (!words) return refuse(words.error());
    ReleaseOrder order;
    order.held_id = id;
    order.by = {text_member(*words, "by"), caller};
    if (order.by.name.empty()) order.by.name = caller;
    order.why = text_member(*words, "why");
    order.again = words->value("again", false);
    if (trim(order.why).empty()) return refuse({ErrorCode::invalid_input, "say why it is released"});
    if (Result<store::Held> held = find(fiber, id); !held) return refuse(held.error());
    Result<ReleaseAnswer> released = services_.actions.release(fiber, order);
    if (!released) return refuse(released.error());
    return answer(200,
                  {{"released", id}, {"next_hop_reply", released->reply}, {"refused", released->refused}});
}

HttpResponse Quarantine::discard(net::Fiber& fiber, const std::string& id, const store::Actor& by,
                                 const std::string& why) {
    if (trim(why).empty()) return refuse({ErrorCode::invalid_input, "say why it is deleted"});
    Result<store::Held> held = find(fiber, id);
    if (!held) return refuse(held.error());
    const TimePoint now = services_.clock.now();
    // One whose release ended in the dark may have been delivered: then it is closed by this.
    const store::HeldState from =
        held->state == store::HeldState::releasing ? held->state : store::HeldState::held;
    Result<void> done = services_.blocking.call(
        fiber, [&] { return services_.held.move(id, from, store::HeldState::discarded, by, now, why); });
    if (!done && done.error().code == ErrorCode::conflict)
        return refuse({ErrorCode::conflict,
                       "it is not held: " + std::string(to_string(held->state)) + " by " + held->decided_by});
    if (!done) return refuse(done.error());
    services_.log.write(LogLevel::info, "held.discarded", {{"id", id}, {"by", by.name}, {"why", why}});
    return answer(200, {{"deleted", id}});
}

}  // namespace tocsin::api
