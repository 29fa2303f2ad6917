#include "app/webhooks.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "app/dns_answers.hpp"
#include "app/password_file.hpp"
#include "base/ip_network.hpp"
#include "base/limits/hooks.hpp"
#include "base/web_url.hpp"
#include "hooks/signature.hpp"

namespace tocsin::app {

namespace {

using config::WebhookShape;
using hooks::AnswerBody;
using hooks::StepCall;

constexpr std::string_view suspend_path = "/api/admin/suspend/v1";

Result<std::string> one_secret(const std::string& path) {
    return read_password(path, MayRead::its_group);
}

Result<std::string> signing_secret(const std::string& path) {
    const std::string written = TRY(one_secret(path));
    Result<std::string> secret = hooks::secret_of(written);
    if (!secret) return fail(secret.error().code, path + ": " + secret.error().message);
    return secret;
}

/// RDATA of A and AAAA.
std::optional<std::string> ip_of(const std::string& record) {
    constexpr std::size_t four = 4;
    IpAddress address{};
    if (record.size() == four) {
        address[10] = address[11] = 0xFF;
        std::ranges::copy(record, address.end() - four);
    } else if (record.size() == address.size()) {
        std::ranges::copy(record, address.begin());
    } else {
        return std::nullopt;
    }
    return to_text(address);
}

hooks::NoticeShape shape_of(WebhookShape shape) {
    switch (shape) {
        case WebhookShape::slack: return hooks::NoticeShape::slack;
        case WebhookShape::mattermost: return hooks::NoticeShape::mattermost;
        case WebhookShape::teams: return hooks::NoticeShape::teams;
        case WebhookShape::ntfy: return hooks::NoticeShape::ntfy;
        case WebhookShape::json:
        case WebhookShape::kumomta_suspend: break;
    }
    return hooks::NoticeShape::json;
}

StepCall step_call(const respond::Effect& effect, TimePoint now) {
    StepCall step{.key = effect.key,
                  .undoes = effect.undoes,
                  .incident = effect.incident,
                  .step = effect.step,
                  .webhook = effect.parameters.at("webhook"),
                  .attempt = effect.attempt,
                  .values = effect.parameters,
                  .time = now};
    step.values.erase("webhook");
    return step;
}

std::string dry_words(const config::Webhook& webhook, const StepCall& step) {
    const Result<WebUrl> url = parse_web_url(webhook.url);
    std::string words = fmt::format("would call {} at {}", webhook.name, url ? authority_of(*url) : "?");
    for (const auto& [name, value] : step.values) words += fmt::format(", {}: {}", name, value);
    return words;
}

}  // namespace

const config::Webhook* find_webhook(const config::Settings& settings, const std::string& name) {
    const auto found = std::ranges::find(settings.webhooks, name, &config::Webhook::name);
    return found == settings.webhooks.end() ? nullptr : &*found;
}

Result<void> Webhooks::check(net::Fiber& fiber) {
    for (const config::Webhook& webhook : world_.settings.webhooks) {
        Call call{webhook, {}, {}, {}, net::no_deadline};
        Result<void> good = read_secrets(fiber, call);
        const bool encrypted = webhook.url.starts_with("https:");
        if (good && encrypted) {
            if (const auto context = tls_for(fiber, webhook); !context)
                good = std::unexpected(context.error());
        }
        if (!good) return fail(good.error().code, "webhook " + webhook.name + ": " + good.error().message);
    }
    return {};
}

void Webhooks::stop(net::Fiber& fiber) {
    if (dns_) dns_->stop(fiber);
}

Result<std::string> Webhooks::step(net::Fiber& fiber, const respond::Effect& effect) {
    const StepCall step = step_call(effect, world_.clock.now());
    const config::Webhook* webhook = find_webhook(world_.settings, step.webhook);
    if (webhook == nullptr)
        return fail(
            ErrorCode::not_found,
            "no webhook is called " + step.webhook +
                ": write a [[webhook]] of that name (webhooks in the manual), restart, and retry the step");
    if (webhook->shape != WebhookShape::json && webhook->shape != WebhookShape::kumomta_suspend)
        return fail(ErrorCode::invalid_input,
                    fmt::format("webhook {} has the shape {}, which takes notices and no steps",
                                webhook->name, config::to_string(webhook->shape)));
    if (effect.run_kind == respond::RunKind::dry) return dry_words(*webhook, step);
    if (webhook->shape == WebhookShape::kumomta_suspend)
        return step.undoes.empty() ? suspend(fiber, *webhook, step) : resume(fiber, *webhook, step);
    const Call call = TRY(prepare(fiber, *webhook));
    const proto::HttpResponse answer =
        TRY(send(fiber, call, "POST", hooks::step_body(step), step.key, AnswerBody::not_needed));
    return fmt::format("{} answered {}", webhook->name, answer.status);
}

Result<std::string> Webhooks::notice(net::Fiber& fiber, const std::string& address,
                                     const hooks::NoticeCall& notice) {
    // A URL of the list of people: nothing is known of it but where it is.
    config::Webhook bare{.name = {}, .url = address};
    const config::Webhook* webhook = &bare;
    if (address.find("://") == std::string::npos) webhook = find_webhook(world_.settings, address);
    if (webhook == nullptr)
        return fail(ErrorCode::not_found, "no webhook is called " + address + " any more: see [[webhook]]");
    if (webhook->shape == WebhookShape::kumomta_suspend)
        return fail(ErrorCode::invalid_input,
                    "webhook " + webhook->name + " suspends customers, and takes no notices");
    const WebUrl url = TRY(parse_web_url(webhook->url));
    if (webhook == &bare) bare.name = authority_of(url);
    const hooks::NoticeShape shape = shape_of(webhook->shape);
    const Call call = TRY(prepare(fiber, *webhook, hooks::notice_target(shape, url)));
    TRY(send(fiber, call, "POST", hooks::notice_body(shape, notice, url), notice.key,
             AnswerBody::not_needed));
    return "sent to " + webhook->name;
}

/// KumoMTA makes an id of its own for each suspension: ours is known by the key in its reason.
Result<std::string> Webhooks::suspend(net::Fiber& fiber, const config::Webhook& webhook,
                                      const StepCall& step) {
    const std::string body = TRY(hooks::kumomta_suspend_body(step, webhook.suspend_hours));
    const Call call = TRY(prepare(fiber, webhook));
    if (!TRY(suspensions(fiber, call, step.key, step.key)).empty())
        return webhook.name + " had suspended it already";
    TRY(send(fiber, call, "POST", body, step.key, AnswerBody::not_needed));
    return fmt::format("{} suspends tenant {} for {} hours", webhook.name, step.values.at("customer"),
                       webhook.suspend_hours);
}

Result<std::string> Webhooks::resume(net::Fiber& fiber, const config::Webhook& webhook,
                                     const StepCall& step) {
    const Call call = TRY(prepare(fiber, webhook));
    const std::vector<std::string> ids = TRY(suspensions(fiber, call, step.key, step.undoes));
    for (const std::string& id : ids)
        TRY(send(fiber, call, "DELETE", hooks::kumomta_cancel_body(id), step.key, AnswerBody::not_needed));
    return fmt::format("{}: {} suspensions cancelled", webhook.name, ids.size());
}

Result<std::vector<std::string>> Webhooks::suspensions(net::Fiber& fiber, const Call& call,
                                                       const std::string& id, const std::string& key) {
    const proto::HttpResponse list = TRY(send(fiber, call, "GET", {}, id, AnswerBody::wanted));
    return hooks::kumomta_suspensions(list.body, key);
}

Result<Webhooks::Call> Webhooks::prepare(net::Fiber& fiber, const config::Webhook& webhook,
                                         std::string target) {
    WebUrl url = TRY(parse_web_url(webhook.url));
    if (!is_private(url))
        return fail(ErrorCode::invalid_input,
                    authority_of(url) + " is another machine, and the URL has no https://");
    if (webhook.shape == WebhookShape::kumomta_suspend && url.target == "/") url.target = suspend_path;
    if (!target.empty()) url.target = std::move(target);
    Call call{webhook,
              {.name = webhook.name, .url = url, .addresses = {}},
              {},
              {},
              net::deadline_in_ms(webhook.timeout_ms)};
    TRY(read_secrets(fiber, call));
    if (url.scheme == WebScheme::https) call.server.tls = TRY(tls_for(fiber, webhook));
    if (webhook.address) {
        call.server.addresses = {webhook.address->host};
        call.server.port = webhook.address->port;
    } else if (has_ip_host(url)) {
        call.server.addresses = {url.host == "localhost" ? "127.0.0.1" : url.host};
    } else {
        call.server.addresses = TRY(look_up(fiber, url.host, call.deadline));
    }
    return call;
}

Result<void> Webhooks::read_secrets(net::Fiber& fiber, Call& call) {
    if (!call.webhook.secret_file && !call.webhook.authorization_file) return {};
    return world_.blocking.call(fiber, [&]() -> Result<void> {
        if (call.webhook.secret_file) call.secret = TRY(signing_secret(*call.webhook.secret_file));
        if (call.webhook.authorization_file)
            call.authorization = TRY(one_secret(*call.webhook.authorization_file));
        return {};
    });
}

Result<std::shared_ptr<const net::TlsContext>> Webhooks::tls_for(net::Fiber& fiber,
                                                                 const config::Webhook& webhook) {
    const std::string file = webhook.authorities.value_or("");
    if (const auto found = tls_.find(file); found != tls_.end()) return found->second;
    auto context =
        TRY(world_.blocking.call(fiber, [&] { return net::TlsContext::client(net::TlsVerify::peer, file); }));
    return tls_.insert_or_assign(file, std::move(context)).first->second;
}

Result<std::vector<std::string>> Webhooks::look_up(net::Fiber& fiber, const std::string& host,
                                                   Deadline deadline) {
    if (!dns_) {
        auto started = net::DnsResolver::start(world_.loop, dns_config(world_.settings.authentication));
        if (!started) return std::unexpected(started.error());
        dns_ = std::move(*started);
    }
    std::vector<std::string> addresses;
    for (const DnsAnswer& answer :
         dns_->look_up(fiber, {{DnsType::a, host}, {DnsType::aaaa, host}}, deadline))
        for (const std::string& record : answer.records)
            if (const auto ip = ip_of(record); ip && addresses.size() < limits::webhook_addresses)
                addresses.push_back(*ip);
    if (addresses.empty())
        return fail(ErrorCode::unavailable,
                    "DNS has no address of " + host + "; `address` of [[webhook]] can say it");
    return addresses;
}

Result<proto::HttpResponse> Webhooks::send(net::Fiber& fiber, const Call& call, const std::string& method,
                                           std::string body, const std::string& id, AnswerBody answer) {
    proto::HttpRequest request;
    request.method = method;
    request.target = call.server.url.target;
    request.keep_alive = false;
    request.headers.set("User-Agent", "Tocsin");
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    if (!call.authorization.empty()) request.headers.set("Authorization", call.authorization);
    request.body = std::move(body);
    hooks::sign(request, call.secret, id, world_.clock.now());
    return hooks::call(fiber, call.server, request, answer, call.deadline);
}

}  // namespace tocsin::app
