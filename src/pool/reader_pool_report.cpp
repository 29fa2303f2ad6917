#include "base/limits/report.hpp"
#include "pool/reader_pool.hpp"
#include "reader/codec_reported.hpp"

namespace tocsin::pool {

/// The last range is the record; the originals stand before it.
std::optional<reported::ReadReport> record_of(const ScanOutcome& outcome) {
    if (outcome.ranges.empty()) return std::nullopt;
    const reader::OutputRange& range = outcome.ranges.back();
    if (range.offset > outcome.output.size()) return std::nullopt;
    return reader::decode_read_report(std::string_view(outcome.output).substr(range.offset, range.length),
                                      range.offset);
}

ReportOutcome ReaderPool::read_report(net::Fiber& fiber, ByteView bytes, ReportForm form) {
    ReportOutcome out;
    if (bytes.size() > limits::report_bytes) {
        out.outcome = sandbox::Outcome::over_limit;
        out.detail = "the report is larger than " + std::to_string(limits::report_bytes) + " bytes";
        return out;
    }
    ScanRequest request;
    request.kind = form == ReportForm::submitted ? reader::RequestKind::read_submitted
                                                 : reader::RequestKind::read_report;
    request.bytes = bytes;
    ScanOutcome outcome = scan(fiber, request);
    out.outcome = outcome.outcome;
    out.detail = std::move(outcome.detail);
    out.elapsed_us = outcome.elapsed_us;
    if (out.outcome != sandbox::Outcome::verdict) return out;
    std::optional<reported::ReadReport> report = record_of(outcome);
    if (!report) {
        // The reader said why it could not serve; without words of its own it would have been `violated`.
        out.outcome = sandbox::Outcome::unavailable;
        return out;
    }
    out.report = std::move(*report);
    out.originals = std::move(outcome.output);
    out.originals.resize(outcome.ranges.back().offset);
    return out;
}

}  // namespace tocsin::pool
