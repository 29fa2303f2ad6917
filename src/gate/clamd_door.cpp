#include "gate/clamd_door.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "gate/buffered_content.hpp"
#include "gate/client_events.hpp"
#include "gate/file_below.hpp"
#include "gate/judgement.hpp"
#include "net/last_words.hpp"
#include "proto/clamd_machine.hpp"

namespace tocsin::gate {

namespace {

using proto::ClamdEvent;
using proto::ClamdEventKind;
using proto::ClamdResult;
using proto::ClamdResultKind;

/// The name that goes before FOUND: the worst finding's rule, as clamd gives its signature's.
std::string found_name(const Judgement& judgement) {
    const scan::ScanReport& report = judgement.scan.report;
    if (judgement.decision.by == DecidedBy::order) return "Tocsin.Order";
    if (const scan::Finding* worst = scan::worst_finding(report.findings)) return worst->rule;
    if (report.ambiguous())
        return fmt::format("Tocsin.Ambiguous.{}", mail::info(report.ambiguities.front().kind).name);
    return fmt::format("Tocsin.{}", scan::to_string(report.verdict));
}

ClamdResult not_recorded() {
    return {ClamdResultKind::error, "the answer could not be recorded, try again later", {}};
}

ClamdResult result_of(const Judgement& judgement) {
    if (!judgement.recorded) return not_recorded();
    if (passes(judgement.decision.disposition)) return {ClamdResultKind::ok, {}, {}};
    bool scanned = judgement.scan.outcome == sandbox::Outcome::verdict;
    if (!scanned) return {ClamdResultKind::error, judgement.decision.reason, {}};
    return {ClamdResultKind::found, found_name(judgement), {}};
}

class Session {
public:
    Session(const ClamdConfig& config, GateServices& services, net::Fiber& fiber, net::Stream& client)
        : config_(config), services_(services), fiber_(fiber), client_(client),
          machine_({.version = config.version, .stream_bytes = services.message_bytes}),
          patience_(config.patience, net::steady_now()), content_(services) {}

    void run() {
        while (true) {
            ClamdEvent event = machine_.next();
            if (event.kind == ClamdEventKind::closed) break;
            if (event.kind == ClamdEventKind::need_input) {
                if (!exchange_bytes()) break;
            } else {
                handle(event);
            }
        }
        std::string last = machine_.take_output();
        if (!last.empty())
            (void)client_.write_all(as_bytes(last), net::deadline_in_ms(config_.patience.silence_ms));
        if (refused_) net::close_after_last_words(client_, net::deadline_in_ms(limits::smtp_refusal_ms));
        client_.close();
    }

private:
    bool exchange_bytes() {
        std::string output = machine_.take_output();
        if (!output.empty()) {
            if (!client_.write_all(as_bytes(output), net::deadline_in_ms(config_.patience.silence_ms)))
                return false;
            patience_.message_done(net::steady_now());
        }
        net::OnStop on_stop = machine_.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client_.read_some(buffer_, patience_.deadline(net::steady_now()), on_stop);
        const bool timed_out = !got && got.error().code == ErrorCode::timed_out;
        if ((!got || *got == 0) && !machine_.idle())
            log_lost_client(services_.log, config_.listener, client_.peer(), "command", timed_out);
        if (!got || *got == 0) return false;
        patience_.received(*got);
        machine_.feed(ByteView(buffer_).first(*got));
        return true;
    }

    void handle(const ClamdEvent& event) {
        switch (event.kind) {
            case ClamdEventKind::stream:
                content_.clear();
                if (services_.buffered_bytes < services_.buffered_bytes_max) break;
                log_no_room(services_.log, config_.listener);
                machine_.end("too much mail is being read now, try again later.");
                refused_ = true;
                break;
            case ClamdEventKind::content: content_.append(event.content); break;
            case ClamdEventKind::stream_end: machine_.answer(judge_content()); break;
            case ClamdEventKind::stream_refused: machine_.answer(refuse_large()); break;
            case ClamdEventKind::scan: machine_.answer(scan_file(event.text)); break;
            case ClamdEventKind::stats: machine_.answer_stats(stats()); break;
            case ClamdEventKind::refused:
            case ClamdEventKind::need_input:
            case ClamdEventKind::closed: break;
        }
    }

    Envelope envelope() const {
        Envelope out;
        out.claim = ContentClaim::nobody;
        out.listener = config_.listener;
        out.direction = services_.rules->senders.direction(config_.direction, {}, {});
        return out;
    }

    /// clamd says OK to an empty stream; there is nothing in it to pass.
    ClamdResult judge_content() {
        if (content_.size() == 0) return {ClamdResultKind::ok, {}, {}};
        const Envelope from = envelope();
        Judgement judgement = weigh(services_, fiber_, from, content_);
        record(services_, fiber_, from, content_.view(), judgement, KeptBy::client);
        content_.clear();
        return result_of(judgement);
    }

    /// clamd says `INSTREAM size limit exceeded. ERROR`, which Haraka and others take as "nothing found".
    ClamdResult refuse_large() {
        refused_ = true;
        const Envelope from = envelope();
        Judgement judgement = too_large(services_, from, content_.size());
        content_.clear();
        record(services_, fiber_, from, {}, judgement, KeptBy::client);
        return judgement.recorded ? ClamdResult{ClamdResultKind::found, "Tocsin.TooLarge", {}}
                                  : not_recorded();
    }

    ClamdResult scan_file(const std::string& path) {
        if (config_.scan_root.empty())
            return {
                ClamdResultKind::error, "paths are not scanned here: send the content with INSTREAM.", {}};
        auto failed = [](const Error& error) {
            return ClamdResult{ClamdResultKind::error, error.message + ".", {}};
        };
        const Result<FileBelow> file = services_.blocking.call(
            fiber_, [&] { return open_file_below(config_.scan_root, path, services_.message_bytes); });
        if (!file) return failed(file.error());
        const std::span<std::byte> room = content_.room_for(file->size_bytes);
        if (!room.empty()) {
            const Result<std::size_t> got =
                services_.blocking.call(fiber_, [&] { return read_file(*file, room); });
            content_.cut_to(got.value_or(0));
            if (!got) return failed(got.error());
        }
        return judge_content();
    }

    std::string stats() const {
        const pool::PoolStatus status = services_.readers.status();
        return fmt::format(
            "POOLS: 1\n\nSTATE: VALID PRIMARY\nTHREADS: live {}  idle 0 max {} idle-timeout 30\n"
            "QUEUE: {} items\n\nMEMSTATS: heap N/A mmap N/A used N/A free N/A releasable N/A pools 1 "
            "pools_used "
            "N/A pools_total N/A",
            status.readers, status.readers_max, status.waiting);
    }

    const ClamdConfig& config_;
    GateServices& services_;
    net::Fiber& fiber_;
    net::Stream& client_;
    proto::ClamdMachine machine_;
    Patience patience_;
    BufferedContent content_;
    bool refused_ = false;  ///< answered while the client may still be sending
    std::array<std::byte, 16384> buffer_;
};

}  // namespace

void ClamdDoor::run_session(net::Fiber& fiber, net::Stream& client) {
    Session(config_, services_, fiber, client).run();
}

}  // namespace tocsin::gate
