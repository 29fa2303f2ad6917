// `tocsin report submit`, `list`, `show`, `evidence`: what was reported, for the running daemon and from it.
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/incident_client.hpp"
#include "cli/message_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// "-" is standard input.
Result<std::string> read_report_file(const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file) return std::unexpected(errno_error(path, errno));
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (in.bad()) return fail(ErrorCode::io, path + ": cannot be read");
    return content;
}

std::string path_of_report(const std::string& id) {
    return "/v1/reports/" + proto::percent_encode(id);
}

/// What the bytes of a report are, for a person.
std::string_view in_words(std::string_view kind) {
    if (kind == "the_mail") return "the suspicious mail itself was handed in";
    if (kind == "pasted") return "its source was pasted: nobody knows what was changed";
    if (kind == "words") return "there is no mail, only words";
    return "a mail about it was handed in";
}

void print_original(const json& original) {
    const std::string inside =
        member(original, "inside").is_number() ? fmt::format(", inside {}", number(original, "inside")) : "";
    fmt::print("  {}. {}, grade {}, {} bytes{}\n     from {}, subject \"{}\"\n", number(original, "number"),
               text(original, "shape"), text(original, "grade"), number(original, "bytes"), inside,
               with_dead_links(short_text(original, "sender")),
               with_dead_links(short_text(original, "subject")));
    if (!text(original, "sha256").empty()) fmt::print("     SHA-256 {}\n", text(original, "sha256"));
    for (const json& warning : member(original, "warnings"))
        if (warning.is_string()) fmt::print("     ! {}\n", for_terminal(warning.get<std::string>()));
}

void print_evidence(const json& evidence) {
    fmt::print("Report {}: {}\n", text(evidence, "report"), in_words(text(evidence, "kind")));
    if (!text(evidence, "comment").empty())
        fmt::print("  who reports says: {}\n", with_dead_links(short_text(evidence, "comment")));
    if (!text(evidence, "problem").empty()) fmt::print("  ! {}\n", short_text(evidence, "problem"));
    const json& originals = member(evidence, "originals");
    for (const json& original : originals) print_original(original);
    const std::uint64_t chosen = number(evidence, "original");
    if (chosen == 0)
        fmt::print("\nWhat was handed in, whole; its links are dead here:\n\n");
    else
        fmt::print("\nOriginal {} of {}; its links are dead here (--original N shows another, 0 what was "
                   "handed in; --raw its bytes):\n\n",
                   chosen, originals.size());
    print_message(member(evidence, "message"), Links::defanged);
}

void print_report(const json& report) {
    fmt::print("Report {}, {}, by {}, {}\n  grade {}, judged {}\n", text(report, "report"),
               text(report, "taken"), text(report, "way"), short_text(report, "reporter"),
               text(report, "grade").empty() ? "not read yet" : text(report, "grade"),
               text(report, "judged_as"));
    print_deed_and_note(report, "  ");
    fmt::print("  incident {}\n", text(report, "incident"));
}

void print_listed(const json& report) {
    const std::string deed = text(report, "deed");
    fmt::print("{}  {}  {:<8}  {}{}\n", text(report, "report"), text(report, "taken"), text(report, "way"),
               short_text(report, "reporter"), deed.empty() || deed == "none" ? "" : "  " + deed);
    if (!member(report, "number").is_number()) {
        fmt::print("    no incident yet: it is being read\n");
        return;
    }
    fmt::print("    incident {}, verdict {}, judged {}: {}\n", number(report, "number"),
               text(report, "verdict"),
               text(report, "judged_as").empty() ? "by nobody" : text(report, "judged_as"),
               short_text(report, "subject"));
}

/// What he did with the mail, as he would say it.
std::string_view deed_in_words(std::string_view deed) {
    if (deed == "clicked") return "followed a link in it";
    if (deed == "opened_file") return "opened a file in it";
    return deed == "gave_credentials" ? "gave a password away" : deed;
}

}  // namespace

void print_deed_and_note(const json& report, const char* indent) {
    const std::string deed = text(report, "deed");
    if (!deed.empty() && deed != "none") fmt::print("{}deed: {} ({})\n", indent, deed_in_words(deed), deed);
    // Bytes of a note are limited where it is taken: none is cut here, because it may say the most important thing last.
    if (!text(report, "note").empty()) fmt::print("{}note: {}\n", indent, text(report, "note"));
}

int run_report_submit(const ClientOptions& options, const IncidentWords& words) {
    const Result<std::string> content = read_report_file(words.path);
    if (!content) return say(std::unexpected(content.error()));
    std::string target = "/v1/reports";
    add_parameter(target, "way", words.way);
    add_parameter(target, "reporter", words.reporter);
    add_parameter(target, "deed", words.deed);
    add_parameter(target, "note", words.note);
    add_parameter(target, "is_the_mail", words.is_the_mail ? "1" : "");
    Result<json> answer = send_to_daemon(options, target, *content);
    if (!answer) return say(answer);
    if (options.json)
        print_json(*answer);
    else
        fmt::print("Thank you. It is stored as report {} and is being looked at.\n", text(*answer, "report"));
    return exit_nothing_found;
}

int run_report_list(const ClientOptions& options, const IncidentWords& words) {
    const Result<json> answer = call_listing(options, "/v1/reports", "reports", words.paging, "report");
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& reports = member(*answer, "reports");
    if (reports.empty()) fmt::print("No report.\n");
    for (const json& report : reports) print_listed(report);
    print_rest(*answer, "reports", "reports", words.paging);
    return exit_nothing_found;
}

int run_report_show(const ClientOptions& options, const IncidentWords& words) {
    Result<json> report = call_daemon(options, "GET", path_of_report(words.id));
    if (!report) return say(report);
    if (options.json)
        print_json(*report);
    else
        print_report(*report);
    return exit_nothing_found;
}

int run_report_evidence(const ClientOptions& options, const IncidentWords& words) {
    const bool wants_bytes = words.raw || !words.path.empty();
    std::string target = path_of_report(words.id) + (wants_bytes ? "/evidence" : "/message");
    if (words.original) add_parameter(target, "original", std::to_string(*words.original));
    add_parameter(target, "by", words.by.empty() ? calling_user() : words.by);
    const std::string file = words.path.empty() ? "-" : words.path;
    // Nobody is said to have taken what he does not get.
    if (wants_bytes) {
        if (const Result<void> may = check_place(file, "redirect it, or give --to FILE"); !may)
            return say(std::unexpected(may.error()));
        const Result<std::string> bytes = fetch_from_daemon(options, target);
        if (!bytes) return say(std::unexpected(bytes.error()));
        return write_raw(file, *bytes);
    }
    const Result<json> evidence = call_daemon(options, "GET", target);
    if (!evidence) return say(evidence);
    if (options.json)
        print_json(*evidence);
    else
        print_evidence(*evidence);
    return exit_nothing_found;
}

}  // namespace tocsin::cli
