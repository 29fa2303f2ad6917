// The readers as the daemon and the command line see them: give bytes, get an outcome. Every way in which a reader can fail is a
// named outcome; none of them is "clean".
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "pool/breaker.hpp"
#include "pool/parts_cache.hpp"
#include "pool/reader_template.hpp"
#include "reader/codec.hpp"
#include "reader/codec_dns.hpp"
#include "reader/codec_history.hpp"
#include "reported/report_types.hpp"
#include "sandbox/outcome.hpp"

namespace tocsin::pool {

/// Says what is known of earlier mail in one account; called on the loop, so it must not wait. `account`: see ScanRequest.
using AnswerHistory = std::function<reader::HistoryAnswer(const reader::HistoryQuestion&, mail::Direction,
                                                          std::string_view account)>;

/// Asks DNS; it may wait until `deadline`, which is not behind the request's own. Same order as the questions.
using AnswerDns = std::function<reader::DnsAnswers(net::Fiber&, const reader::DnsRound&, Deadline deadline)>;

struct PoolConfig {
    std::string reader_program;
    std::vector<std::string> reader_arguments;
    std::string scratch_folder;   ///< exists; every template gets a folder below it
    std::size_t readers_max = 1;  ///< confined children at once
    std::uint32_t deadline_ms = limits::reader_deadline_ms;
    std::uint32_t fork_deadline_ms = limits::template_fork_ms;
    std::uint32_t messages_per_reader = limits::reader_messages;
    std::uint32_t reader_life_ms = limits::reader_life_ms;
    std::size_t cache_entries = limits::cache_entries;  ///< 0: no parts cache
    AnswerHistory answer_history;                       ///< empty: readers cannot ask about earlier mail
    AnswerDns answer_dns;                               ///< empty: nor for records of DNS
    std::uint32_t dns_ms = limits::dns_ms;  ///< what one message may wait for DNS, over all rounds
};

struct ScanRequest {
    reader::RequestKind kind = reader::RequestKind::scan_message;
    mail::Direction direction = mail::Direction::inbound;
    ByteView bytes;
    std::string file_name;
    std::string declared_type;
    std::string envelope_recipient;
    std::string client_ip, helo, mail_from;  ///< reader::Request
    std::vector<std::string> banner_texts;   ///< reader::Request::banner_texts
    /// Whose mail it is, when the reader says which address the From field has; empty: earlier mail cannot be asked about.
    std::function<std::string(std::string_view header_from)> account_of;
};

/// How a request ended. `report` and `output` mean something only for Outcome::verdict.
struct ScanOutcome {
    sandbox::Outcome outcome = sandbox::Outcome::unavailable;
    scan::ScanReport report;
    std::string output;  ///< what the reader wrote for read_message and unpack_messages
    std::vector<reader::OutputRange> ranges;
    std::string detail;  ///< for people: what went wrong
    std::uint64_t elapsed_us = 0;
};

/// How reading a report ended. Everything but the outcome means something only for Outcome::verdict.
struct ReportOutcome {
    sandbox::Outcome outcome = sandbox::Outcome::unavailable;
    std::string detail;  ///< for people: what went wrong
    reported::ReadReport report;
    std::string originals;  ///< the bytes of all mails, one after the other
    std::uint64_t elapsed_us = 0;

    /// The bytes of one mail of the report.
    [[nodiscard]] ByteView original(const reported::ReportedMail& mail) const {
        return as_bytes(originals).subspan(mail.offset, mail.length);
    }
};

/// What the bytes of a report are; who asks knows it.
enum class ReportForm : std::uint8_t {
    report,     ///< a mail to the report address
    submitted,  ///< the suspicious mail itself
};

/// The record that a reader wrote behind the originals of a report; nullopt: it is not well-formed.
[[nodiscard]] std::optional<reported::ReadReport> record_of(const ScanOutcome& outcome);

struct PoolStatus {
    std::string engines;  ///< for people
    std::string engine_version;
    std::string enforced;  ///< what the kernel enforces on readers
    std::size_t readers = 0;
    std::size_t waiting = 0;
    std::size_t readers_max = 0;
    bool available = false;  ///< readers can be started: their template lives, the breaker is closed
    std::uint64_t scans = 0, deaths = 0, recycled = 0, breaker_trips = 0, reloads = 0;
    std::uint64_t timed_out = 0, crashed = 0, violated = 0, over_limit = 0;  ///< of the deaths
    CacheCounts cache;
    std::map<std::string, std::uint64_t>
        rule_matches;                   ///< by the rule's name; limits::rule_files names at most
    std::uint64_t rules_undecided = 0;  ///< answers that could not be given, over all messages and rules
};

class ReaderPool {
public:
    /// Starts the first template and waits until its engines are loaded.
    static Result<std::unique_ptr<ReaderPool>> start(net::Fiber& fiber, net::Loop& loop, PoolConfig config,
                                                     Log& log);
    ~ReaderPool();

