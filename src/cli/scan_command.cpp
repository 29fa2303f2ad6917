#include "cli/scan_command.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include <fmt/core.h>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "cli/output.hpp"
#include "cli/verdict_text.hpp"
#include "net/task_group.hpp"

namespace tocsin::cli {

namespace {

constexpr std::uint32_t progress_interval_ms = 200;
/// How soon Ctrl-C is seen, and how long messages that are being scanned may still take then.
constexpr std::uint32_t interrupt_poll_ms = 100, interrupt_grace_ms = 1'000;

/// What a scan of many messages adds up to, and the line at the bottom of a terminal while it runs.
class Tally {
public:
    explicit Tally(bool progress) : progress_(progress), begin_(std::chrono::steady_clock::now()) {}

    void count(const ScanResult& result) {
        ++messages_;
        ++verdicts_[static_cast<std::size_t>(result.verdict)];
        if (result.outcome.report.ambiguous()) ++ambiguous_;
        if (result.outcome.outcome == sandbox::Outcome::unavailable) ++errors_;
    }
    void count_error() { ++errors_; }

    [[nodiscard]] int exit_code() const {
        if (messages_ > verdicts_[static_cast<std::size_t>(scan::Verdict::clean)] || ambiguous_ > 0)
            return errors_ > 0 && found() == 0 ? exit_error : exit_something_found;
        return errors_ > 0 ? exit_error : exit_nothing_found;
    }

    void show_progress(std::size_t waiting) {
        auto now = std::chrono::steady_clock::now();
        if (!progress_ || now - shown_ < std::chrono::milliseconds(progress_interval_ms)) return;
        shown_ = now;
        constexpr std::size_t width = 30;
        std::size_t total = messages_ + waiting;
        std::size_t filled = total == 0 ? 0 : width * messages_ / total;
        std::string bar(filled, '#');
        bar.resize(width, '.');
        write_text(stderr,
                   fmt::format("\r\033[K[{}] {}/{} messages, {} found", bar, messages_, total, found()));
        std::fflush(stderr);
    }
    void clear_progress() {
        if (progress_ && shown_ != Deadline{}) write_text(stderr, "\r\033[K");
    }

    [[nodiscard]] std::string summary() const {
        double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
        std::string out =
            fmt::format("\nScanned {} message{} in {:.2f} s ({:.0f}/s)", messages_, messages_ == 1 ? "" : "s",
                        seconds, static_cast<double>(messages_) / std::max(seconds, 0.001));
        const char* separator = ": ";
        for (scan::Verdict verdict : {scan::Verdict::clean, scan::Verdict::malware, scan::Verdict::phish,
                                      scan::Verdict::suspicious, scan::Verdict::unscannable}) {
            std::size_t count = verdicts_[static_cast<std::size_t>(verdict)];
            if (count == 0) continue;
            out += fmt::format("{}{} {}", separator, count, scan::to_string(verdict));
            separator = ", ";
        }
        if (ambiguous_ > 0) out += fmt::format("; {} can be read in more than one way", ambiguous_);
        if (errors_ > 0) out += fmt::format("; {} error{}", errors_, errors_ == 1 ? "" : "s");
        return out + "\n";
    }

private:
    [[nodiscard]] std::size_t found() const {
        return messages_ - verdicts_[static_cast<std::size_t>(scan::Verdict::clean)] -
               verdicts_[static_cast<std::size_t>(scan::Verdict::unscannable)];
    }

    bool progress_;
    Deadline begin_;
    Deadline shown_{};
    std::size_t messages_ = 0, ambiguous_ = 0, errors_ = 0;
    std::array<std::size_t, 5> verdicts_{};
};

bool looks_like_zip(ByteView bytes) {
    return as_text(bytes).starts_with("PK\x03\x04");
}

/// The work of one `tocsin scan`: as many fibers as readers take inputs one after the other.
class Scanner {
public:
    Scanner(const ScanCommand& command, pool::ReaderPool& readers)
        : command_(command), readers_(readers), inputs_(command.paths, command.folders),
          tally_(!command.json && ::isatty(STDERR_FILENO) == 1),
          colour_(::isatty(STDOUT_FILENO) == 1 ? Colour::terminal : Colour::plain) {}

    void work(net::Fiber& fiber) {
        while (!fiber.stop_requested()) {
            std::optional<Input> input = inputs_.next();
            if (!input) return;
            scan_input(fiber, *input);
            tally_.show_progress(inputs_.waiting());
        }
    }

