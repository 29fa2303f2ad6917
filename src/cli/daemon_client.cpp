#include "cli/daemon_client.hpp"

#include <cstdio>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

void print_record(const json& record) {
    std::string to;
    if (record.contains("recipients") && !record["recipients"].empty() && record["recipients"][0].is_string())
        to = clipped(for_terminal(record["recipients"][0].get<std::string>()), listed_text_characters);
    if (!to.empty() && record["recipients"].size() > 1)
        to += fmt::format(" and {} more", record["recipients"].size() - 1);
    fmt::print("{}  {}  {:<8}  {:<11}  {:<10}  {} -> {}  \"{}\"\n", text(record, "id"), text(record, "time"),
               text(record, "direction"), text(record, "verdict"), text(record, "disposition"),
               short_text(record, "mail_from"), to,
               short_text(record, "subject"));
    if (record.contains("reasons") && record["reasons"].is_array())
        for (const json& reason : record["reasons"])
            if (reason.is_string() && reason != "nothing found")
                fmt::print("                            {}\n",
                           clipped(for_terminal(reason.get<std::string>()), listed_text_characters));
}

/// A value in one line: texts as they are, everything else as JSON.
std::string value_text(const json& value) {
    if (value.is_string()) return for_terminal(value.get<std::string>());
    return for_terminal(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

void print_finding(const json& finding) {
    if (!finding.is_object()) {
        fmt::print("    {}\n", value_text(finding));
        return;
    }
    fmt::print("    {:<10}  {}  [{} {}]\n", text(finding, "severity"), text(finding, "text"),
               text(finding, "engine"), text(finding, "rule"));
}

std::string duration(std::uint64_t seconds) {
    std::uint64_t days = seconds / 86'400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
    if (days > 0) return fmt::format("{} d {} h", days, hours);
    if (hours > 0) return fmt::format("{} h {} min", hours, minutes);
    return minutes > 0 ? fmt::format("{} min {} s", minutes, seconds % 60) : fmt::format("{} s", seconds);
}

void print_status(const json& status) {
    fmt::print("tocsin       up for {}, since {}\n", duration(number(status, "uptime_s")),
               text(status, "started_at"));
    fmt::print("engines      {}\n", text(status, "engines"));
    if (status.contains("warnings") && status["warnings"].is_array())
        for (const json& warning : status["warnings"]) fmt::print("WARNING      {}\n", value_text(warning));
    fmt::print("readers      {} alive, {} scans, {} readers died\n", number(status, "readers"),
               number(status, "scans"), number(status, "reader_deaths"));
    std::uint64_t trips = number(status, "breaker_trips");
    fmt::print("breaker      {}\n",
               trips == 0 ? "never tripped"
                          : fmt::format("tripped {} times: readers died too fast, see the log", trips));
    fmt::print("confined by  {}\n", text(status, "confinement"));
    if (status.contains("listeners") && status["listeners"].is_array())
        for (const json& listener : status["listeners"])
            fmt::print("listener     {}\n", value_text(listener));
    fmt::print("sessions     {}\n", number(status, "sessions"));
    fmt::print("orders       {} in force\n", number(status, "orders_in_force"));
    fmt::print("held         {} wait for a decision\n", number(status, "held"));
    if (const json& watch = status.value("watch", json()); watch.is_object())
        fmt::print("watch        {} alarms wait for an answer, {} customers known\n",
                   number(watch, "open_alarms"), number(watch, "customers"));
    else
        fmt::print("watch        off\n");
    fmt::print("journal      {} records\n", number(status, "journal_records"));
}

}  // namespace

int run_journal_list(const ClientOptions& options, const JournalFilter& filter) {
    std::string target = "/v1/journal";
    add_parameter(target, "sender", filter.sender);
    add_parameter(target, "recipient", filter.recipient);
    add_parameter(target, "subject", filter.subject);
    add_parameter(target, "direction", filter.direction);
    add_parameter(target, "verdict", filter.verdict);
    add_parameter(target, "disposition", filter.disposition);
    add_parameter(target, "customer", filter.customer);
    add_parameter(target, "link_domain", filter.link_domain);
    add_parameter(target, "attachment_sha256", filter.attachment_sha256);
    add_parameter(target, "login", filter.login);
    add_parameter(target, "queue_id", filter.queue_id);
    add_parameter(target, "since", filter.since);
    add_parameter(target, "campaign", filter.campaign);
    Result<json> answer = call_listing(options, target, "records", filter.paging);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    if ((*answer)["records"].empty()) std::printf("No record fits.\n");
    for (const json& record : (*answer)["records"]) print_record(record);
    print_rest(*answer, "records", "records fit", filter.paging);
    return exit_nothing_found;
}

int run_journal_show(const ClientOptions& options, const std::string& id) {
    Result<json> answer = call_daemon(options, "GET", "/v1/journal/" + proto::percent_encode(id));
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    for (const char* name : {"id", "time", "direction", "listener", "client_ip", "helo", "mail_from"})
        fmt::print("{:<16}  {}\n", name, text(*answer, name));
    for (const auto& [name, value] : answer->items()) {
        constexpr std::string_view shown_elsewhere =
            " id time direction listener client_ip helo mail_from reasons findings recipients ";
        if (shown_elsewhere.find(" " + name + " ") == std::string_view::npos)
            fmt::print("{:<16}  {}\n", name, value_text(value));
    }
    for (const char* name : {"recipients", "reasons"}) {
        fmt::print("{}\n", name);
        if ((*answer)[name].is_array())
            for (const json& line : (*answer)[name]) fmt::print("    {}\n", value_text(line));
    }
    const json& findings = (*answer)["findings"];
    fmt::print("findings{}\n", findings.empty() ? "          none" : "");
    if (findings.is_array())
        for (const json& finding : findings) print_finding(finding);
    return exit_nothing_found;
}

int run_status(const ClientOptions& options) {
    Result<json> answer = call_daemon(options, "GET", "/v1/status");
    if (!answer) return say(answer);
    if (options.json)
        print_json(*answer);
    else
        print_status(*answer);
    return exit_nothing_found;
}

}  // namespace tocsin::cli
