#include "cli/quarantine_client.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/message_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

std::string path_of(const std::string& id) {
    return "/v1/held/" + proto::percent_encode(id);
}

std::string who(const QuarantineWords& words) {
    return words.by.empty() ? calling_user() : words.by;
}

/// Each id in turn; one that fails does not stop the others.
int for_each_id(const QuarantineWords& words, const std::function<int(const std::string&)>& act) {
    int code = exit_nothing_found;
    for (const std::string& id : words.ids) code = std::max(code, act(id));
    return code;
}

/// An error is said with the id that it is about.
int say_about(const std::string& id, const Error& error) {
    return say(fail(error.code, for_terminal(id) + ": " + error.message));
}

std::string state_in_words(const json& held) {
    const std::string state = text(held, "state");
    return state == "releasing" ? "releasing: may have been delivered" : state;
}

void print_held(const json& held) {
    std::string to;
    if (const json& all = held["recipients"]; all.is_array() && !all.empty() && all[0].is_string())
        to = for_terminal(all[0].get<std::string>()) +
             (all.size() > 1 ? " and " + std::to_string(all.size() - 1) + " more" : "");
    fmt::print("{}  {}  {}  {:<8}  {} -> {}  \"{}\"\n    {}\n", text(held, "id"), text(held, "time"),
               state_in_words(held), text(held, "direction"), short_text(held, "mail_from"),
               clipped(to, listed_text_characters), short_text(held, "subject"), short_text(held, "reason"));
}

int show(const ClientOptions& options, const std::string& id) {
    Result<json> held = call_daemon(options, "GET", path_of(id));
    if (!held) return say_about(id, held.error());
    if (options.json) {
        print_json(*held);
        return exit_nothing_found;
    }
    print_held(*held);
    fmt::print("    {} bytes, SHA-256 {}\n", number(*held, "size_bytes"), text(*held, "content_sha256"));
    if (!text(*held, "customer").empty()) fmt::print("    customer {}\n", text(*held, "customer"));
    for (const json& recipient : (*held)["recipients"])
        if (recipient.is_string()) fmt::print("    to {}\n", for_terminal(recipient.get<std::string>()));
    for (const json& act : (*held)["acts"])
        fmt::print("    {}  {} by {} ({}){}{}\n", text(act, "time"), text(act, "act"), text(act, "by"),
                   text(act, "caller"), text(act, "note").empty() ? "" : ": ", text(act, "note"));
    fmt::print("    `tocsin journal show {}` has what was found\n", text(*held, "record_id"));
    return exit_nothing_found;
}

int read(const ClientOptions& options, const QuarantineWords& words, const std::string& id) {
    std::string target = path_of(id) + (words.raw_file.empty() ? "/message" : "/content");
    add_parameter(target, "by", who(words));
    Result<std::string> body = fetch_from_daemon(options, target);
    if (!body) return say_about(id, body.error());
    if (!words.raw_file.empty()) return write_raw(words.raw_file, *body);
    const json model = json::parse(*body, nullptr, false);
    if (!model.is_object())
        return say_about(id, {ErrorCode::corrupt, "the reader's answer is no JSON object"});
    if (options.json)
        print_json(model);
    else
        print_message(model, Links::as_they_are);
    return exit_nothing_found;
}

int release(const ClientOptions& options, const QuarantineWords& words, const std::string& id) {
    const json body{{"by", who(words)}, {"why", words.why}, {"again", words.again}};
    Result<json> answer = call_daemon(options, "POST", path_of(id) + "/release", body);
    if (!answer) return say_about(id, answer.error());
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    fmt::print("{} is released; the next hop said: {}\n", for_terminal(id), text(*answer, "next_hop_reply"));
    for (const json& refused : (*answer)["refused"])
        if (refused.is_string()) fmt::print("    not to {}\n", for_terminal(refused.get<std::string>()));
    return exit_nothing_found;
}

int remove(const ClientOptions& options, const QuarantineWords& words, const std::string& id) {
    std::string target = path_of(id);
    add_parameter(target, "by", who(words));
    add_parameter(target, "why", words.why);
    Result<json> answer = call_daemon(options, "DELETE", target);
    if (!answer) return say_about(id, answer.error());
    if (options.json)
        print_json(*answer);
    else
        fmt::print(
            "{} is deleted: nobody gets it. Its content is kept for as long as keep.evidence_days says.\n",
            for_terminal(id));
    return exit_nothing_found;
}

}  // namespace

int run_quarantine_list(const ClientOptions& options, const QuarantineWords& words) {
    std::string target = "/v1/held";
    add_parameter(target, "state", words.state.empty() ? "waiting" : words.state);
    add_parameter(target, "sender", words.sender);
    add_parameter(target, "recipient", words.recipient);
    add_parameter(target, "customer", words.customer);
    Result<json> answer = call_listing(options, target, "held", words.paging);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    if ((*answer)["held"].empty())
        std::printf(words.state.empty() ? "No message waits for a decision.\n" : "No message fits.\n");
    for (const json& held : (*answer)["held"]) print_held(held);
    print_rest(*answer, "held", words.state.empty() ? "wait" : "fit", words.paging);
    return exit_nothing_found;
}

int run_quarantine_show(const ClientOptions& options, const QuarantineWords& words) {
    return for_each_id(words, [&](const std::string& id) { return show(options, id); });
}

int run_quarantine_read(const ClientOptions& options, const QuarantineWords& words) {
    if (!words.raw_file.empty() && words.ids.size() > 1)
        return say(fail(ErrorCode::invalid_input, "--raw takes one message"));
    if (const Result<void> may = check_place(words.raw_file, "give --raw FILE"); !may)
        return say(std::unexpected(may.error()));
    return for_each_id(words, [&](const std::string& id) { return read(options, words, id); });
}

int run_quarantine_release(const ClientOptions& options, const QuarantineWords& words) {
    return for_each_id(words, [&](const std::string& id) { return release(options, words, id); });
}

int run_quarantine_delete(const ClientOptions& options, const QuarantineWords& words) {
    return for_each_id(words, [&](const std::string& id) { return remove(options, words, id); });
}

}  // namespace tocsin::cli
