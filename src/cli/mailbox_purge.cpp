// `tocsin mailbox find`, `purge`, `restore`.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/moment.hpp"
#include "base/similarity.hpp"
#include "base/time_units.hpp"
#include "cli/inputs.hpp"
#include "cli/mailbox_words.hpp"
#include "cli/output.hpp"
#include "cli/purge_record_file.hpp"
#include "cli/reader_setup.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "net/loop.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
using mailbox::CopyState;
using mailbox::MailboxOutcome;
using mailbox::MailboxReport;

void print_json_line(const Json& value) {
    std::fputs((value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n").c_str(), stdout);
    std::fflush(stdout);
}

// ---- what is a sibling ------------------------------------------------------------------------------------------------

/// Compares candidates with what was given: their bytes here, their text in a confined reader.
class Comparison {
public:
    explicit Comparison(const MailboxWords& words)
        : words_(&words), hashes_(words.sha256.begin(), words.sha256.end()) {}
    [[nodiscard]] bool needs_readers() const { return !words_->like.empty(); }
    /// Fingerprints of the messages of --like.
    Result<void> learn(net::Fiber& fiber, pool::ReaderPool& readers);
    Result<bool> is_sibling(net::Fiber& fiber, ByteView bytes) const;

private:
    Result<std::uint64_t> fingerprint(net::Fiber& fiber, ByteView bytes) const;

    const MailboxWords* words_;
    std::set<std::string> hashes_;
    std::vector<std::uint64_t> fingerprints_;
    pool::ReaderPool* readers_ = nullptr;
};

Result<std::uint64_t> Comparison::fingerprint(net::Fiber& fiber, ByteView bytes) const {
    pool::ScanRequest request;
    request.kind = reader::RequestKind::scan_message;
    request.bytes = bytes;
    const pool::ScanOutcome outcome = readers_->scan(fiber, request);
    if (outcome.outcome != sandbox::Outcome::verdict)
        return fail(ErrorCode::unavailable, fmt::format("a reader could not compare it ({}): {}",
                                                        sandbox::to_string(outcome.outcome), outcome.detail));
    return outcome.report.facts.text_fingerprint;
}

Result<void> Comparison::learn(net::Fiber& fiber, pool::ReaderPool& readers) {
    readers_ = &readers;
    Inputs inputs(words_->like, Folders::one_level);
    while (std::optional<Input> input = inputs.next()) {
        if (input->error) return std::unexpected(*input->error);
        const std::uint64_t print = TRY(fingerprint(fiber, input->bytes));
        if (print == 0)
            return fail(
                ErrorCode::invalid_input,
                input->name +
                    ": too little text to know its siblings by; say --sha256 or --message-id-is-enough");
        fingerprints_.push_back(print);
    }
    return {};
}

Result<bool> Comparison::is_sibling(net::Fiber& fiber, ByteView bytes) const {
    if (!hashes_.empty() && hashes_.contains(mailbox::hash_hex(sha256(bytes)))) return true;
    if (hashes_.empty() && fingerprints_.empty()) return true;  // the Message-ID alone, or find without any
    if (fingerprints_.empty()) return false;
    const std::uint64_t print = TRY(fingerprint(fiber, bytes));
    return std::ranges::any_of(fingerprints_, [print](std::uint64_t known) { return similar(known, print); });
}

// ---- what is told -----------------------------------------------------------------------------------------------------

struct Tally {
    std::size_t mailboxes = 0, done = 0, with_copies = 0, copies = 0, seen = 0, answered = 0, forwarded = 0,
                innocent = 0;
    std::map<std::string_view, std::size_t> states, outcomes, seals;
};

Json report_json(const MailboxReport& report) {
    Json copies = Json::array();
    for (const mailbox::CopyReport& one : report.copies) {
        Json copy = {{"state", mailbox::to_string(one.state)}};
        copy.update(copy_json(one.copy));
        copy["seen"] = one.copy.has_flag("\\Seen");
        copy["answered"] = one.copy.has_flag("\\Answered");
        copy["forwarded"] = one.copy.has_flag("$Forwarded");
        copy["uid_now"] = one.uid_now;
        copies.push_back(std::move(copy));
    }
    Json out = {{"mailbox", report.mailbox}, {"outcome", mailbox::to_string(report.outcome)}};
    if (!report.why.empty()) out["why"] = report.why;
    out["sealed_folder"] = report.sealed_folder;
    out["seal"] = mailbox::to_string(report.seal);
    out["folders"] = report.folders;
    out["candidates"] = report.candidates;
    out["innocent"] = report.innocent;
    out["copies"] = std::move(copies);
    return out;
}

void count(Tally& tally, const MailboxReport& report) {
    ++tally.mailboxes;
    ++tally.outcomes[mailbox::to_string(report.outcome)];
    ++tally.seals[mailbox::to_string(report.seal)];
    if (report.outcome == MailboxOutcome::done) ++tally.done;
    if (!report.copies.empty()) ++tally.with_copies;
    tally.innocent += report.innocent;
    tally.copies += report.copies.size();
    for (const mailbox::CopyReport& one : report.copies) {
        ++tally.states[mailbox::to_string(one.state)];
        if (one.copy.has_flag("\\Seen")) ++tally.seen;
        if (one.copy.has_flag("\\Answered")) ++tally.answered;
        if (one.copy.has_flag("$Forwarded")) ++tally.forwarded;
    }
}

/// Runs one kind of work in all mailboxes, tells of each and of all, and says how to end.
class Sweep {
public:
    Sweep(const MailboxWords& words, std::vector<mailbox::Target> targets)
        : words_(words), targets_(std::move(targets)) {}
    void run(net::Fiber& fiber, const mailbox::ImapServer& server, const mailbox::VisitMailbox& visit);
    [[nodiscard]] const Tally& tally() const { return tally_; }
    [[nodiscard]] bool all_done() const { return tally_.done == targets_.size(); }

private:
    void summarise(std::size_t begun, double seconds) const;
    const MailboxWords& words_;
    std::vector<mailbox::Target> targets_;
    Tally tally_;
};

void Sweep::run(net::Fiber& fiber, const mailbox::ImapServer& server, const mailbox::VisitMailbox& visit) {
    const Deadline begin = net::steady_now();
    const std::size_t begun = mailbox::visit_mailboxes(
        fiber, server, targets_, {words_.at_once, words_.mailbox_s}, visit, [&](const MailboxReport& report) {
            count(tally_, report);
            if (words_.all || !report.copies.empty() || report.outcome != MailboxOutcome::done)
                print_json_line(report_json(report));
        });
    summarise(begun, std::chrono::duration<double>(net::steady_now() - begin).count());
}

void Sweep::summarise(std::size_t begun, double seconds) const {
    Json summary = {{"mailboxes", targets_.size()},
                    {"begun", begun},
                    {"done", tally_.done},
                    {"with_copies", tally_.with_copies},
                    {"copies", tally_.copies},
                    {"seen", tally_.seen},
                    {"answered", tally_.answered},
                    {"forwarded", tally_.forwarded},
                    {"innocent", tally_.innocent},
                    {"states", Json(tally_.states)},
                    {"outcomes", Json(tally_.outcomes)},
                    {"seals", Json(tally_.seals)},
                    {"seconds", seconds}};
    print_json_line({{"summary", summary}});
    std::string states;
    for (const auto& [state, number] : tally_.states)
        states += fmt::format("{}{} {}", states.empty() ? "" : ", ", number, state);
    std::fputs(fmt::format("{} of {} mailboxes done in {:.1f} s; copies: {}; {} seen, {} answered, {} "
                           "forwarded; {} innocent "
                           "mails looked at and left alone\n",
                           tally_.done, targets_.size(), seconds, states.empty() ? "none" : states,
                           tally_.seen, tally_.answered, tally_.forwarded, tally_.innocent)
                   .c_str(),
               stderr);
}

// ---- find and purge ---------------------------------------------------------------------------------------------------

Result<mailbox::PurgeOrder> order_from(const MailboxWords& words, const mailbox::ImapServer& server) {
    mailbox::PurgeOrder order{.incident = words.incident, .mode = words.mode, .login = server.login};
    order.wanted.from = words.from;
    order.wanted.subject = words.subject;
    if (words.since.empty()) return order;
    const std::optional<TimePoint> since = parse_moment(words.since);
    if (!since) return fail(ErrorCode::invalid_input, "--since: a day such as 2026-03-01");
    // A day early: SINCE goes by the midnight of the server.
    order.wanted.since = proto::imap_day(since->microseconds - day_us);
    return order;
}

Result<void> check_purge(const MailboxWords& words, const std::vector<mailbox::Target>& targets) {
    if (targets.empty())
        return fail(ErrorCode::invalid_input, "no mailbox: say --mailbox or --mailboxes-from");
    const bool ids =
        !words.message_ids.empty() ||
        std::ranges::all_of(targets, [](const mailbox::Target& one) { return !one.message_ids.empty(); });
    if (!ids && words.from.empty() && words.subject.empty())
        return fail(ErrorCode::invalid_input, "say what to look for: --message-id, --from or --subject");
    if (words.mode == mailbox::PurgeMode::dry_run) return {};
    if (words.record_file.empty())
        return fail(ErrorCode::invalid_input, "--record: without a record nothing could be brought back");
    if (!words.like.empty() || !words.sha256.empty() || (ids && words.message_id_is_enough)) return {};
    return fail(ErrorCode::invalid_input,
                "say how siblings are known: --like FILE or --sha256. Whoever wrote the mail chose its "
                "Message-ID and sender, and "
                "may have chosen those of an innocent mail; --message-id-is-enough if you know better");
}

/// The order for one mailbox: its own Message-IDs, where the list has some.
mailbox::PurgeOrder order_for(const mailbox::PurgeOrder& order, const mailbox::Target& target,
                              const MailboxWords& words) {
    mailbox::PurgeOrder own = order;
    own.wanted.message_ids = target.message_ids.empty() ? words.message_ids : target.message_ids;
    return own;
}

/// With readers where texts are compared, else without.
Result<void> on_a_fiber(const MailboxWords& words, Comparison& comparison, Log& log,
                        const std::function<void(net::Fiber&)>& body) {
    if (comparison.needs_readers()) {
        ReaderOptions options;
        options.reader_program = words.reader_program;
        options.own_rules = OwnRules::left_out;
        options.no_system_database = true;
        options.without = {"clamav", "yara", "documents", "pictures"};
        return with_readers(options, log,
                            [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
                                TRY(comparison.learn(fiber, readers));
                                body(fiber);
                                return {};
                            });
    }
    net::Loop loop;
    TRY(loop.on_signals({SIGINT, SIGTERM}, [&](int) { loop.stop(); }));
    loop.spawn(body);
    loop.run();
    return {};
}

Result<int> purge(const MailboxWords& words, Log& log) {
    std::vector<mailbox::Target> targets = TRY(targets_from(words));
    TRY(check_purge(words, targets));
    const mailbox::ImapServer server = TRY(server_from(words.server));
    mailbox::PurgeOrder order = TRY(order_from(words, server));
    std::optional<PurgeRecordFile> record;
    if (!words.record_file.empty())
        record.emplace(TRY(PurgeRecordFile::open(words.record_file, words.incident)));
    Comparison comparison(words);
    order.wanted.confirm = [&](net::Fiber& fiber, ByteView bytes) {
        return comparison.is_sibling(fiber, bytes);
    };
    order.write = [&](net::Fiber&, std::span<const mailbox::PurgeRecord> records) {
        return record->add(records);
    };
    Sweep sweep(words, std::move(targets));
    TRY(on_a_fiber(words, comparison, log, [&](net::Fiber& on_fiber) {
        sweep.run(on_fiber, server,
                  [&](net::Fiber& fiber, mailbox::ImapSession& session, const mailbox::Target& target) {
                      std::vector<mailbox::PurgeRecord> known;
                      if (record && record->known().contains(target.mailbox))
                          known = record->known().at(target.mailbox);
                      return mailbox::purge_mailbox(fiber, session, target.mailbox,
                                                    order_for(order, target, words), known);
                  });
    }));
    if (!sweep.all_done()) return exit_error;
    return sweep.tally().copies > 0 ? exit_something_found : exit_nothing_found;
}

Result<int> restore(const MailboxWords& words) {
    const mailbox::ImapServer server = TRY(server_from(words.server));
    PurgeRecordFile record = TRY(PurgeRecordFile::open(words.record_file, words.incident));
    std::vector<mailbox::Target> named = TRY(targets_from(words));
    if (named.empty())
        for (const auto& [name, records] : record.known()) named.push_back({name, {}});
    Sweep sweep(words, named);
    net::Loop loop;
    TRY(loop.on_signals({SIGINT, SIGTERM}, [&](int) { loop.stop(); }));
    const mailbox::WriteRecords write = [&](net::Fiber&, std::span<const mailbox::PurgeRecord> records) {
        return record.add(records);
    };
    loop.spawn([&](net::Fiber& on_fiber) {
        sweep.run(on_fiber, server,
                  [&](net::Fiber& fiber, mailbox::ImapSession& session, const mailbox::Target& target) {
                      const auto known = record.known().find(target.mailbox);
                      return mailbox::restore_mailbox(
                          fiber, session, target.mailbox,
                          known == record.known().end() ? std::vector<mailbox::PurgeRecord>() : known->second,
                          write);
                  });
    });
    loop.run();
    return sweep.all_done() ? exit_nothing_found : exit_error;
}

}  // namespace

int run_mailbox_purge(const MailboxWords& words, Log& log) {
    const Result<int> code = purge(words, log);
    return code ? *code : say_error(code.error());
}

int run_mailbox_find(const MailboxWords& words, Log& log) {
    return run_mailbox_purge(words, log);
}

int run_mailbox_restore(const MailboxWords& words) {
    const Result<int> code = restore(words);
    return code ? *code : say_error(code.error());
}

}  // namespace tocsin::cli
