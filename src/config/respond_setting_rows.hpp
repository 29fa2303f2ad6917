// Settings of the response and of the servers that it calls. Included by setting_table.cpp only, as setting_rows.hpp.
#pragma once

#include "base/limits/hooks.hpp"
#include "config/setting_rows.hpp"

namespace tocsin::config {

inline constexpr Setting respond_settings[] = {
    {.key = "people",
     .type = Type::path,
     .access = bound<&Settings::respond, &RespondSettings::people>,
     .help = "File that names people, groups, who is on call, and deadlines (respond in the manual).",
     .default_text = "reports are not taken and no incident is opened",
     .path_use = PathUse::file},
    {.key = "report_addresses",
     .type = Type::texts,
     .access = bound<&Settings::respond, &RespondSettings::report_addresses>,
     .help = "Addresses to which people send mail that they find suspicious. What is for one of them is kept "
             "and read as a report, whatever it carries; it is not passed on.",
     .most = address_bytes},
    {.key = "playbooks",
     .type = Type::paths,
     .access = bound<&Settings::respond, &RespondSettings::playbooks>,
     .help =
         "Folders of playbooks and notices beside those that Tocsin brings. A file takes the place of one "
         "with the same name in a folder before.",
     .path_use = PathUse::folder},
    {.key = "notices_from",
     .type = Type::text,
     .access = bound<&Settings::respond, &RespondSettings::notices_from>,
     .help = "Sender of notices. It must be set where somebody in the list of people has `mail`.",
     .most = address_bytes,
     .default_text = "nobody: no notice goes out by mail"},
    {.key = "notices_through",
     .type = Type::hop_address,
     .access = bound<&Settings::respond, &RespondSettings::notices_through>,
     .help = "Mail server that takes notices. It must not come through Tocsin again.",
     .default_text = "as questions to contacts: watch.ask_through"},
    {.key = "acknowledge_url",
     .type = Type::text,
     .access = bound<&Settings::respond, &RespondSettings::acknowledge_url>,
     .help = "Where somebody who is paged says that he has it, as he reaches the listener of kind `answers`: "
             "\"https://answers.example.net/\". Each page carries a link below it, for one person and one "
             "incident.",
     .most = address_bytes,
     .default_text = "pages carry no link"},
    {.key = "syslog",
     .type = Type::text,
     .access = bound<&Settings::respond, &RespondSettings::syslog>,
     .help =
         "The syslog of this machine, for people who have `syslog` in the list of people: \"unix:/dev/log\", "
         "\"udp:127.0.0.1:514\" or \"tcp:127.0.0.1:601\".",
     .most = address_bytes,
     .default_text = "no notice goes to syslog"},
};

inline constexpr Setting webhook_settings[] = {
    {.key = "name",
     .type = Type::text,
     .access = bound<&Settings::webhooks, &Webhook::name>,
     .help =
         "Name in playbooks and in the list of people; each webhook has its own. Letters, digits, - and _.",
     .most = name_bytes,
     .need = Need::required},
    {.key = "url",
     .type = Type::text,
     .access = bound<&Settings::webhooks, &Webhook::url>,
     .help = "https://HOST/PATH, or http:// to this machine's own address. Redirects are not followed. For "
             "kumomta_suspend without a "
             "path: /api/admin/suspend/v1. For ntfy the topic is its last part.",
     .most = static_cast<std::int64_t>(limits::web_url_bytes),
     .need = Need::required},
    {.key = "shape",
     .type = Type::word,
     .access = bound<&Settings::webhooks, &Webhook::shape>,
     .help = "What it takes. json: steps and notices, signed. kumomta_suspend: a step that suspends a "
             "customer. The others: notices."},
    {.key = "secret_file",
     .type = Type::path,
     .access = bound<&Settings::webhooks, &Webhook::secret_file>,
     .help = "File with the secret that signs the calls, alone. It is read anew each time.",
     .default_text = "none; needed for json",
     .path_use = PathUse::secret_file},
    {.key = "authorization_file",
     .type = Type::path,
     .access = bound<&Settings::webhooks, &Webhook::authorization_file>,
     .help = "File with the value of the header field Authorization, alone: `Bearer …`. It is read anew each "
             "time.",
     .default_text = "no such field",
     .path_use = PathUse::secret_file},
    {.key = "authorities",
     .type = Type::path,
     .access = bound<&Settings::webhooks, &Webhook::authorities>,
     .help = "PEM file with the authorities that the server's certificate may come from.",
     .default_text = "the system's",
     .path_use = PathUse::file},
    {.key = "address",
     .type = Type::hop_address,
     .access = bound<&Settings::webhooks, &Webhook::address>,
     .help = "Where to connect to. The certificate must have the URL's name all the same.",
     .default_text = "what DNS says of the URL's host"},
    {.key = "timeout_ms",
     .type = Type::integer,
     .access = bound<&Settings::webhooks, &Webhook::timeout_ms>,
     .help = "How long one try may take in all.",
     .unit = "ms",
     .least = limits::webhook_ms_min,
     .most = limits::webhook_ms_max},
    {.key = "suspend_hours",
     .type = Type::integer,
     .access = bound<&Settings::webhooks, &Webhook::suspend_hours>,
     .help = "For kumomta_suspend: when KumoMTA ends the suspension by itself.",
     .unit = "hours",
     .least = 1,
     .most = limits::webhook_suspend_hours_max},
};

}  // namespace tocsin::config
