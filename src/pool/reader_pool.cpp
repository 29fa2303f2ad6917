#include "pool/reader_pool.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/content_sketch.hpp"
#include "base/limits.hpp"

namespace tocsin::pool {

namespace {

using sandbox::Outcome;

ScanOutcome failed(Outcome outcome, std::string detail) {
    ScanOutcome out;
    out.outcome = outcome;
    out.detail = std::move(detail);
    return out;
}

std::uint64_t elapsed_us_since(Deadline begin) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(net::steady_now() - begin).count());
}

bool scans_message(reader::RequestKind kind) {
    return kind == reader::RequestKind::scan_message || kind == reader::RequestKind::scan_auto ||
           kind == reader::RequestKind::scan_mail_or_file;
}

bool reads_report(reader::RequestKind kind) {
    return kind == reader::RequestKind::read_report || kind == reader::RequestKind::read_submitted;
}

std::string describe(const sandbox::ExitReason& reason) {
    return (reason.signalled ? "reader ended by signal " : "reader ended with code ") +
           std::to_string(reason.value);
}

/// The bytes of an output memfd, copied: the reader may still hold its descriptor.
Result<std::string> read_output(int fd, std::uint64_t bytes_max) {
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return std::unexpected(errno_error("fstat output", errno));
    auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size > bytes_max) return fail(ErrorCode::limit, "the reader wrote more than it may");
    std::string out(size, '\0');
    std::size_t at = 0;
    while (at < out.size()) {
        ssize_t got = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
        if (got <= 0) break;
        at += static_cast<std::size_t>(got);
    }
    out.resize(at);
    return out;
}

}  // namespace

ReaderPool::ReaderPool(net::Loop& loop, PoolConfig config, Log& log)
    : loop_(loop), config_(std::move(config)), log_(log), hash_key_(random_hash_key()),
      breaker_({limits::respawn_deaths, limits::respawn_window_ms, limits::breaker_open_ms}),
      cache_(config_.cache_entries), fills_(loop, limits::cache_fills) {}

ReaderPool::~ReaderPool() = default;

Result<std::unique_ptr<ReaderPool>> ReaderPool::start(net::Fiber& fiber, net::Loop& loop, PoolConfig config,
                                                      Log& log) {
    // tidy: the constructor is private
    std::unique_ptr<ReaderPool> pool(new ReaderPool(loop, std::move(config), log));
    pool->template_ = TRY(pool->start_template(fiber));
    return pool;
}

Result<std::unique_ptr<ReaderTemplate>> ReaderPool::start_template(net::Fiber& fiber) {
    std::string scratch = config_.scratch_folder + "/template-" + std::to_string(++templates_started_);
    if (::mkdir(scratch.c_str(), 0700) != 0 && errno != EEXIST)
        return std::unexpected(errno_error("make scratch folder " + scratch, errno));
    TemplateConfig config{config_.reader_program, config_.reader_arguments, scratch, hash_key_,
                          limits::template_start_ms};
    auto made = TRY(ReaderTemplate::start(fiber, loop_, std::move(config), log_));
    log_.write(LogLevel::info, "reader.template_ready",
               {{"engines", made->ready().description}, {"confinement", made->ready().enforced}});
    return made;
}

Result<void> ReaderPool::reload(net::Fiber& fiber) {
    auto fresh = TRY(start_template(fiber));
    std::unique_ptr<ReaderTemplate> old = std::exchange(template_, std::move(fresh));
    ++generation_;
    for (const auto& child : idle_) {
        discard(child);
        leave(child->generation);
    }
    idle_.clear();
    cache_.clear();
    ++counts_.reloads;
    // Children of the old template that are at work end with their message; give_back() drops them.
    const auto old_are_gone = [&] { return users_of_.empty() || users_of_.begin()->first >= generation_; };
    const std::uint64_t at_most_ms = config_.fork_deadline_ms + 2 * std::uint64_t{config_.deadline_ms};
    static_cast<void>(
        old_gone_.wait_until(fiber, net::deadline_in_ms(at_most_ms), net::OnStop::give_up, old_are_gone));
    old->stop(fiber);
    return {};
}

PoolStatus ReaderPool::status() const {
    PoolStatus status = counts_;
    status.engines = template_->ready().description;
    status.engine_version = template_->ready().engine_version;
    status.enforced = template_->ready().enforced;
    status.readers = live_;
    status.readers_max = config_.readers_max;
    status.available = template_->alive() && !breaker_.open(net::steady_now());
    status.waiting = waiting_;
    status.breaker_trips = breaker_.trips();
    status.cache = cache_.counts();
    return status;
}

