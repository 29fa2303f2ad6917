// Whatever a reader answers: refused, or within every bound; and what was accepted encodes to something that is
// accepted again and says the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/codec_history.hpp"
#include "reader/text_hygiene.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_report(const scan::ScanReport& report) {
    auto exists = [&](std::uint32_t part) {
        return part == scan::whole_message || part < report.parts.size();
    };
    require(report.findings.size() <= limits::findings);
    require(report.outcomes.size() <= limits::reported_outcomes);
    for (const scan::ReportedOutcome& outcome : report.outcomes)
        require(outcome.kind < scan::ReportedKind::count_ && is_clean_text(outcome.recipient));
    require(report.verdict >= scan::decide_verdict(report.findings, report.limits_hit));
    for (std::size_t index = 0; index < report.parts.size(); ++index) {
        std::uint32_t parent = report.parts[index].parent;
        require(parent == scan::whole_message || parent < index);
        require(is_clean_text(report.parts[index].file_name));
    }
    for (const scan::Finding& finding : report.findings)
        require(exists(finding.part) && is_clean_text(finding.text));
    for (const scan::LimitHit& hit : report.limits_hit)
        require(exists(hit.part) && is_clean_text(hit.detail));
    for (const scan::FoundUrl& url : report.urls) require(exists(url.part) && is_clean_text(url.url));
}

void check_reply(std::string_view datagram) {
    std::optional<Reply> reply = decode_reply(datagram);
    if (!reply) return;
    check_report(reply->report);
    for (const OutputRange& range : reply->output) require(range.offset + range.length >= range.offset);
    std::string again = encode(*reply);
    std::optional<Reply> second = decode_reply(again);
    require(second.has_value());
    require(encode(*second) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view datagram(reinterpret_cast<const char*>(data), size);
    check_reply(datagram);
    if (std::optional<scan::ScanReport> report = decode_part_report(datagram)) check_report(*report);
    if (std::optional<CacheQuestion> question = decode_cache_question(datagram))
        require(encode(*question) == datagram);
    if (std::optional<CacheAnswer> answer = decode_cache_answer(datagram))
        require(decode_cache_answer(encode(*answer)).has_value());
    if (std::optional<HistoryQuestion> question = decode_history_question(datagram))
        require(encode(*question) == datagram);
    if (std::optional<HistoryAnswer> answer = decode_history_answer(datagram))
        require(decode_history_answer(encode(*answer)).has_value());
    if (std::optional<Request> request = decode_request(datagram)) require(encode(*request) == datagram);
    if (std::optional<Ready> ready = decode_ready(datagram)) require(encode(*ready) == datagram);
    static_cast<void>(tag_of(datagram));
    return 0;
}