    /// Serves one request. A message whose reader crashes is tried once more in a fresh reader, never again.
    [[nodiscard]] ScanOutcome scan(net::Fiber& fiber, const ScanRequest& request);
    /// Finds the mails that a report is about, in a confined reader. More than limits::report_bytes is `over_limit`; a reader
    /// whose words do not fit together is `violated`.
    [[nodiscard]] ReportOutcome read_report(net::Fiber& fiber, ByteView bytes, ReportForm form);
    /// Loads rules and signatures anew in a second template, then switches; scans under way end with the old one.
    Result<void> reload(net::Fiber& fiber);
    /// Starts a new template if the last one is gone and none is being started.
    /// Errors: unavailable (also while the breaker is open), not_found (program).
    [[nodiscard]] Result<void> revive(net::Fiber& fiber);
    [[nodiscard]] PoolStatus status() const;
    /// Waits until parts that are being remembered are done; for tests and measurements.
    void settle(net::Fiber& fiber);
    /// No scan may be under way.
    void stop(net::Fiber& fiber);

private:
    struct Lease;
    ReaderPool(net::Loop& loop, PoolConfig config, Log& log);
    Result<std::unique_ptr<ReaderTemplate>> start_template(net::Fiber& fiber);
    Result<void> revive_template(net::Fiber& fiber);
    Result<std::shared_ptr<ReaderChild>> fork_reader(net::Fiber& fiber);
    Result<std::shared_ptr<ReaderChild>> acquire(net::Fiber& fiber, Deadline deadline);
    void give_back(std::shared_ptr<ReaderChild> child);
    [[nodiscard]] bool is_worn(const ReaderChild& child) const;
    void discard(const std::shared_ptr<ReaderChild>& child);
    /// Whether rules may have the text in pictures read in this try.
    enum class Pictures : std::uint8_t { read, left_out };

    ScanOutcome try_once(net::Fiber& fiber, const ScanRequest& request, Pictures pictures);
    static bool gave_up_picture(const ReaderChild& child);
    ScanOutcome converse(net::Fiber& fiber, ReaderChild& child, const ScanRequest& request, Pictures pictures,
                         Deadline deadline, UniqueFd& exported);
    Result<void> send_request(ReaderChild& child, const ScanRequest& request, Pictures pictures,
                              std::uint64_t id, int output);
    bool answer_question(ReaderChild& child, std::string_view datagram, std::uint64_t id, UniqueFd& exported);
    bool answer_history(ReaderChild& child, std::string_view datagram, std::uint64_t id,
                        const ScanRequest& request);
    /// What the reader of one message asked of DNS so far.
    struct DnsAsked {
        std::size_t rounds = 0, questions = 0;
        Deadline until{};  ///< for all rounds; set by the first
    };
    bool answer_dns(net::Fiber& fiber, ReaderChild& child, std::string_view datagram, std::uint64_t id,
                    DnsAsked& asked, Deadline deadline);
    ScanOutcome take_reply(std::string_view datagram, std::uint64_t id, const ScanRequest& request,
                           int output);
    ScanOutcome ended_without_reply(net::Fiber& fiber, ReaderChild& child);
    void remember_parts(const ScanOutcome& outcome, UniqueFd exported);
    /// Whether the bytes are kept beside the report: for what is named by its sketch.
    enum class FillAs : std::uint8_t { report_only, with_content };
    void fill_from(net::Fiber& fiber, const Hash256& hash, ByteView bytes, const std::string& declared_type,
                   FillAs fill_as);
    [[nodiscard]] bool wants_cache(const ScanRequest& request) const;
    [[nodiscard]] bool wants_history(const ScanRequest& request) const;
    [[nodiscard]] bool wants_dns(const ScanRequest& request) const;
    [[nodiscard]] Result<void> breaker_closed() const;
    void count_death(sandbox::Outcome outcome);
    void count_rules(const scan::ScanReport& report);
    void enter(std::uint64_t generation);
    void leave(std::uint64_t generation);
    void let_go(std::uint64_t generation);

    net::Loop& loop_;
    PoolConfig config_;
    Log& log_;
    HashKey hash_key_;
    std::unique_ptr<ReaderTemplate> template_;
    std::uint64_t templates_started_ = 0;
    std::uint64_t generation_ = 0;  ///< of `template_`; reload() goes on to the next
    std::map<std::uint64_t, std::size_t>
        users_of_;  ///< children and fills that a template of this generation made
    net::FiberEvent old_gone_;
    std::deque<std::shared_ptr<ReaderChild>> idle_;
    std::size_t live_ = 0;
    std::size_t waiting_ = 0;
    net::FiberEvent freed_;
    bool reviving_ = false;
    net::FiberEvent revived_;
    Breaker breaker_;
    PartsCache cache_;
    net::TaskGroup fills_;
    std::uint64_t next_request_id_ = 1;
    PoolStatus counts_;
};

}  // namespace tocsin::pool