void ReaderPool::settle(net::Fiber& fiber) {
    while (fills_.live() > 0)
        if (!net::sleep_until(fiber, net::deadline_in_ms(2))) return;
}

void ReaderPool::stop(net::Fiber& fiber) {
    fills_.stop_and_join(fiber, net::deadline_in_ms(config_.deadline_ms));
    for (const auto& child : idle_) discard(child);
    idle_.clear();
    template_->stop(fiber);
}

// ---- children: at most readers_max, taken and given back -----------------------------------------------------------------

Result<std::shared_ptr<ReaderChild>> ReaderPool::acquire(net::Fiber& fiber, Deadline deadline) {
    if (waiting_ >= limits::pool_queue) return fail(ErrorCode::unavailable, "too many scans are waiting");
    ++waiting_;
    Result<void> free = freed_.wait_until(fiber, deadline, net::OnStop::keep_waiting,
                                          [&] { return !idle_.empty() || live_ < config_.readers_max; });
    --waiting_;
    if (!free) return std::unexpected(free.error());
    while (!idle_.empty()) {
        // The one that worked last: its memory is warm, and where there is little mail few have seen any of it.
        auto child = idle_.back();
        idle_.pop_back();
        // Worn is better than none: while the breaker is open no other can be started.
        const bool usable = !is_worn(*child) || breaker_.open(net::steady_now());
        if (!child->exit.has_value() && usable) return child;
        // It died while it waited, or its time is over: no message is to blame, and none shall pay for it with a try.
        if (!child->exit.has_value()) ++counts_.recycled;
        leave(child->generation);
        discard(child);
    }
    if (Result<void> closed = breaker_closed(); !closed) {
        freed_.notify_one();  // the place is still free, and the next that waits must hear the same
        return std::unexpected(closed.error());
    }
    const std::uint64_t generation = generation_;
    enter(generation);
    Result<std::shared_ptr<ReaderChild>> child = fork_reader(fiber);
    if (!child) {
        leave(generation);
        freed_.notify_one();
        breaker_.note_death(net::steady_now());
        return std::unexpected(child.error());
    }
    (*child)->generation = generation;
    return *child;
}

/// A template may die before anybody knows: a fork that finds it so is tried once more, with the next one. There is no deadline
/// but the forks' own: a scan may have waited long for its place, or for engines to be loaded.
Result<std::shared_ptr<ReaderChild>> ReaderPool::fork_reader(net::Fiber& fiber) {
    for (bool again = true;; again = false) {
        if (!template_->alive()) TRY(revive_template(fiber));
        Result<std::shared_ptr<ReaderChild>> child =
            template_->fork_child(fiber, net::deadline_in_ms(config_.fork_deadline_ms));
        if (child || !again || template_->alive()) return child;
    }
}

/// Once for all scans that need it: engines of a gigabyte are not loaded for each.
Result<void> ReaderPool::revive_template(net::Fiber& fiber) {
    if (reviving_) {
        TRY(revived_.wait_until(fiber, net::deadline_in_ms(limits::template_start_ms),
                                net::OnStop::keep_waiting, [&] { return !reviving_; }));
        if (template_->alive()) return {};
        return fail(ErrorCode::unavailable, "the readers' template could not be started anew");
    }
    log_.write(LogLevel::error, "reader.template_lost", {});
    reviving_ = true;
    Result<std::unique_ptr<ReaderTemplate>> fresh = start_template(fiber);
    std::unique_ptr<ReaderTemplate> old;
    // A reload may have brought another one meanwhile.
    if (fresh) old = template_->alive() ? std::move(*fresh) : std::exchange(template_, std::move(*fresh));
    reviving_ = false;
    revived_.notify_all();
    if (!fresh) return std::unexpected(fresh.error());
    old->stop(fiber);
    return {};
}

Result<void> ReaderPool::breaker_closed() const {
    if (!breaker_.open(net::steady_now())) return {};
    return fail(ErrorCode::unavailable, "readers died one after the other; none is started for some seconds");
}

Result<void> ReaderPool::revive(net::Fiber& fiber) {
    if (template_->alive()) return {};
    TRY(breaker_closed());
    if (reviving_) return fail(ErrorCode::unavailable, "the readers are being started");
    Result<void> revived = revive_template(fiber);
    if (!revived) breaker_.note_death(net::steady_now());
    return revived;
}

