// Remembered parts: only a fresh child that has seen nothing else may fill the cache.
#include <unistd.h>

#include <algorithm>

#include "base/content_sketch.hpp"
#include "base/limits.hpp"
#include "pool/reader_pool.hpp"

namespace tocsin::pool {

namespace {

using sandbox::Outcome;

/// Whether a password in the message around it may open what is locked in this part.
bool hangs_on_message(const scan::ScanReport& report) {
    return std::ranges::any_of(
        report.limits_hit, [](const scan::LimitHit& hit) { return hit.limit == scan::ScanLimit::locked; });
}

/// Whether everything in the report found room in what is remembered of it: a message may have more.
bool is_whole(std::string_view encoded, const scan::ScanReport& report) {
    const std::optional<scan::ScanReport> kept = reader::decode_part_report(encoded);
    return kept && kept->urls.size() == report.urls.size() &&
           kept->findings.size() == report.findings.size() && kept->parts.size() == report.parts.size() &&
           kept->limits_hit.size() == report.limits_hit.size();
}

}  // namespace

void ReaderPool::remember_parts(const ScanOutcome& outcome, UniqueFd exported) {
    if (!exported.valid() || outcome.ranges.empty()) return;
    if (!sandbox::seal_output_memfd(exported.get(), limits::export_bytes)) return;
    for (const reader::OutputRange& range : outcome.ranges) {
        if (range.length == 0 || range.length > limits::export_bytes || fills_.full()) continue;
        Bytes bytes(range.length);
        ssize_t got = ::pread(exported.get(), bytes.data(), bytes.size(), static_cast<off_t>(range.offset));
        if (got != static_cast<ssize_t>(bytes.size())) continue;
        // The reader's claim counts for nothing: the name of these bytes is what the daemon itself computes.
        // Bytes named by their sketch are kept: what is remembered is known of them and of nothing else.
        const bool small = bytes.size() <= limits::campaign_body_bytes_max;
        const bool by_sketch = small && keyed_hash(hash_key_, content_sketch(bytes)) == range.hash;
        const Hash256 hash = by_sketch ? range.hash : keyed_hash(hash_key_, bytes);
        if (hash != range.hash || !cache_.begin_fill(hash)) continue;
        const FillAs fill_as = by_sketch ? FillAs::with_content : FillAs::report_only;
        Result<void> started =
            fills_.spawn([this, hash, bytes = std::move(bytes), type = range.declared_type,
                          fill_as](net::Fiber& fiber) { fill_from(fiber, hash, bytes, type, fill_as); });
        if (!started) cache_.abandon_fill(hash);
    }
}

void ReaderPool::fill_from(net::Fiber& fiber, const Hash256& hash, ByteView bytes,
                           const std::string& declared_type, FillAs fill_as) {
    Deadline deadline = net::deadline_in_ms(config_.deadline_ms);
    const std::uint64_t generation = generation_;
    ++users_of_[generation];
    Result<std::shared_ptr<ReaderChild>> child =
        template_->fork_child(fiber, net::deadline_in_ms(config_.fork_deadline_ms));
    if (!child) {
        let_go(generation);
        return cache_.abandon_fill(hash);
    }
    ScanRequest request;
    request.kind = reader::RequestKind::scan_part;
    request.bytes = bytes;
    request.declared_type = declared_type;
    UniqueFd nothing;
    ScanOutcome outcome = converse(fiber, **child, request, Pictures::left_out, deadline, nothing);
    discard(*child);
    let_go(generation);
    // What ran out of time or failed says nothing about the bytes: another try may see more.
    bool whole = std::ranges::none_of(outcome.report.limits_hit, [](const scan::LimitHit& hit) {
        return hit.limit == scan::ScanLimit::engine_time || hit.limit == scan::ScanLimit::engine_error;
    });
    bool keep =
        outcome.outcome == Outcome::verdict && outcome.detail.empty() && whole && generation == generation_;
    if (!keep) return cache_.abandon_fill(hash);
    RememberedScan scan{.report = reader::encode_part_report(outcome.report), .content = {}};
    if (hangs_on_message(outcome.report) || !is_whole(scan.report, outcome.report))
        return cache_.set_aside(hash);
    if (fill_as == FillAs::with_content) scan.content = as_text(bytes);
    cache_.fill(hash, std::move(scan));
}

}  // namespace tocsin::pool
