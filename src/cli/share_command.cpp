#include "cli/share_command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/limits/share.hpp"
#include "base/time_units.hpp"
#include "base/unique_fd.hpp"
#include "cli/daemon_call.hpp"
#include "cli/reader_setup.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "config/respond_files.hpp"
#include "proto/http.hpp"
#include "respond/event_json.hpp"
#include "share/cacao.hpp"
#include "share/playbook_toml.hpp"

namespace tocsin::cli {

namespace {

/// A file's text and when it was last changed.
struct TextFile {
    std::string text;
    TimePoint modified;
};

/// At most `bytes_max` and one more, so that whoever reads the text says what is wrong with its size.
Result<TextFile> read_text(const std::string& path, std::size_t bytes_max) {
    const UniqueFd fd(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return std::unexpected(errno_error("read " + path, errno));
    TextFile file;
    struct stat facts{};
    if (::fstat(fd.get(), &facts) == 0)
        file.modified.microseconds = std::int64_t{facts.st_mtim.tv_sec} * second_us;
    std::array<char, 65536> buffer;
    while (file.text.size() <= bytes_max) {
        const ssize_t got =
            ::read(fd.get(), buffer.data(), std::min(buffer.size(), bytes_max + 1 - file.text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno_error("read " + path, errno));
        if (got == 0) break;
        file.text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return file;
}

/// A playbook that our loader takes. Errors: all that is wrong, a line each.
Result<respond::Playbook> load(const std::string& text, const std::string& name) {
    config::Problems problems;
    respond::Playbook playbook = config::read_playbook(text, problems);
    std::string all;
    for (const config::Problem& problem : problems.take())
        all += (all.empty() ? "" : "\n") + config::to_line(name, problem);
    if (!all.empty()) return fail(ErrorCode::invalid_input, all);
    return playbook;
}

/// The file that is meant: one that is there, else a shipped playbook of that name.
std::string file_of(const std::string& what) {
    std::error_code error;
    if (what == "-" || std::filesystem::is_regular_file(what, error)) return what;
    const bool is_name = what.find('/') == std::string::npos && !what.ends_with(".toml");
    const std::string shipped = find_own_playbooks() + "/" + what + ".toml";
    return is_name && std::filesystem::is_regular_file(shipped, error) ? shipped : what;
}

void say_losses(const std::vector<share::Loss>& losses, const char* about) {
    for (const share::Loss& loss : losses)
        std::fprintf(stderr, "%s\n", for_terminal(share::to_line(loss)).c_str());
    if (!losses.empty()) std::fprintf(stderr, "tocsin: %zu %s\n", losses.size(), about);
}

std::string comment_of(const std::vector<share::Loss>& losses, const std::string& path) {
    std::string comment = "Imported from CACAO: " + std::filesystem::path(path).filename().string() +
                          ". Read it before you use it.\n";
    if (losses.empty()) return comment + "Nothing was lost.\n";
    comment += "What the document says, and this file does not, or not in the same way:\n";
    for (const share::Loss& loss : losses) comment += "- " + share::to_line(loss) + "\n";
    return comment;
}

Result<void> import(const ShareWords& words) {
    const TextFile file = TRY(read_text(words.what, limits::share_document_bytes));
    Result<share::CacaoImport> read = share::from_cacao(file.text);
    if (!read) return fail(read.error().code, words.what + ": " + read.error().message);
    const std::string toml = share::to_toml(read->playbook, comment_of(read->losses, words.what));
    // What is written is what the daemon will read, and nothing else.
    const respond::Playbook again = TRY(load(toml, words.what));
    if (respond::to_json(again) != respond::to_json(read->playbook))
        return fail(ErrorCode::corrupt,
                    words.what +
                        ": the playbook cannot be written as a file; report this, with the document");
    TRY(write_out(words.out, toml));
    say_losses(read->losses, "things are not, or not in the same way, in the file; its head lists them");
    return {};
}

Result<void> export_playbook(const ShareWords& words) {
    const std::string path = file_of(words.what);
    const TextFile file = TRY(read_text(path, limits::config_bytes));
    const respond::Playbook playbook = TRY(load(file.text, path));
    const share::CacaoExport sent = share::to_cacao(playbook, file.modified);
    TRY(write_out(words.out, sent.text));
    say_losses(sent.losses,
               "things are seen only by who knows Tocsin's extension of CACAO, which goes along");
    return {};
}

std::string export_target(const ShareWords& words) {
    std::string target = "/v1/incidents/" + proto::percent_encode(words.what) + "/export";
    add_parameter(target, "as", words.as);
    add_parameter(target, "tlp", words.tlp);
    add_parameter(target, "include_known", words.include_known ? "1" : "");
    add_parameter(target, "organisation", words.organisation);
    add_parameter(target, "contact", words.contact);
    add_parameter(target, "host", words.host);
    add_parameter(target, "to", words.to);
    return target;
}

Result<void> export_incident(const ClientOptions& options, const ShareWords& words) {
    using nlohmann::json;
    const json answer = TRY(call_daemon(options, "GET", export_target(words)));
    if (options.json) {
        print_json(answer);
        return {};
    }
    const json& content = member(answer, "content");
    if (!content.is_string()) return fail(ErrorCode::corrupt, "the daemon's answer has no content");
    TRY(write_out(words.out, content.get<std::string>()));
    for (const json& one : member(answer, "left_out"))
        std::fprintf(stderr, "left out: %s %s: %s\n", text(one, "kind").c_str(),
                     short_text(one, "value").c_str(), text(one, "why").c_str());
    std::fprintf(stderr, "tocsin: %s; send it yourself, nothing is sent by this command\n",
                 fmt::format("{} indicators{}", number(answer, "indicators"),
                             words.out.empty() ? "" : " in " + for_terminal(words.out))
                     .c_str());
    return {};
}

int done(const Result<void>& result) {
    return result ? exit_nothing_found : say(std::unexpected(result.error()));
}

}  // namespace

Result<void> write_out(const std::string& file, const std::string& text) {
    const bool to_output = file.empty() || file == "-";
    // Never over something that is there.
    const UniqueFd fd(to_output
                          ? ::dup(STDOUT_FILENO)
                          : ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd.valid()) return std::unexpected(errno_error("make " + file, errno));
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = ::write(fd.get(), text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return std::unexpected(errno_error("write " + file, errno));
        done += static_cast<std::size_t>(written);
    }
    return {};
}

int run_playbook_export(const ShareWords& words) {
    return done(export_playbook(words));
}

int run_playbook_import(const ShareWords& words) {
    return done(import(words));
}

int run_incident_export(const ClientOptions& options, const ShareWords& words) {
    return done(export_incident(options, words));
}

namespace {

void add_incident_export(CLI::App& app, ShareWords& words, ClientOptions& client, Chosen& chosen) {
    CLI::App* command =
        app.get_subcommand("incident")
            ->add_subcommand("export",
                             "Write what other houses should know of an attack, in a form of theirs");
    not_empty(command->add_option("INCIDENT", words.what, "number or id of an incident that is malicious")
                  ->required());
    command
        ->add_option(
            "--as", words.as,
            "stix: STIX 2.1; misp: an event of MISP; csv; xarf: a mail with an abuse report, X-ARF 4")
        ->required()
        ->check(CLI::IsMember({"stix", "misp", "csv", "xarf"}));
    command->add_option("--tlp", words.tlp, "to whom it may be handed on (stix, misp; default amber)")
        ->check(CLI::IsMember({"clear", "green", "amber", "amber+strict", "red"}));
    command->add_flag("--include-known", words.include_known,
                      "also hosts and links of the house, of its customers and of great providers");
    not_empty(command->add_option("--organisation", words.organisation,
                                  "who shares (default: the domain of notices_from)"));
    not_empty(command->add_option("--contact", words.contact,
                                  "address where others may ask (default: notices_from)"));
    not_empty(command->add_option("--host", words.host,
                                  "xarf: the host that is reported, where links lead to several"));
    not_empty(command->add_option("--to", words.to, "xarf: who gets the report (default: abuse@ the host)"));
    not_empty(command->add_option("--out", words.out, "write into this new file (default: standard output)"));
    add_client_options(*command, client);
    command->footer(
        "Holds nothing of the people who were hit. What is left out, and why, is said on standard error.");
    command->callback([&] { chosen = [&] { return run_incident_export(client, words); }; });
}

}  // namespace

void add_sharing(CLI::App& app, ShareWords& words, ClientOptions& client, Chosen& chosen) {
    add_incident_export(app, words, client, chosen);
    CLI::App* playbooks = app.get_subcommand("playbook");
    CLI::App* to = playbooks->add_subcommand("export", "Write a playbook in the common form of other houses");
    not_empty(
        to->add_option("PLAYBOOK", words.what, "name of a shipped playbook, or a file; - is standard input")
            ->required());
    to->add_option("--as", words.as, "cacao: CACAO Security Playbooks 2.0, as JSON")
        ->required()
        ->check(CLI::IsMember({"cacao"}));
    not_empty(to->add_option("--out", words.out, "write into this new file (default: standard output)"));
    to->footer("Needs no daemon. What others will not see is said on standard error.");
    to->callback([&] { chosen = [&] { return run_playbook_export(words); }; });
    CLI::App* from = playbooks->add_subcommand("import", "Make a playbook of a document of CACAO 2.0");
    not_empty(from->add_option("FILE", words.what, "the document; - is standard input")->required());
    not_empty(from->add_option("--out", words.out, "write into this new file (default: standard output)"));
    from->footer("Needs no daemon. What was lost is said on standard error and at the head of the file. What "
                 "Tocsin cannot do "
                 "becomes a step that a person does.");
    from->callback([&] { chosen = [&] { return run_playbook_import(words); }; });
}

}  // namespace tocsin::cli