bool ReaderPool::is_worn(const ReaderChild& child) const {
    return child.messages >= config_.messages_per_reader ||
           (child.worn_at && net::steady_now() >= *child.worn_at);
}

void ReaderPool::give_back(std::shared_ptr<ReaderChild> child) {
    ++child->messages;
    const bool worn = is_worn(*child);
    if (worn || child->generation != generation_ || child->exit.has_value()) {
        if (worn) ++counts_.recycled;
        leave(child->generation);
        discard(child);
    } else {
        idle_.push_back(std::move(child));
    }
    freed_.notify_one();
}

void ReaderPool::enter(std::uint64_t generation) {
    ++live_;
    ++users_of_[generation];
}

void ReaderPool::leave(std::uint64_t generation) {
    --live_;
    let_go(generation);
}

void ReaderPool::let_go(std::uint64_t generation) {
    if (--users_of_[generation] == 0) users_of_.erase(generation);
    old_gone_.notify_all();
}

void ReaderPool::discard(const std::shared_ptr<ReaderChild>& child) {
    child->kill();
    child->watched.reset();
    child->channel.reset();
}

// ---- one request -------------------------------------------------------------------------------------------------------------

ScanOutcome ReaderPool::scan(net::Fiber& fiber, const ScanRequest& request) {
    Deadline begin = net::steady_now();
    ++counts_.scans;
    if (request.bytes.size() > limits::message_bytes)
        return failed(Outcome::over_limit,
                      "the message is larger than " + std::to_string(limits::message_bytes) + " bytes");
    ScanOutcome outcome = try_once(fiber, request, Pictures::read);
    if (outcome.outcome == Outcome::crashed) {
        log_.write(LogLevel::warning, "reader.retry", {{"detail", outcome.detail}});
        // Of all engines the one that reads pictures is the most likely to break, and rules can do without it.
        outcome = try_once(fiber, request, Pictures::left_out);
    }
    if (outcome.outcome == Outcome::verdict) count_rules(outcome.report);
    outcome.elapsed_us = elapsed_us_since(begin);
    return outcome;
}

/// What a reader says is hostile: it may invent names, but not without end.
void ReaderPool::count_rules(const scan::ScanReport& report) {
    counts_.rules_undecided += report.rules.undecided;
    for (const scan::Finding& finding : report.findings) {
        if (finding.engine != "rules") continue;
        const bool room = counts_.rule_matches.size() < limits::rule_files;
        if (room || counts_.rule_matches.contains(finding.rule)) ++counts_.rule_matches[finding.rule];
    }
}

/// It gave up a picture that it did not come back from (scan/picture_text.hpp). Its sender shall not close the pool to others.
bool ReaderPool::gave_up_picture(const ReaderChild& child) {
    return child.exit && child.exit->signalled && child.exit->value == SIGALRM;
}

ScanOutcome ReaderPool::try_once(net::Fiber& fiber, const ScanRequest& request, Pictures pictures) {
    Deadline deadline = net::deadline_in_ms(config_.deadline_ms);
    Result<std::shared_ptr<ReaderChild>> child = acquire(fiber, deadline);
    if (!child) return failed(Outcome::unavailable, child.error().message);
    // A scan that waited long for a reader still gets its whole time.
    deadline = net::deadline_in_ms(config_.deadline_ms);
    if (!(*child)->worn_at) (*child)->worn_at = net::deadline_in_ms(config_.reader_life_ms);
    UniqueFd exported;
    ScanOutcome outcome = converse(fiber, **child, request, pictures, deadline, exported);
    if (outcome.outcome == Outcome::verdict) {
        remember_parts(outcome, std::move(exported));
        give_back(std::move(*child));
        return outcome;
    }
    count_death(outcome.outcome);
    if (pictures == Pictures::read && gave_up_picture(**child)) {
        log_.write(LogLevel::warning, "reader.picture_given_up", {{"detail", outcome.detail}});
    } else {
        breaker_.note_death(net::steady_now());
        log_.write(
            LogLevel::warning, "reader.died",
            {{"outcome", std::string(sandbox::to_string(outcome.outcome))}, {"detail", outcome.detail}});
    }
    leave((*child)->generation);
    discard(*child);
    freed_.notify_one();
    return outcome;
}

