#include "cli/watch_client.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// Values of one kind that `show` names; --json has all.
constexpr std::size_t shown_values = 8;
constexpr std::size_t shown_days = 14;

std::string path_of(const std::string& id, const char* what = "") {
    return "/v1/watch/alarms/" + proto::percent_encode(id) + what;
}

std::string who(const WatchWords& words) {
    return words.by.empty() ? calling_user() : words.by;
}

int for_each_id(const WatchWords& words, const std::function<int(const std::string&)>& act) {
    int code = exit_nothing_found;
    for (const std::string& id : words.ids) code = std::max(code, act(id));
    return code;
}

/// The strongest signal, in its own words.
std::string first_signal(const json& alarm) {
    const json& signals = member(alarm, "signals");
    return signals.is_array() && !signals.empty() ? short_text(signals[0], "text") : std::string();
}

void print_alarm_line(const json& alarm) {
    const std::string sleeps = text(alarm, "snoozed_until");
    fmt::print("{}  {}  {:<8}  {:<8}  {}\n    {}\n", text(alarm, "alarm"), text(alarm, "time"),
               text(alarm, "state"), text(alarm, "kind"), short_text(alarm, "customer"), first_signal(alarm));
    if (!sleeps.empty())
        fmt::print("    sleeps until {}: {} ({})\n", sleeps, short_text(alarm, "snooze_reason"),
                   short_text(alarm, "snoozed_by"));
}

int list_customers(const ClientOptions& options) {
    Result<json> answer = call_daemon(options, "GET", "/v1/watch/customers");
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& list = member(*answer, "closely_watched");
    for (const json& one : list)
        fmt::print("{}  until {}  {}\n", short_text(one, "customer"), text(one, "until"),
                   text(one, "alarm").empty() ? "after an incident"
                                              : "alarm " + text(one, "alarm") + " is open");
    fmt::print("{} of {} customers {} watched closely; {} were quiet for long and lie in the store.\n",
               number(*answer, "total"), number(*answer, "customers"),
               number(*answer, "total") == 1 ? "is" : "are", number(*answer, "put_away"));
    return exit_nothing_found;
}

/// "link_place", "from_name": kinds of values in a profile, in words.
std::string kind_in_words(std::string kind) {
    std::ranges::replace(kind, '_', ' ');
    return kind;
}

void print_values(const std::string& kind, const json& values) {
    std::string line;
    std::size_t shown = 0;
    // The last ones are those that were used last.
    std::vector<json> sorted(values.begin(), values.end());
    std::ranges::stable_sort(sorted, std::greater{}, [](const json& one) { return text(one, "last_day"); });
    for (const json& value : sorted) {
        if (text(value, "value").empty()) continue;
        if (++shown > shown_values) break;
        line += (line.empty() ? "" : ", ") + short_text(value, "value");
    }
    if (line.empty()) return;
    const std::size_t more = values.size() - std::min(shown, shown_values);
    fmt::print("  {:<18} {}{}\n", kind_in_words(kind), line,
               more > 0 ? fmt::format(" and {} more", more) : "");
}

void print_days(const json& days) {
    if (!days.is_array() || days.empty()) return;
    fmt::print("\n  day          messages  recipients  held  paced  bounces  complaints\n");
    const std::size_t from = days.size() > shown_days ? days.size() - shown_days : 0;
    for (std::size_t at = from; at < days.size(); ++at) {
        const json& day = days[at];
        fmt::print("  {}  {:>9}  {:>10}  {:>4}  {:>5}  {:>7}  {:>10}\n", text(day, "day"),
                   number(day, "messages"), number(day, "recipients"), number(day, "held"),
                   number(day, "paced"), number(day, "bounces"), number(day, "complaints"));
    }
}

void print_profile(const json& profile) {
    fmt::print("{}: {}\n", short_text(profile, "customer"),
               text(profile, "level") == "close"      ? "WATCHED CLOSELY"
               : text(profile, "level") == "learning" ? "new, its normal is being learnt"
                                                      : "watched");
    if (!text(profile, "open_alarm").empty()) fmt::print("  alarm {} is open\n", text(profile, "open_alarm"));
    if (text(profile, "first_day").empty())
        fmt::print("  no mail went out yet\n");
    else
        fmt::print("  mail from {} to {}, {} recipients in all, {} on the largest day\n",
                   text(profile, "first_day"), text(profile, "last_day"), number(profile, "recipients_ever"),
                   number(profile, "largest_day_recipients"));
    fmt::print("  {} bounces, {} complaints\n", number(profile, "bounces"), number(profile, "complaints"));
    for (const auto& [kind, values] : profile.items())
        if (values.is_array() && !values.empty() && values[0].is_object() && values[0].contains("value"))
            print_values(kind, values);
    for (const json& act : member(profile, "acts"))
        fmt::print("  {}  {}{}\n", text(act, "time"), short_text(act, "what"),
                   number(act, "weight") > 0 ? ", weighs " + std::to_string(number(act, "weight")) : "");
    print_days(member(profile, "days"));
    fmt::print("\n  {} bytes; --json has all of it, as the customer may see it\n", number(profile, "bytes"));
}

