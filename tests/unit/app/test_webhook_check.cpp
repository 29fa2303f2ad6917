// People, playbooks and the configuration's webhooks must fit together.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "app/webhook_check.hpp"

using namespace tocsin;
using namespace tocsin::app;
using namespace tocsin::respond;

namespace {

config::Settings settings() {
    config::Settings out;
    out.webhooks = {
        {.name = "pager", .url = "https://p.example/", .shape = config::WebhookShape::ntfy},
        {.name = "reset", .url = "https://e.example/"},
        {.name = "kumo", .url = "http://127.0.0.1:8000", .shape = config::WebhookShape::kumomta_suspend}};
    out.respond.syslog = "unix:/dev/log";
    return out;
}

Setup with(Channel channel) {
    Setup setup;
    setup.directory.people = {{.id = "anna", .name = "", .channels = {std::move(channel)}}};
    return setup;
}

Setup with(const std::string& webhook, const std::string& undo) {
    Setup setup;
    setup.playbooks = {{.name = "mine",
                        .title = "",
                        .triggers = {},
                        .conditions = {},
                        .severity = {},
                        .steps = {{.name = "call",
                                   .action = Action::webhook,
                                   .after = {},
                                   .conditions = {},
                                   .parameters = {{"webhook", webhook}},
                                   .groups = {},
                                   .approvers = {},
                                   .undo = undo}}}};
    return setup;
}

}  // namespace

TEST_CASE("who cannot be reached is told at the start") {
    struct Row {
        Channel channel;
        const char* told;
    };
    for (const Row& row : {
             Row{{ChannelKind::mail, "anna@desk.example"}, ""},
             Row{{ChannelKind::webhook, "pager"}, ""},
             Row{{ChannelKind::webhook, "reset"}, ""},
             Row{{ChannelKind::webhook, "https://pager.example/anna"}, ""},
             Row{{ChannelKind::webhook, "http://127.0.0.1:9/anna"}, ""},
             Row{{ChannelKind::webhook, "http://pager.example/anna"}, "leads to another machine"},
             Row{{ChannelKind::webhook, "ftp://pager.example/anna"}, "no URL"},
             Row{{ChannelKind::webhook, "pagr"}, "there is no [[webhook]] \"pagr\""},
             Row{{ChannelKind::webhook, "kumo"}, "takes no notices"},
             Row{{ChannelKind::syslog, "local0"}, ""},
             Row{{ChannelKind::syslog, "local9"}, "no facility"},
         }) {
        CAPTURE(row.channel.address);
        std::string told;
        for (const Flaw& flaw : webhook_flaws(settings(), with(row.channel)))
            told += flaw.subject + " " + flaw.key + " " + flaw.message + "; " + flaw.what_to_do;
        CHECK_MESSAGE(told.empty() == (*row.told == '\0'), told);
        CHECK_MESSAGE(told.find(row.told) != std::string::npos, told);
    }
    config::Settings none = settings();
    none.respond.syslog.reset();
    CHECK(webhook_flaws(none, with({ChannelKind::syslog, "local0"})).size() == 1);
}

TEST_CASE("a step calls what takes steps; what is not configured is named") {
    CHECK(webhook_flaws(settings(), with("reset", "webhook:kumo")).empty());
    CHECK(webhook_flaws(settings(), with("pager", "none")).size() == 1);
    CHECK(webhook_flaws(settings(), with("reset", "webhook:pager")).size() == 1);
    CHECK(webhook_flaws(settings(), with("gone", "webhook:back")).empty());
    CHECK(missing_webhooks(settings(), with("gone", "webhook:back")) ==
          std::set<std::string>{"gone", "back"});
    CHECK(missing_webhooks(settings(), with("reset", "none")).empty());
}