void ReaderPool::count_death(Outcome outcome) {
    ++counts_.deaths;
    switch (outcome) {
        case Outcome::timed_out: ++counts_.timed_out; break;
        case Outcome::crashed: ++counts_.crashed; break;
        case Outcome::violated: ++counts_.violated; break;
        case Outcome::over_limit: ++counts_.over_limit; break;
        case Outcome::verdict:
        case Outcome::unavailable: break;
    }
}

bool ReaderPool::wants_cache(const ScanRequest& request) const {
    return config_.cache_entries > 0 && scans_message(request.kind);
}

bool ReaderPool::wants_history(const ScanRequest& request) const {
    return config_.answer_history && request.account_of && scans_message(request.kind);
}

/// Of outbound mail we are the first to see it: nobody signed it yet.
bool ReaderPool::wants_dns(const ScanRequest& request) const {
    return config_.answer_dns && scans_message(request.kind) && request.direction == mail::Direction::inbound;
}

Result<void> ReaderPool::send_request(ReaderChild& child, const ScanRequest& request, Pictures pictures,
                                      std::uint64_t id, int output) {
    reader::Request words;
    words.id = id;
    words.kind = request.kind;
    words.direction = request.direction;
    words.use_cache = wants_cache(request);
    words.use_history = wants_history(request);
    words.use_dns = wants_dns(request);
    words.read_pictures = pictures == Pictures::read;
    words.file_name = request.file_name;
    words.declared_type = request.declared_type;
    words.envelope_recipient = request.envelope_recipient;
    words.client_ip = request.client_ip;
    words.helo = request.helo;
    words.mail_from = request.mail_from;
    words.banner_texts = request.banner_texts;
    words.time_budget_ms = std::min(limits::engine_time_ms, config_.deadline_ms * 2 / 3);
    UniqueFd sealed = TRY(sandbox::make_sealed_memfd(request.bytes));
    std::vector<int> descriptors{sealed.get()};
    if (output >= 0) descriptors.push_back(output);
    return sandbox::send_datagram(child.channel.get(), reader::encode(words), descriptors);
}

ScanOutcome ReaderPool::converse(net::Fiber& fiber, ReaderChild& child, const ScanRequest& request,
                                 Pictures pictures, Deadline deadline, UniqueFd& exported) {
    std::uint64_t id = next_request_id_++;
    UniqueFd output;
    if (reader::has_output(request.kind)) {
        Result<UniqueFd> made = sandbox::make_output_memfd();
        if (!made) return failed(Outcome::unavailable, made.error().message);
        output = std::move(*made);
    }
    if (Result<void> sent = send_request(child, request, pictures, id, output.get()); !sent)
        return ended_without_reply(fiber, child);
    bool asked = false, asked_history = false;
    DnsAsked asked_dns;
    while (true) {
        Result<void> readable = child.watched->wait_readable(fiber, deadline);
        if (!readable) {
            child.kill();
            return failed(Outcome::timed_out,
                          "no verdict within " + std::to_string(config_.deadline_ms) + " ms");
        }
        Result<sandbox::Datagram> datagram =
            sandbox::receive_datagram(child.channel.get(), limits::reply_bytes, 0);
        if (!datagram && datagram.error().code == ErrorCode::timed_out) continue;
        if (!datagram) return ended_without_reply(fiber, child);
        if (datagram->cut) {
            child.kill();
            return failed(Outcome::violated, "the reader's answer is larger than it may be");
        }
        std::optional<reader::MessageTag> tag = reader::tag_of(datagram->data);
        if (tag == reader::MessageTag::cache_question && !asked && wants_cache(request)) {
            asked = true;
            if (answer_question(child, datagram->data, id, exported)) continue;
        }
        if (tag == reader::MessageTag::history_question && !asked_history && wants_history(request)) {
            asked_history = true;
            if (answer_history(child, datagram->data, id, request)) continue;
        }
        if (tag == reader::MessageTag::dns_round && wants_dns(request) &&
            answer_dns(fiber, child, datagram->data, id, asked_dns, deadline))
            continue;
        ScanOutcome outcome = tag == reader::MessageTag::reply
                                  ? take_reply(datagram->data, id, request, output.get())
                                  : failed(Outcome::violated, "the reader said something out of turn");
        if (outcome.outcome != Outcome::verdict) child.kill();
        return outcome;
    }
}

