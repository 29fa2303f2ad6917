#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// When and why an order ends or ended.
std::string end_of(const json& order) {
    std::string state = text(order, "state");
    if (state == "revoked")
        return "REVOKED " + text(order, "revoked_at") + " by " + text(order, "revoked_by");
    if (state == "expired") return "EXPIRED " + text(order, "expires_at");
    std::string expires = text(order, "expires_at");
    return expires.empty() ? "until it is revoked" : "until " + expires;
}

void print_order(const json& order) {
    std::string direction = text(order, "direction");
    fmt::print("{}  {}  {:<5}  {:<8}  {} {}\n", text(order, "id"), text(order, "given_at"),
               text(order, "action"), direction.empty() ? "both" : direction, text(order, "subject_kind"),
               short_text(order, "value"));
    fmt::print("    {}; by {}: {}\n", end_of(order), short_text(order, "given_by"),
               short_text(order, "reason"));
}

}  // namespace

std::string calling_user() {
    // What sudo left is a claim like --by itself; it is better than "root" for everybody.
    const char* before_sudo = std::getenv("SUDO_USER");
    if (before_sudo != nullptr && *before_sudo != '\0') return before_sudo;
    std::array<char, 4096> buffer;
    passwd entry{};
    passwd* found = nullptr;
    const uid_t user = ::getuid();
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr &&
        *found->pw_name != '\0')
        return found->pw_name;
    return "uid " + std::to_string(user);
}

int run_order_give(const ClientOptions& options, const OrderWords& words) {
    json body{
        {"action", words.action}, {"subject_kind", words.subject_kind},
        {"value", words.value},   {"direction", words.direction},
        {"reason", words.reason}, {"given_by", words.given_by.empty() ? calling_user() : words.given_by}};
    if (words.expires_in_s) body["expires_in_s"] = *words.expires_in_s;
    Result<json> answer = call_daemon(options, "POST", "/v1/orders", body);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    std::string end = text(*answer, "expires_at");
    fmt::print("Order {} is in force{}: {}.\nUndo it with `tocsin order revoke {}`.\n", text(*answer, "id"),
               end.empty() ? "" : " until " + end, text(*answer, "meaning"), text(*answer, "id"));
    if (const std::string warning = text(*answer, "warning"); !warning.empty())
        fmt::print("WARNING: {}.\n", warning);
    return exit_nothing_found;
}

int run_order_list(const ClientOptions& options, OrderChoice choice, const Paging& paging) {
    std::string target = choice == OrderChoice::all ? "/v1/orders?all=1" : "/v1/orders";
    Result<json> answer = call_listing(options, target, "orders", paging);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& orders = (*answer)["orders"];
    if (orders.empty())
        std::printf(choice == OrderChoice::all ? "No order was ever given.\n" : "No order is in force.\n");
    for (const json& order : orders) print_order(order);
    print_rest(*answer, "orders", choice == OrderChoice::all ? "orders" : "in force", paging);
    if (std::uint64_t ended = number(*answer, "ended"); ended > 0)
        fmt::print("{} expired or revoked {} not shown; --all shows {}.\n", ended,
                   ended == 1 ? "order is" : "orders are", ended == 1 ? "it" : "them");
    return exit_nothing_found;
}

int run_order_revoke(const ClientOptions& options, const std::string& id, const std::string& by) {
    std::string target = "/v1/orders/" + proto::percent_encode(id);
    add_parameter(target, "by", by.empty() ? calling_user() : by);
    Result<json> answer = call_daemon(options, "DELETE", target);
    if (!answer) return say(answer);
    if (options.json)
        print_json(*answer);
    else
        std::printf("Order %s is no longer in force.\n", for_terminal(id).c_str());
    return exit_nothing_found;
}

}  // namespace tocsin::cli