void print_what_next(const json& alarm) {
    const std::string id = text(alarm, "alarm"), state = text(alarm, "state"), asked = text(alarm, "asked");
    if (const std::uint64_t held = number(alarm, "held_here"); held > 0)
        fmt::print("  {} {} of it {} held here; more may wait at the sender\n", held,
                   held == 1 ? "message" : "messages", held == 1 ? "is" : "are");
    if (!asked.empty()) fmt::print("  asked: {}\n", asked);
    if (state == "open")
        fmt::print(
            "  `tocsin watch answer {} --is this_is_us --why …` lets its mail go and makes these places "
            "usual;\n"
            "  `tocsin watch answer {} --is not_us --why …` keeps it and watches the customer closely.\n",
            id, id);
    else
        fmt::print("  {} by {}, {}: {}\n", state, text(alarm, "answered_by"), text(alarm, "answered_at"),
                   text(alarm, "note"));
    if (state == "incident")
        fmt::print("  `tocsin watch answer {} --is closed --why …` ends the close watch.\n", id);
}

int explain(const ClientOptions& options, const std::string& id) {
    Result<json> alarm = call_daemon(options, "GET", path_of(id));
    if (!alarm) return say(alarm);
    if (options.json) {
        print_json(*alarm);
        return exit_nothing_found;
    }
    const json& story = member(*alarm, "text");
    // Line ends are ours, everything between them may be hostile.
    if (story.is_string())
        std::fputs(for_terminal_lines(story.get<std::string>()).c_str(), stdout);
    else
        print_alarm_line(*alarm);
    print_what_next(*alarm);
    return exit_nothing_found;
}

int answer_one(const ClientOptions& options, const WatchWords& words, const std::string& id) {
    const json body{{"answer", words.answer}, {"why", words.why}, {"by", who(words)}};
    Result<json> alarm = call_daemon(options, "POST", path_of(id, "/answer"), body);
    if (!alarm) return say(alarm);
    if (options.json) {
        print_json(*alarm);
        return exit_nothing_found;
    }
    if (words.answer == "this_is_us")
        fmt::print("Alarm {} is answered: its held mail goes now. `tocsin quarantine list --customer …` "
                   "shows what is left.\n",
                   text(*alarm, "alarm"));
    else if (words.answer == "not_us")
        fmt::print("Alarm {} is an incident: its mail stays held, and {} is watched closely.\n",
                   text(*alarm, "alarm"), short_text(*alarm, "customer"));
    else
        fmt::print("The incident of alarm {} is closed.\n", text(*alarm, "alarm"));
    return exit_nothing_found;
}

int snooze_one(const ClientOptions& options, const WatchWords& words, const std::string& id) {
    const json body{{"minutes", words.minutes}, {"why", words.why}, {"by", who(words)}};
    Result<json> alarm = call_daemon(options, "POST", path_of(id, "/snooze"), body);
    if (!alarm) return say(alarm);
    if (options.json)
        print_json(*alarm);
    else if (words.minutes == 0)
        fmt::print("Alarm {} is awake.\n", text(*alarm, "alarm"));
    else
        fmt::print("Alarm {} sleeps until {}. Its mail stays held.\n", text(*alarm, "alarm"),
                   text(*alarm, "snoozed_until"));
    return exit_nothing_found;
}

}  // namespace

int run_watch_list(const ClientOptions& options, const WatchWords& words) {
    if (words.closely) return list_customers(options);
    std::string target = "/v1/watch/alarms";
    add_parameter(target, "state", words.state == "all" ? "" : words.state.empty() ? "open" : words.state);
    add_parameter(target, "customer", words.customer);
    add_parameter(target, "sleeping", words.sleeping ? "1" : "0");
    Result<json> answer = call_listing(options, target, "alarms", words.paging);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& alarms = member(*answer, "alarms");
    if (alarms.empty())
        std::printf(words.state.empty() ? "No alarm waits for an answer.\n" : "No alarm fits.\n");
    for (const json& alarm : alarms) print_alarm_line(alarm);
    print_rest(*answer, "alarms", words.state.empty() ? "open" : "alarms", words.paging);
    return exit_nothing_found;
}

int run_watch_show(const ClientOptions& options, const WatchWords& words) {
    std::string target = "/v1/watch/customer";
    add_parameter(target, "name", words.name);
    Result<json> profile = call_daemon(options, "GET", target);
    if (!profile) return say(profile);
    if (options.json)
        print_json(*profile);
    else
        print_profile(*profile);
    return exit_nothing_found;
}

int run_watch_explain(const ClientOptions& options, const WatchWords& words) {
    return for_each_id(words, [&](const std::string& id) { return explain(options, id); });
}

int run_watch_answer(const ClientOptions& options, const WatchWords& words) {
    return for_each_id(words, [&](const std::string& id) { return answer_one(options, words, id); });
}

int run_watch_export(const ClientOptions& options, const WatchWords& words) {
    std::uint64_t after = words.after, unreadable = 0;
    while (true) {
        Result<json> page = call_daemon(options, "GET", "/v1/watch/events?after=" + std::to_string(after));
        if (!page) return say(page);
        for (const json& event : member(*page, "events"))
            std::fputs((event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n").c_str(), stdout);
        unreadable += number(*page, "unreadable");
        after = number(*page, "last");
        if (member(*page, "more") != true) break;
    }
    if (unreadable == 0) return exit_nothing_found;
    fmt::print(stderr, "tocsin: {} entries of the journal could not be read\n", unreadable);
    return exit_error;
}

int run_watch_snooze(const ClientOptions& options, const WatchWords& words) {
    return for_each_id(words, [&](const std::string& id) { return snooze_one(options, words, id); });
}

}  // namespace tocsin::cli
