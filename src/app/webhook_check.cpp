#include "app/webhook_check.hpp"

#include <fmt/core.h>

#include "app/webhooks.hpp"
#include "base/web_url.hpp"
#include "hooks/syslog.hpp"

namespace tocsin::app {

namespace {

using config::WebhookShape;
using respond::ChannelKind;

constexpr std::string_view undo_prefix = "webhook:";

bool takes_steps(WebhookShape shape) {
    return shape == WebhookShape::json || shape == WebhookShape::kumomta_suspend;
}

/// Why nobody is reached this way; empty: he is.
std::string why_not(const config::Settings& settings, const respond::Channel& channel) {
    if (channel.kind == ChannelKind::syslog) {
        if (!hooks::facility_of(channel.address))
            return "syslog has no facility \"" + channel.address +
                   "\"; write one such as local0, auth or daemon";
        return settings.respond.syslog
                   ? ""
                   : "respond.syslog is not set; write syslog = \"unix:/dev/log\" in [respond]";
    }
    if (channel.kind != ChannelKind::webhook) return {};
    if (channel.address.find("://") != std::string::npos) {
        const Result<WebUrl> url = parse_web_url(channel.address);
        if (!url) return "the webhook is " + url.error().message;
        return is_private(*url) ? "" : "the webhook has no https:// and leads to another machine";
    }
    const config::Webhook* webhook = find_webhook(settings, channel.address);
    if (webhook == nullptr)
        return "there is no [[webhook]] \"" + channel.address +
               "\" in the configuration; write one, or a URL";
    return webhook->shape == WebhookShape::kumomta_suspend
               ? "webhook \"" + channel.address + "\" suspends customers, and takes no notices"
               : "";
}

/// Calls `take(step, name of a webhook)` for each that a playbook names.
template <typename Take>
void each_named(const respond::Setup& setup, Take take) {
    for (const respond::Playbook& playbook : setup.playbooks)
        for (const respond::Step& step : playbook.steps) {
            if (step.action != respond::Action::webhook) continue;
            if (const auto name = step.parameters.find("webhook"); name != step.parameters.end())
                take(playbook, step, name->second);
            if (step.undo.starts_with(undo_prefix))
                take(playbook, step, step.undo.substr(undo_prefix.size()));
        }
}

}  // namespace

std::vector<std::string> webhook_problems(const config::Settings& settings, const respond::Setup& setup) {
    std::vector<std::string> problems;
    for (const respond::Person& person : setup.directory.people)
        for (const respond::Channel& channel : person.channels)
            if (const std::string why = why_not(settings, channel); !why.empty())
                problems.push_back(fmt::format("person {} cannot be reached: {}", person.id, why));
    each_named(setup, [&](const auto& playbook, const auto& step, const std::string& name) {
        const config::Webhook* webhook = find_webhook(settings, name);
        if (webhook != nullptr && !takes_steps(webhook->shape))
            problems.push_back(fmt::format("playbook {}, step {}: webhook {} has the shape {}, which takes "
                                           "notices and no steps; name another, or give it "
                                           "the shape json",
                                           playbook.name, step.name, name,
                                           config::to_string(webhook->shape)));
    });
    return problems;
}

std::set<std::string> missing_webhooks(const config::Settings& settings, const respond::Setup& setup) {
    std::set<std::string> missing;
    each_named(setup, [&](const auto&, const auto&, const std::string& name) {
        if (find_webhook(settings, name) == nullptr) missing.insert(name);
    });
    return missing;
}

}  // namespace tocsin::app
