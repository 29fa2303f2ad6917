#include "cli/token_command.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "api/roles.hpp"
#include "base/limits/tokens.hpp"
#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

int run_make(const ClientOptions& options, const TokenWords& words) {
    std::string roles;
    for (const std::string& role : words.roles) (roles += roles.empty() ? "" : " ") += role;
    json body{{"person", words.person},
              {"roles", roles},
              {"note", words.note},
              {"by", words.by.empty() ? calling_user() : words.by}};
    if (words.days != 0) body["expires_in_days"] = words.days;
    const Result<json> answer = call_daemon(options, "POST", "/v1/tokens", body);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    fmt::print("Token {} of {} for {}, good until {}. It is shown this once; give it to nobody else:\n{}\n"
               "End it with `tocsin token revoke {}`.\n",
               text(*answer, "id"), for_terminal(text(*answer, "person")), text(*answer, "roles"),
               text(*answer, "expires_at"), text(*answer, "token"), text(*answer, "id"));
    return exit_nothing_found;
}

int run_list(const ClientOptions& options, const TokenWords& words) {
    const Result<json> answer = call_daemon(options, "GET", words.all ? "/v1/tokens?all=1" : "/v1/tokens");
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& tokens = member(*answer, "tokens");
    if (!tokens.is_array() || tokens.empty()) {
        fmt::print("No token {}. Make one with `tocsin token make PERSON --role desk`.\n",
                   words.all ? "was ever made" : "is good");
        return exit_nothing_found;
    }
    for (const json& token : tokens) {
        fmt::print("{}  {:<7}  {}  {}\n", text(token, "id"), text(token, "state"),
                   short_text(token, "person"), text(token, "roles"));
        fmt::print("    until {}; made {} by {}{}{}\n", text(token, "expires_at"), text(token, "made_at"),
                   short_text(token, "made_by"), text(token, "note").empty() ? "" : ": ",
                   short_text(token, "note"));
    }
    return exit_nothing_found;
}

int run_revoke(const ClientOptions& options, const TokenWords& words) {
    std::string target = "/v1/tokens/" + proto::percent_encode(words.id);
    add_parameter(target, "by", words.by.empty() ? calling_user() : words.by);
    const Result<json> answer = call_daemon(options, "DELETE", target);
    if (!answer) return say(answer);
    if (options.json)
        print_json(*answer);
    else
        fmt::print("Token {} is no longer good.\n", text(*answer, "revoked"));
    return exit_nothing_found;
}

void add_by(CLI::App& command, TokenWords& words) {
    not_empty(command.add_option("--by", words.by, "who does it (default: the calling user's login name)"));
}

}  // namespace

void add_tokens(CLI::App& app, TokenWords& words, ClientOptions& client, Chosen& chosen) {
    CLI::App* group = app.add_subcommand("token", "Who may ask the API in his own name, and as what");
    group->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, auto run) {
        CLI::App* command = group->add_subcommand(name, help);
        add_client_options(*command, client);
        command->callback([&words, &client, &chosen, run] {
            chosen = [&words, &client, run] { return run(client, words); };
        });
        return command;
    };
    CLI::App* make = add("make", "Make a token; it is shown once, and only its digest is kept", run_make);
    not_empty(make->add_option("PERSON", words.person,
                               "an id of the list of people, an employee's address, or a name for a program")
                  ->required());
    make->add_option("--role", words.roles, "what it is good for, once or more: " + api::role_words())
        ->required();
    make->add_option("--expires-in-days", words.days,
                     fmt::format("1 to {} (default: {})", limits::token_days_max, limits::token_days))
        ->check(CLI::Range(1U, limits::token_days_max));
    make->add_option("--note", words.note, "what it is for");
    add_by(*make, words);
    CLI::App* list = add("list", "Tokens that are good, newest first", run_list);
    list->add_flag("--all", words.all, "those that were revoked or have expired, too");
    CLI::App* revoke = add("revoke", "End a token at once", run_revoke);
    not_empty(revoke->add_option("ID", words.id, "id of the token, as token list prints it")->required());
    add_by(*revoke, words);
}

}  // namespace tocsin::cli
