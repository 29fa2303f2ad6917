#include "app/webhook_check.hpp"

#include <utility>

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

/// What keeps somebody from being reached; an empty message: nothing does.
struct Hindrance {
    std::string message, what_to_do;
};

Hindrance hindrance_of_url(const std::string& text) {
    const Result<WebUrl> url = parse_web_url(text);
    if (!url) return {"the webhook is " + url.error().message, "write https://HOST/PATH"};
    if (is_private(*url)) return {};
    return {"the webhook has no https:// and leads to another machine", "write https://"};
}

Hindrance hindrance(const config::Settings& settings, const respond::Channel& channel) {
    if (channel.kind == ChannelKind::syslog) {
        if (!hooks::facility_of(channel.address))
            return {"syslog has no facility \"" + channel.address + "\"",
                    "write one such as local0, auth or daemon"};
        if (settings.respond.syslog) return {};
        return {"respond.syslog is not set", "write syslog = \"unix:/dev/log\" in [respond]"};
    }
    if (channel.kind != ChannelKind::webhook) return {};
    if (channel.address.find("://") != std::string::npos) return hindrance_of_url(channel.address);
    const config::Webhook* webhook = find_webhook(settings, channel.address);
    if (webhook == nullptr)
        return {"there is no [[webhook]] \"" + channel.address + "\" in the configuration",
                "write one, or a URL"};
    if (webhook->shape != WebhookShape::kumomta_suspend) return {};
    return {"webhook \"" + channel.address + "\" suspends customers, and takes no notices", "name another"};
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

std::vector<respond::Flaw> webhook_flaws(const config::Settings& settings, const respond::Setup& setup) {
    std::vector<respond::Flaw> flaws;
    for (const respond::Person& person : setup.directory.people)
        for (const respond::Channel& channel : person.channels)
            if (Hindrance found = hindrance(settings, channel); !found.message.empty())
                flaws.push_back({{},
                                 person.id,
                                 std::string(to_string(channel.kind)),
                                 "cannot be reached: " + std::move(found.message),
                                 std::move(found.what_to_do)});
    each_named(setup, [&](const auto& playbook, const auto& step, const std::string& name) {
        const config::Webhook* webhook = find_webhook(settings, name);
        if (webhook != nullptr && !takes_steps(webhook->shape))
            flaws.push_back(
                {playbook.name, step.name, step.undo == std::string(undo_prefix) + name ? "undo" : "do",
                 fmt::format("webhook {} has the shape {}, which takes notices and no steps", name,
                             config::to_string(webhook->shape)),
                 "name another, or give it the shape json"});
    });
    return flaws;
}

std::set<std::string> missing_webhooks(const config::Settings& settings, const respond::Setup& setup) {
    std::set<std::string> missing;
    each_named(setup, [&](const auto&, const auto&, const std::string& name) {
        if (find_webhook(settings, name) == nullptr) missing.insert(name);
    });
    return missing;
}

}  // namespace tocsin::app