    /// The summary, and the exit code. A report that could not be written, or a scan that was interrupted, is an error.
    [[nodiscard]] int finish(const pool::PoolStatus& readers, bool interrupted) {
        tally_.clear_progress();
        if (!command_.json) write_text(stdout, tally_.summary() + "Engines: " + readers.engines + "\n");
        if (inputs_.folders_passed_over() > 0)
            write_text(stderr, fmt::format("tocsin: {} folders inside were not entered; -r enters them\n",
                                           inputs_.folders_passed_over()));
        if (interrupted) write_text(stderr, "tocsin: interrupted; what is listed above was scanned\n");
        const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
        if (!written) write_text(stderr, "tocsin: the report could not be written to standard output\n");
        return interrupted || !written ? exit_error : tally_.exit_code();
    }

private:
    void scan_input(net::Fiber& fiber, const Input& input) {
        if (input.error) {
            tally_.clear_progress();
            tally_.count_error();
            write_text(stderr, for_terminal(input.name) + ": error: " + input.error->message + "\n");
            if (command_.json) write_text(stdout, error_json(input));
            return;
        }
        if (looks_like_zip(input.bytes)) scan_zip_messages(fiber, input);
        pool::ScanOutcome outcome = scan(fiber, input.name, input.bytes, reader::RequestKind::scan_auto);
        // What was broken off by Ctrl-C says nothing about the message.
        if (fiber.stop_requested() && outcome.outcome != sandbox::Outcome::verdict) return;
        report(make_result(input.name, std::move(outcome)));
    }

    /// The .eml files inside a zip are messages of their own; the reader opens the zip, never this process.
    void scan_zip_messages(net::Fiber& fiber, const Input& input) {
        pool::ScanOutcome unpacked =
            scan(fiber, input.name, input.bytes, reader::RequestKind::unpack_messages);
        if (unpacked.outcome != sandbox::Outcome::verdict) return;
        for (const reader::OutputRange& range : unpacked.ranges) {
            ByteView bytes = as_bytes(unpacked.output).subspan(range.offset, range.length);
            std::string name = input.name + ":" + range.name;
            report(make_result(name, scan(fiber, name, bytes, reader::RequestKind::scan_message)));
        }
    }

    pool::ScanOutcome scan(net::Fiber& fiber, const std::string& name, ByteView bytes,
                           reader::RequestKind kind) {
        pool::ScanRequest request;
        request.kind = kind;
        request.direction = command_.direction;
        request.bytes = bytes;
        request.file_name = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
        return readers_.scan(fiber, request);
    }

    void report(const ScanResult& result) {
        tally_.count(result);
        bool quiet = command_.only_findings && result.verdict == scan::Verdict::clean &&
                     !result.outcome.report.ambiguous();
        if (quiet) return;
        tally_.clear_progress();
        write_text(stdout, command_.json ? to_json_line(result) : to_lines(result, colour_));
    }

    std::string error_json(const Input& input) const {
        ScanResult result{input.name, scan::Verdict::unscannable, {}};
        result.outcome.detail = input.error->message;
        return to_json_line(result);
    }

    const ScanCommand& command_;
    pool::ReaderPool& readers_;
    Inputs inputs_;
    Tally tally_;
    Colour colour_;
};

}  // namespace

int run_scan(const ScanCommand& command, Log& log) {
    int exit_code = exit_error;
    Result<void> done =
        with_readers(command.readers, log,
                     [&](net::Fiber& fiber, net::Loop& loop, pool::ReaderPool& readers) -> Result<void> {
                         Scanner scanner(command, readers);
                         std::size_t workers =
                             std::max<std::size_t>(1, TRY(make_pool_config(command.readers)).readers_max);
                         net::TaskGroup group(loop, workers);
                         for (std::size_t index = 0; index < workers; ++index)
                             ASSERT(group.spawn([&](net::Fiber& own) { scanner.work(own); }).has_value(),
                                    "the group has room for every worker");
                         while (group.live() > 0 && !fiber.stop_requested())
                             (void)group.join(fiber, net::deadline_in_ms(interrupt_poll_ms));
                         group.stop_and_join(fiber, net::deadline_in_ms(interrupt_grace_ms));
                         exit_code = scanner.finish(readers.status(), fiber.stop_requested());
                         return {};
                     });
    if (!done) say_error(done.error());
    return done ? exit_code : exit_error;
}

int run_read(const ReadCommand& command, Log& log) {
    std::error_code unknown;
    if (std::filesystem::is_directory(command.path, unknown)) {
        say_error({ErrorCode::invalid_input, command.path +
                                                 " is a folder: name one message file in it, or look "
                                                 "at all of them with `tocsin scan -r " +
                                                 command.path + "`"});
        return exit_error;
    }
    Inputs inputs({command.path}, Folders::one_level);
    std::optional<Input> input = inputs.next();
    if (!input || input->error) {
        say_error(input ? Error{input->error->code, command.path + ": " + input->error->message}
                        : Error{ErrorCode::not_found, command.path + ": there is no message here"});
        return exit_error;
    }
    int exit_code = exit_error;
    Result<void> done = with_readers(
        command.readers, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
            pool::ScanRequest request;
            request.kind = reader::RequestKind::read_message;
            request.direction = command.direction;
            request.envelope_recipient = command.recipient;
            request.bytes = input->bytes;
            pool::ScanOutcome outcome = readers.scan(fiber, request);
            if (outcome.outcome != sandbox::Outcome::verdict || !outcome.detail.empty())
                return fail(ErrorCode::unavailable, command.path + ": could not be read (" +
                                                        std::string(sandbox::to_string(outcome.outcome)) +
                                                        "): " + outcome.detail);
            write_text(stdout, outcome.output);
            if (!outcome.output.ends_with('\n')) write_text(stdout, "\n");
            exit_code = exit_nothing_found;
            return {};
        });
    if (!done) say_error(done.error());
    return exit_code;
}

}  // namespace tocsin::cli