bool ReaderPool::answer_question(ReaderChild& child, std::string_view datagram, std::uint64_t id,
                                 UniqueFd& exported) {
    std::optional<reader::CacheQuestion> question = reader::decode_cache_question(datagram);
    if (!question || question->id != id) return false;
    reader::CacheAnswer answer;
    answer.id = id;
    bool export_any = false;
    std::size_t answer_bytes = 0;
    for (const Hash256& hash : question->hashes) {
        reader::CacheEntry entry;
        RememberedScan scan;
        const Remembered state = cache_.look_up(hash, scan);
        const std::size_t size = scan.report.size() + scan.content.size();
        entry.known = state == Remembered::known && answer_bytes + size < limits::reply_bytes * 3 / 4;
        if (entry.known) {
            entry.report = std::move(scan.report);
            entry.content = std::move(scan.content);
            answer_bytes += size;
        }
        entry.wants_bytes = state == Remembered::seen_before && !fills_.full();
        export_any = export_any || entry.wants_bytes;
        answer.entries.push_back(std::move(entry));
    }
    std::vector<int> descriptors;
    if (export_any) {
        if (Result<UniqueFd> made = sandbox::make_output_memfd()) {
            exported = std::move(*made);
            descriptors.push_back(exported.get());
        }
    }
    return sandbox::send_datagram(child.channel.get(), reader::encode(answer), descriptors).has_value();
}

bool ReaderPool::answer_history(ReaderChild& child, std::string_view datagram, std::uint64_t id,
                                const ScanRequest& request) {
    std::optional<reader::HistoryQuestion> question = reader::decode_history_question(datagram);
    if (!question || question->id != id) return false;
    reader::HistoryAnswer answer =
        config_.answer_history(*question, request.direction, request.account_of(question->header_from));
    answer.id = id;
    return sandbox::send_datagram(child.channel.get(), reader::encode(answer), {}).has_value();
}

/// A reader that was taken over can make us ask for so many names, and no more.
bool ReaderPool::answer_dns(net::Fiber& fiber, ReaderChild& child, std::string_view datagram,
                            std::uint64_t id, DnsAsked& asked, Deadline deadline) {
    const std::optional<reader::DnsRound> round = reader::decode_dns_round(datagram);
    if (!round || round->id != id) return false;
    if (asked.rounds == 0) asked.until = std::min(deadline, net::deadline_in_ms(config_.dns_ms));
    asked.questions += round->questions.size();
    if (++asked.rounds > limits::dns_rounds || asked.questions > limits::dns_questions) return false;
    reader::DnsAnswers answers = config_.answer_dns(fiber, *round, asked.until);
    answers.id = id;
    return sandbox::send_datagram(child.channel.get(), reader::encode(answers), {}).has_value();
}

ScanOutcome ReaderPool::take_reply(std::string_view datagram, std::uint64_t id, const ScanRequest& request,
                                   int output) {
    std::optional<reader::Reply> reply = reader::decode_reply(datagram);
    if (!reply) return failed(Outcome::violated, "the reader's answer is not well-formed");
    if (reply->id != id) return failed(Outcome::violated, "the reader answered another request");
    ScanOutcome out;
    out.outcome = Outcome::verdict;
    out.report = std::move(reply->report);
    out.ranges = std::move(reply->output);
    out.detail = std::move(reply->error);
    if (output >= 0) {
        Result<std::string> written = read_output(output, reader::output_bytes_max(request.kind));
        if (!written) return failed(Outcome::violated, written.error().message);
        out.output = std::move(*written);
        for (const reader::OutputRange& range : out.ranges)
            if (range.offset > out.output.size() || range.length > out.output.size() - range.offset)
                return failed(Outcome::violated, "the reader names bytes that it did not write");
    }
    if (reads_report(request.kind) && out.detail.empty() && !record_of(out))
        return failed(Outcome::violated, "what the reader says of the report is not well-formed");
    return out;
}

ScanOutcome ReaderPool::ended_without_reply(net::Fiber& fiber, ReaderChild& child) {
    Result<void> told = child.changed.wait_until(fiber, net::deadline_in_ms(2000), net::OnStop::keep_waiting,
                                                 [&] { return child.exit.has_value(); });
    child.kill();
    if (!told) return failed(Outcome::crashed, "the reader closed its channel");
    return failed(sandbox::outcome_of(*child.exit), describe(*child.exit));
}

}  // namespace tocsin::pool
