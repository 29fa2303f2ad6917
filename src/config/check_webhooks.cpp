// What webhooks, links of acknowledgement and syslog need, so that nobody hears of it first in the middle of an attack.
#include <algorithm>
#include <set>

#include "base/ascii.hpp"
#include "base/web_url.hpp"
#include "config/config.hpp"
#include "config/rows.hpp"

namespace tocsin::config {

namespace {

/// As a playbook can name it.
bool is_plain_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        const char letter = ascii_lower(c);
        return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

/// Adds what is wrong with one [[webhook]].
class WebhookCheck {
public:
    WebhookCheck(const Webhook& webhook, const RowPlaces& row, Problems& problems)
        : webhook_(webhook), row_(row), problems_(problems) {}

    void run() {
        if (!is_plain_name(webhook_.name))
            wrong("name", "has other characters than letters, digits, - and _",
                  "write one such as reset_credentials");
        check_url();
        if (webhook_.shape == WebhookShape::json && !webhook_.secret_file)
            wrong("secret_file", "is missing: whoever finds the URL could call it in our name",
                  "name a file that holds the output of `echo whsec_$(openssl rand -base64 32)`, mode 600");
        if (webhook_.address && webhook_.address->kind != AddressKind::tcp)
            wrong("address", "is no IP:PORT", "write one such as \"192.0.2.10:443\"");
        // `config show` writes the default all the same.
        if (webhook_.suspend_hours != Webhook().suspend_hours &&
            webhook_.shape != WebhookShape::kumomta_suspend)
            wrong("suspend_hours", "means nothing for this shape", "remove it; it is for kumomta_suspend");
    }

private:
    void wrong(const std::string& key, const std::string& message, const std::string& what_to_do) {
        problems_.add(row_.of(key), "webhook." + key,
                      "webhook \"" + webhook_.name + "\": " + key + " " + message, what_to_do);
    }

    void check_url() {
        const Result<WebUrl> url = parse_web_url(webhook_.url);
        if (!url) return wrong("url", "is " + url.error().message, "see webhooks in the manual");
        if (!is_private(*url))
            wrong(
                "url",
                "begins with http:// and leads to another machine: names of customers would go there in the "
                "clear",
                "write https://, or an address of this machine (127.0.0.1) behind which something adds TLS");
        if (webhook_.authorities && url->scheme == WebScheme::http)
            wrong("authorities", "means nothing without TLS", "write https:// in url, or remove it");
        if (webhook_.shape == WebhookShape::ntfy &&
            (url->target.ends_with('/') || url->target.find('?') != std::string::npos))
            wrong("url", "names no topic of ntfy", "write https://HOST/TOPIC");
    }

    const Webhook& webhook_;
    const RowPlaces& row_;
    Problems& problems_;
};

void check_acknowledge_url(const Settings& settings, const RowPlaces& row, Problems& problems) {
    const auto wrong = [&](const std::string& message, const std::string& what_to_do) {
        problems.add(row.of("acknowledge_url"), "respond.acknowledge_url",
                     "respond.acknowledge_url " + message, what_to_do);
    };
    const Result<WebUrl> url = parse_web_url(*settings.respond.acknowledge_url);
    if (!url) return wrong("is " + url.error().message, "write one such as \"https://answers.example.net/\"");
    if (!is_private(*url))
        wrong("does not begin with https://: a link that stops pages must not travel in the clear",
              "write the address of a web server with TLS that passes on to the listener of kind answers");
    if (url->target.find('?') != std::string::npos)
        wrong("has a query (? …), and links are made by adding to its path", "remove it");
    const bool has_door = std::ranges::any_of(
        settings.listeners, [](const Listener& listener) { return listener.kind == ListenerKind::answers; });
    if (!has_door)
        wrong("without a [[listener]] of kind \"answers\": nobody would hear the answer",
              "add one, for example on 127.0.0.1:8421");
}

void check_syslog(const std::string& text, const RowPlaces& row, Problems& problems) {
    const std::optional<SyslogAddress> found = parse_syslog_address(text);
    if (!found)
        problems.add(row.of("syslog"), "respond.syslog", "respond.syslog names no collector of syslog",
                     "write \"unix:/dev/log\", \"udp:127.0.0.1:514\" or \"tcp:127.0.0.1:601\"");
    else if (!is_local(found->address))
        problems.add(
            row.of("syslog"), "respond.syslog",
            "respond.syslog leads to another machine, in the clear, and nobody would notice what gets lost",
            "write the syslog of this machine, and let it pass on by TLS");
}

}  // namespace

void check_webhooks(const Settings& settings, const Places& places, Problems& problems) {
    std::set<std::string> names;
    if (const auto rows = places.find("webhook"); rows != places.end())
        for (std::size_t at = 0; at < settings.webhooks.size() && at < rows->second.size(); ++at) {
            const Webhook& webhook = settings.webhooks[at];
            const RowPlaces& row = rows->second[at];
            if (row.flawed) continue;
            WebhookCheck(webhook, row, problems).run();
            if (!names.insert(webhook.name).second)
                problems.add(row.of("name"), "webhook.name",
                             "there are two webhooks \"" + webhook.name + "\"", "give each its own name");
            if (!settings.respond.people)
                problems.add(row.place, "webhook",
                             "webhook \"" + webhook.name +
                                 "\", and the response is off: nothing would call it",
                             "set people in [respond], or take it out");
        }
    const auto rows = places.find("respond");
    if (rows == places.end() || rows->second.empty() || rows->second[0].flawed) return;
    const RowPlaces& row = rows->second[0];
    if (settings.respond.notices_from && !is_plain_address(*settings.respond.notices_from))
        problems.add(row.of("notices_from"), "respond.notices_from",
                     "respond.notices_from is no address that mail can be sent from",
                     "write one like security@example.net");
    if (settings.respond.acknowledge_url) check_acknowledge_url(settings, row, problems);
    if (settings.respond.syslog) check_syslog(*settings.respond.syslog, row, problems);
}

}  // namespace tocsin::config
