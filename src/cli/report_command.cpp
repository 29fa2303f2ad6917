#include "cli/report_command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/core.h>

#include "base/unique_fd.hpp"
#include "cli/inputs.hpp"
#include "cli/output.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

/// The whole of `bytes` into a new file: one that is there is left alone.
Result<void> write_new_file(const std::string& path, ByteView bytes) {
    constexpr mode_t only_ours = 0600;
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, only_ours));
    if (!file.valid()) return std::unexpected(errno_error("make " + path, errno));
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return std::unexpected(errno_error("write " + path, errno));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

/// The work of one `tocsin report read`.
class ReportReading {
public:
    ReportReading(const ReportReadCommand& command, pool::ReaderPool& readers)
        : command_(command), readers_(readers), inputs_(command.paths, Folders::one_level) {}

    int run(net::Fiber& fiber) {
        while (!fiber.stop_requested()) {
            std::optional<Input> input = inputs_.next();
            if (!input) break;
            read(fiber, *input);
        }
        if (fiber.stop_requested()) note_error("interrupted; what is shown above was read");
        const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
        if (!written) note_error("the report could not be written to standard output");
        return exit_code_;
    }

private:
    void note_error(const std::string& text) {
        write_text(stderr, "tocsin: " + text + "\n");
        exit_code_ = exit_error;
    }

    void read(net::Fiber& fiber, const Input& input) {
        pool::ReportOutcome outcome;
        if (input.error)
            outcome.detail = input.error->message;
        else
            outcome = readers_.read_report(fiber, input.bytes, command_.form);
        if (fiber.stop_requested() && outcome.outcome != sandbox::Outcome::verdict) return;
        if (command_.json)
            write_text(stdout, report_json_line(input.name, outcome));
        else if (outcome.outcome == sandbox::Outcome::verdict)
            write_text(stdout, report_lines(input.name, outcome));
        if (outcome.outcome != sandbox::Outcome::verdict)
            return note_error(fmt::format("{}: could not be read ({}): {}", for_terminal(input.name),
                                          sandbox::to_string(outcome.outcome), for_terminal(outcome.detail)));
        if (outcome.report.mails.empty() && exit_code_ == exit_nothing_found)
            exit_code_ = exit_something_found;
        if (!command_.extract_folder.empty()) extract(outcome);
    }

    /// Numbered over all files: no name comes from a mail.
    void extract(const pool::ReportOutcome& outcome) {
        for (const reported::ReportedMail& mail : outcome.report.mails) {
            const std::string path = fmt::format("{}/{:04}.eml", command_.extract_folder, ++extracted_);
            if (mail.length == 0) continue;
            if (Result<void> written = write_new_file(path, outcome.original(mail)); !written)
                note_error(written.error().message + "; --extract wants a folder without such files");
            else if (!command_.json)
                write_text(stdout, "  wrote " + for_terminal(path) + "\n");
        }
    }

    const ReportReadCommand& command_;
    pool::ReaderPool& readers_;
    Inputs inputs_;
    std::size_t extracted_ = 0;
    int exit_code_ = exit_nothing_found;
};

}  // namespace

int run_report_read(const ReportReadCommand& command, Log& log) {
    constexpr mode_t only_ours = 0700;
    const std::string& folder = command.extract_folder;
    if (!folder.empty() && ::mkdir(folder.c_str(), only_ours) != 0 && errno != EEXIST) {
        write_text(stderr, "tocsin: " + errno_error("make folder " + folder, errno).message + "\n");
        return exit_error;
    }
    int exit_code = exit_error;
    Result<void> done = with_readers(
        command.readers, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
            exit_code = ReportReading(command, readers).run(fiber);
            return {};
        });
    if (!done) write_text(stderr, "tocsin: " + done.error().message + "\n");
    return done ? exit_code : exit_error;
}

}  // namespace tocsin::cli
